// Framed: the way of a frame to its documents, and to its answer.
#include "protocol/framed.hpp"

#include <algorithm>
#include <utility>

#include "protocol/connection.hpp"

namespace fieldgate::protocol {

namespace {

/// Names the field where the codec does: 'humidity' is no number: "--".
std::string text_of(const codec::Failure& failure, bool may_show) {
  constexpr std::string_view anonymous = "a field";
  constexpr std::size_t most = 32;
  if (failure.field.empty() || !failure.text.starts_with(anonymous)) return std::string(failure.text);
  std::string text = '\'' + std::string(failure.field) + '\'';
  text += failure.text.substr(anonymous.size());
  if (may_show && !failure.found.empty()) text += ": \"" + telemetry::escaped(failure.found, most) + '"';
  return text;
}

}  // namespace

Framed::Framed(FramedConfig config, const expression::Environment& environment, expression::Paths& paths,
               telemetry::AdapterCounters& counters, telemetry::Log log, protocol::Receiver& receiver,
               const FramedLimits& limits)
    : config_(std::move(config)),
      limits_(limits),
      counters_(counters),
      log_(std::move(log)),
      receiver_(receiver),
      answers_(receiver, limits.write_queue),
      codec_(config_.codec.make(paths)),
      converses_(config_.converses()),
      named_by_(config_.named_by()) {
  config_.device.bind(environment, paths);
  config_.time.from.bind(environment, paths);
  config_.require.bind(environment, paths);
  config_.secret.bind(environment, paths);
  for (Reply& reply : config_.replies) {
    reply.when.bind(environment, paths);
    reply.out.content.bind(environment, paths);
  }
  if (config_.framing && (converses_ || !config_.replies.empty())) wrapper_ = config_.framing.make();
  if (converses_) prepare_talk(environment, paths);
}

Framed::~Framed() = default;

std::unique_ptr<Protocol> Framed::connection() { return std::make_unique<Connection>(*this, config_.framing.make()); }

void Framed::hurry() {
  for (const After after : {After::stored, After::delivered}) {
    if (answers_.take_asked(after)) receiver_.hurry(after);
  }
}

void Framed::observe(Observer* observer) {
  observer_ = observer;
  codec_->trace(observer);
  for (const auto& [exchange, codec] : answer_codecs_) codec->trace(observer);
}

std::optional<Framed::Answer> Framed::frame(const framing::Cut& cut, Bytes raw, Arrival& arrival) {
  ++counters_.frames;
  message_.frame = cut.frame;
  message_.origin = &arrival.from;
  message_.received = arrival.now;
  message_.talk = arrival.conversation == nullptr ? nullptr : &arrival.conversation->talk;
  arrival_ = &arrival;
  receipt_ = 0;
  documented_ = refused_ = undecoded_ = false;
  reply_ = nullptr;
  verdict_ = "nothing";
  verdict_text_.clear();
  message_.device = {};
  message_.document = {};
  find_addressed(arrival);
  const auto awaited = [&arrival] {
    return arrival.conversation != nullptr && !arrival.conversation->dialogue.open().empty();
  };
  const bool decoded = (awaited() && read_as_answer(cut.frame)) || decode(*codec_, cut.frame);
  record(raw, cut.frame, arrival.from, arrival.now);
  if (!decoded) return std::nullopt;
  std::optional<Answer> answer;
  if (!config_.replies.empty() && arrival.close.empty() && !refused_) {
    if (!documented_) {  // an empty list of documents is a frame all the same
      message_.document = {};
      message_.device = {};
      render_reply();
    }
    answer = finish_reply(cut.branch);
  }
  if (awaited()) finish_answers();
  return answer;
}

bool Framed::decode(codec::Codec& codec, Bytes bytes) {
  reading_ = &codec;
  const auto failure = codec.decode(bytes, *this);
  if (failure && (tried_ == nullptr || accepted_)) not_decoded(*failure);
  return !failure;
}

void Framed::not_decoded(const codec::Failure& failure) {
  counters_.errors.count(failure.reason);
  undecoded_ = true;
  verdict_ = failure.reason;
  verdict_text_ = text_of(failure, config_.secret.empty());
  log_.limited(telemetry::Level::warn, failure.reason, "{}: a frame is no message: {} at byte {} of {}: {}",
               peer_text(*message_.origin), verdict_text_, failure.offset, message_.frame.size(),
               shown(message_.frame));
  if (observer_ != nullptr)
    observer_->failed(failure.reason, verdict_text_ + " at byte " + std::to_string(failure.offset));
  if (config_.on_error == FramedConfig::OnError::close) arrival_->close = failure.reason;
  if (config_.on_error != FramedConfig::OnError::dead_letter) return;
  message_.document = {};
  message_.device = {};
  message_.time = message_.received.wall;
  receiver_.dead_letter(message_, failure.reason, verdict_text_);
}

void Framed::document(const Document& document) {
  message_.document = document;
  message_.device = {};
  message_.tags = {};
  message_.time = message_.received.wall;
  if (!documented_) find_addressed(*arrival_);
  if (arrival_->conversation != nullptr && !documented_) match_answer();
  if (tried_ != nullptr && !accepted_) return;
  documented_ = true;
  if (!arrival_->close.empty()) return;
  pass_on();
  if (!config_.replies.empty() && arrival_->close.empty() && !refused_) render_reply();
}

/// Of a frame's documents, the last that a reply fits gives the answer.
void Framed::render_reply() {
  const Reply* const reply = first_fitting(config_.replies, message_);
  if (reply == nullptr) return;
  payload_.clear();
  const auto rendered = reply->out.content.append(message_, documented_ ? reading_ : nullptr, payload_, scratch_);
  reply_ = rendered ? reply : nullptr;
  if (!rendered)
    message_rejected("reply_" + std::string(rendered.error().reason), "it gets no reply: " + rendered.error().text);
}

std::optional<Framed::Answer> Framed::finish_reply(framing::Branch branch) {
  if (reply_ == nullptr) return std::nullopt;
  const Outgoing& out = reply_->out;
  if (arrival_->conversation != nullptr && out.content.uses(expression::Name::counter))
    ++arrival_->conversation->talk.counter;
  Answer answer{reply_->after, receipt_, payload_};
  if (wrapper_ && out.frame) {
    answer_.clear();
    if (const auto framed = wrapper_->wrap_as(out.branch.value_or(branch), payload_, answer_); !framed) {
      message_rejected("reply_" + std::string(framed.error().reason),
                       "it gets no reply, which cannot pass the framing: " + framed.error().text);
      return std::nullopt;
    }
    answer.bytes = answer_;
  }
  if (observer_ != nullptr) observer_->sent("reply", answer.bytes);
  receiver_.recorded({answer.bytes, true, message_.device, "reply", {}, &arrival_->from, {}, arrival_->now, {}, false});
  return answer;
}

void Framed::rejected(const framing::Cut& cut, Bytes bytes, const Origin& from, const Instant& now) {
  const bool garbage = cut.reason == framing::Cut::garbage_bytes;
  counters_.errors.count(cut.reason, garbage ? cut.consumed : 1);
  const std::string_view hint = cut.reason == "too_long"        ? ", see framing.max_length"
                                : cut.reason == "frame_timeout" ? ", see framing.frame_timeout"
                                                                : "";
  log_.limited(telemetry::Level::warn, cut.reason, "{}: bytes that are no frame ({}{}): {}", peer_text(from),
               cut.reason, hint, shown(garbage ? bytes.substr(0, cut.consumed) : bytes));
  if (observer_ != nullptr) observer_->cut(cut, bytes.substr(0, cut.consumed));
  undecoded_ = true;
  verdict_ = cut.reason;
  verdict_text_.clear();
  message_.device = {};
  record(bytes.substr(0, cut.consumed), {}, from, now);
}

void Framed::message_rejected(std::string_view reason, std::string_view text) {
  counters_.errors.count(reason);
  note(reason, text);
}

/// For the log, which others may read: not what can hold a secret.
std::string Framed::shown(Bytes bytes) const {
  if (!config_.secret.empty()) return "(not shown: it may hold the device's secret)";
  return '"' + telemetry::escaped(bytes) + '"';
}

/// Says what is wrong with the message in hand.
void Framed::note(std::string_view reason, std::string_view text) {
  log_.limited(telemetry::Level::warn, reason, "{}: {}: {}", peer_text(*message_.origin), text, shown(message_.frame));
  if (observer_ != nullptr) observer_->failed(reason, text);
  verdict_ = reason;
  verdict_text_ = text;
}

void Framed::sent(std::string_view what, Bytes bytes, const Conversation& to, const Instant& now) {
  if (observer_ != nullptr) observer_->sent(what, bytes);
  receiver_.recorded({bytes, true, to.id, what, {}, to.origin, to.peer, now, {}, false});
}

void Framed::record(Bytes raw, Bytes payload, const Origin& from, const Instant& now) {
  receiver_.recorded({raw, false, message_.device, verdict_, verdict_text_, &from, {}, now, {}, undecoded_, payload});
}

}  // namespace fieldgate::protocol
