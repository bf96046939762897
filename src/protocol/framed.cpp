// Framed: the way of a frame from bytes to a message.
#include "protocol/framed.hpp"

#include <algorithm>

namespace fieldgate::protocol {

/// One connection's stream: only the framer, and answers that wait, have a memory.
class Framed::Connection final : public Protocol {
 public:
  Connection(Framed& shared, std::unique_ptr<framing::Framer> framer) : shared_(shared), framer_(std::move(framer)) {}
  ~Connection() override { shared_.answers_.drop(answers_); }

  void connection_made(transport::Transport& transport) override { transport_ = &transport; }

  std::size_t data_received(Bytes bytes, const Origin& from, const Instant& now, std::string_view& close) override {
    const std::size_t used = cut(bytes, from, now, close);
    if (answers_ != nullptr) {
      shared_.answers_.send(answers_);
      shared_.hurry();
    }
    return used;
  }

  bool answers_wait() const override { return answers_ != nullptr; }
  bool full() const override { return shared_.answers_.full(answers_); }

 private:
  std::size_t cut(Bytes bytes, const Origin& from, const Instant& now, std::string_view& close) {
    std::size_t used = 0;
    while (used < bytes.size() && shared_.receiver_.open() && has_room()) {
      const framing::Cut cut = framer_->next(bytes.substr(used));
      if (cut.kind == framing::Cut::Kind::frame) {
        if (const auto answer = shared_.frame(cut.frame, from, now))
          shared_.answers_.add(answers_, *transport_, answer->after, answer->receipt, answer->bytes);
      } else if (cut.kind == framing::Cut::Kind::rejected) {
        shared_.frame_rejected(cut.reason, bytes.substr(used), from);
        if (cut.lost) {
          close = cut.reason;
          return used;
        }
      } else {
        return used + cut.consumed;
      }
      used += cut.consumed;
    }
    return used;
  }

  bool has_room() {
    if (!full()) return true;
    shared_.answers_.send(answers_);
    return !full();
  }

  Framed& shared_;
  std::unique_ptr<framing::Framer> framer_;
  transport::Transport* transport_ = nullptr;
  Answers::Queue* answers_ = nullptr;
};

Framed::Framed(FramedConfig config, const expression::Environment& environment, expression::Paths& paths,
               telemetry::AdapterCounters& counters, telemetry::Log log, protocol::Receiver& receiver,
               std::size_t write_queue)
    : config_(std::move(config)),
      counters_(counters),
      log_(std::move(log)),
      receiver_(receiver),
      answers_(receiver, write_queue),
      codec_(config_.codec.make(paths)) {
  config_.device.bind(environment, paths);
  config_.time.from.bind(environment, paths);
  for (Reply& reply : config_.replies) {
    reply.when.bind(environment, paths);
    reply.content.bind(environment, paths);
  }
  if (config_.framing && !config_.replies.empty()) wrapper_ = config_.framing.make();
}

std::unique_ptr<Protocol> Framed::connection() { return std::make_unique<Connection>(*this, config_.framing.make()); }

void Framed::datagram_received(Bytes bytes, const Origin& from, const Instant& now, const ReturnPath& back) {
  counters_.bytes += bytes.size();
  Answer joined;
  joined_.clear();
  if (config_.framing) {
    datagram_frames(bytes, from, now, joined);
  } else if (const auto answer = frame(bytes, from, now)) {
    joined = *answer;
  }
  if (joined.bytes.empty() || back.transport == nullptr) return;
  if (answers_.add_datagram(*back.transport, back.to, joined.after, joined.receipt, joined.bytes)) return;
  counters_.rejected.count("answers");
  log_.limited(telemetry::Level::warn, "answers", "{}: a datagram is not answered: too many answers wait for the sinks",
               peer_text(from));
}

void Framed::datagram_frames(Bytes bytes, const Origin& from, const Instant& now, Answer& joined) {
  datagram_framer_ = config_.framing.make();  // a new one: what a datagram leaves unfinished has no continuation
  while (!bytes.empty()) {
    const framing::Cut cut = datagram_framer_->next(bytes);
    if (cut.kind == framing::Cut::Kind::frame) {
      if (const auto answer = frame(cut.frame, from, now)) {
        joined_.append(answer->bytes);
        joined.after = std::max(joined.after, answer->after);
        joined.receipt = std::max(joined.receipt, answer->receipt);
      }
    } else {
      frame_rejected(cut.kind == framing::Cut::Kind::incomplete ? "incomplete" : cut.reason, bytes, from);
      if (cut.kind == framing::Cut::Kind::incomplete || cut.lost) break;
    }
    bytes.remove_prefix(cut.consumed);
  }
  joined.bytes = joined_;
}

void Framed::hurry() {
  for (const After after : {After::stored, After::delivered}) {
    if (answers_.take_asked(after)) receiver_.hurry(after);
  }
}

std::optional<Framed::Answer> Framed::frame(Bytes bytes, const Origin& from, const Instant& now) {
  ++counters_.frames;
  message_.frame = bytes;
  message_.origin = &from;
  message_.received = now;
  receipt_ = 0;
  documented_ = false;
  reply_ = nullptr;
  if (const auto failure = codec_->decode(bytes, *this)) {
    counters_.errors.count(failure->reason);
    log_.limited(telemetry::Level::warn, failure->reason, "{}: a frame is no message: {} at byte {} of {}: \"{}\"",
                 peer_text(from), failure->text, failure->offset, bytes.size(), telemetry::escaped(bytes));
    return std::nullopt;
  }
  if (config_.replies.empty()) return std::nullopt;
  if (!documented_) {  // an empty list of documents is a frame all the same
    message_.document = {};
    message_.device = {};
    render_reply();
  }
  return finish_reply();
}

void Framed::document(const Document& document) {
  pass_on(document);
  documented_ = true;
  if (!config_.replies.empty()) render_reply();
}

void Framed::pass_on(const Document& document) {
  message_.document = document;
  message_.device = {};
  message_.time = message_.received.wall;
  const auto device = config_.device.view(message_, device_);
  if (!device) {
    const std::string reason = "device_" + std::string(device.error().reason);
    const std::string text = "the device's name: " + device.error().text;
    message_rejected(reason, text);
    receipt_ = receiver_.dead_letter(message_, reason, text);
    return;
  }
  message_.device = *device;
  if (!take_time(message_)) return;
  ++counters_.messages;
  receipt_ = receiver_.message(message_);
}

bool Framed::take_time(Message& message) {
  std::optional<TimePoint> own = message.document.time;
  if (!config_.time.from.empty()) {
    const auto text = config_.time.from.view(message, time_);
    own = text ? parse_time(*text, config_.time.format) : std::nullopt;
    if (!own) {
      return time_fails("time_unreadable", "no time can be read from '" +
                                               (text ? telemetry::escaped(*text) : config_.time.from.source()) +
                                               "' (protocol option time.from)");
    }
  }
  if (!own) return true;
  const TimePoint arrival = message.received.wall;
  const bool believed = (!config_.time.max_age || *own >= arrival - *config_.time.max_age) &&
                        (!config_.time.max_ahead || *own <= arrival + *config_.time.max_ahead);
  if (believed) {
    message.time = *own;
    return true;
  }
  return time_fails("time_out_of_range",
                    "the device's time is not believed (protocol options time.max_age, time.max_ahead)");
}

/// Whether the message passes all the same.
bool Framed::time_fails(std::string_view reason, std::string_view text) {
  const bool passes = config_.time.otherwise == TimeOptions::Otherwise::arrival;
  counters_.errors.count(reason);
  log_.limited(telemetry::Level::warn, reason, "{}: {}; {}", peer_text(*message_.origin), text,
               passes ? "the arrival's is used" : "the message goes to the dead letters");
  if (!passes) receipt_ = receiver_.dead_letter(message_, reason, text);
  return passes;
}

/// Of a frame's documents, the last that a reply fits gives the answer.
void Framed::render_reply() {
  const Reply* const reply = first_fitting(config_.replies, message_);
  if (reply == nullptr) return;
  payload_.clear();
  const auto rendered = reply->content.append(message_, payload_, scratch_);
  reply_ = rendered ? reply : nullptr;
  if (!rendered)
    message_rejected("reply_" + std::string(rendered.error().reason), "it gets no reply: " + rendered.error().text);
}

std::optional<Framed::Answer> Framed::finish_reply() {
  if (reply_ == nullptr) return std::nullopt;
  if (!wrapper_ || !reply_->frame) return Answer{reply_->after, receipt_, payload_};
  answer_.clear();
  if (const auto framed = wrapper_->wrap(payload_, answer_); !framed) {
    message_rejected("reply_" + std::string(framed.error().reason),
                     "it gets no reply, which cannot pass the framing: " + framed.error().text);
    return std::nullopt;
  }
  return Answer{reply_->after, receipt_, answer_};
}

void Framed::frame_rejected(std::string_view reason, Bytes bytes, const Origin& from) {
  counters_.errors.count(reason);
  const std::string_view hint = reason == "too_long" ? ", see framing.max_length" : "";
  log_.limited(telemetry::Level::warn, reason, "{}: bytes that are no frame ({}{}): \"{}\"", peer_text(from), reason,
               hint, telemetry::escaped(bytes));
}

void Framed::message_rejected(std::string_view reason, std::string_view text) {
  counters_.errors.count(reason);
  log_.limited(telemetry::Level::warn, reason, "{}: {}: \"{}\"", peer_text(*message_.origin), text,
               telemetry::escaped(message_.frame));
}

}  // namespace fieldgate::protocol
