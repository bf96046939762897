// Framed: the way of a frame from bytes to a message.
#include "protocol/framed.hpp"

namespace fieldgate::protocol {

/// One connection's stream: only the framer has a memory.
class Framed::Connection final : public Protocol {
 public:
  Connection(Framed& shared, std::unique_ptr<framing::Framer> framer) : shared_(shared), framer_(std::move(framer)) {}

  std::size_t data_received(Bytes bytes, const Origin& from, const Instant& now, std::string_view& close) override {
    std::size_t used = 0;
    while (used < bytes.size() && shared_.receiver_.open()) {
      const framing::Cut cut = framer_->next(bytes.substr(used));
      if (cut.kind == framing::Cut::Kind::frame) {
        shared_.frame(cut.frame, from, now);
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

 private:
  Framed& shared_;
  std::unique_ptr<framing::Framer> framer_;
};

Framed::Framed(FramedConfig config, const expression::Environment& environment, expression::Paths& paths,
               telemetry::AdapterCounters& counters, telemetry::Log log, protocol::Receiver& receiver)
    : config_(std::move(config)),
      counters_(counters),
      log_(std::move(log)),
      receiver_(receiver),
      codec_(config_.codec.make(paths)) {
  config_.device.bind(environment, paths);
  config_.time.from.bind(environment, paths);
}

std::unique_ptr<Protocol> Framed::connection() { return std::make_unique<Connection>(*this, config_.framing.make()); }

void Framed::datagram_received(Bytes bytes, const Origin& from, const Instant& now) {
  counters_.bytes += bytes.size();
  if (!config_.framing) return frame(bytes, from, now);
  datagram_framer_ = config_.framing.make();  // a new one: what a datagram leaves unfinished has no continuation
  while (!bytes.empty()) {
    const framing::Cut cut = datagram_framer_->next(bytes);
    if (cut.kind == framing::Cut::Kind::frame) {
      frame(cut.frame, from, now);
    } else {
      frame_rejected(cut.kind == framing::Cut::Kind::incomplete ? "incomplete" : cut.reason, bytes, from);
      if (cut.kind == framing::Cut::Kind::incomplete || cut.lost) return;
    }
    bytes.remove_prefix(cut.consumed);
  }
}

void Framed::frame(Bytes bytes, const Origin& from, const Instant& now) {
  ++counters_.frames;
  message_.frame = bytes;
  message_.origin = &from;
  message_.received = now;
  if (const auto failure = codec_->decode(bytes, *this)) {
    counters_.errors.count(failure->reason);
    log_.limited(telemetry::Level::warn, failure->reason, "{}: a frame is no message: {} at byte {} of {}: \"{}\"",
                 peer_text(from), failure->text, failure->offset, bytes.size(), telemetry::escaped(bytes));
  }
}

void Framed::document(const Document& document) {
  message_.document = document;
  message_.device = {};
  message_.time = message_.received.wall;
  const auto device = config_.device.view(message_, device_);
  if (!device)
    return message_rejected("device_" + std::string(device.error().reason),
                            "the device's name: " + device.error().text);
  message_.device = *device;
  if (!take_time(message_)) return;
  ++counters_.messages;
  receiver_.message(message_);
}

bool Framed::take_time(Message& message) {
  std::optional<TimePoint> own = message.document.time;
  if (!config_.time.from.empty()) {
    const auto text = config_.time.from.view(message, time_);
    own = text ? parse_time(*text, config_.time.format) : std::nullopt;
    if (!own) {
      counters_.errors.count("time_unreadable");
      log_.limited(telemetry::Level::warn, "time_unreadable",
                   "{}: no time can be read from '{}' (protocol option time.from); {}", peer_text(*message.origin),
                   text ? telemetry::escaped(*text) : config_.time.from.source(),
                   config_.time.otherwise == TimeOptions::Otherwise::arrival ? "the arrival's is used"
                                                                             : "the message is dropped");
      return config_.time.otherwise == TimeOptions::Otherwise::arrival;
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
  counters_.errors.count("time_out_of_range");
  log_.limited(
      telemetry::Level::warn, "time_out_of_range",
      "{}: the device's time is not believed (protocol options time.max_age, time.max_ahead); {}",
      peer_text(*message.origin),
      config_.time.otherwise == TimeOptions::Otherwise::arrival ? "the arrival's is used" : "the message is dropped");
  return config_.time.otherwise == TimeOptions::Otherwise::arrival;
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
