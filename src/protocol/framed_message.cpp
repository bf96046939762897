// Framed: the way of a document to a message.
#include "protocol/framed.hpp"

namespace fieldgate::protocol {

void Framed::pass_on() {
  if (config_.session && !identify()) return;
  if (!take_device() || !may_pass() || !is_admitted() || !take_time()) return;
  ++counters_.messages;
  verdict_ = "message";
  if (observer_ != nullptr) observer_->message(message_);
  receipt_ = receiver_.message(message_);
}

bool Framed::take_device() {
  const auto device = config_.device.view(message_, device_);
  if (device) {
    message_.device = *device;
    return true;
  }
  const std::string reason = "device_" + std::string(device.error().reason);
  const std::string text = "the device's name: " + device.error().text;
  message_rejected(reason, text);
  receipt_ = receiver_.dead_letter(message_, reason, text);
  return false;
}

/// Whether it satisfies what each message must.
bool Framed::may_pass() {
  if (config_.require.source().empty() || config_.require.test(message_)) return true;
  arrival_->close = "require";
  note("require", "it does not satisfy the protocol's option require: " + config_.require.source());
  return false;
}

/// Whether the device may send it.
bool Framed::is_admitted() {
  std::string_view refusal;
  if (config_.secret.empty()) {
    refusal = receiver_.admit(message_, arrival_->peer);
  } else {
    const auto said = config_.secret.view(message_, secret_);
    const Proof proof{said ? std::optional<std::string_view>(*said) : std::nullopt};
    refusal = receiver_.admit_proven(message_, arrival_->peer, proof);
  }
  if (!refusal.empty()) refuse(refusal);
  return refusal.empty();
}

/// What may not be sent gets no answer: a device that keeps what is not acknowledged then still has it when it is
/// registered.
void Framed::refuse(std::string_view refusal) {
  refused_ = true;
  counters_.errors.count(refusal);
  verdict_ = refusal;
  std::string text = "the device '" + telemetry::escaped(message_.device) + "' ";
  if (refusal == "unknown_device") {
    text += "is not registered (option devices), and devices.unknown is 'reject'";
    if (unknown_devices_.may_note(*message_.origin, message_.received))
      log_.warn("{}: {}", peer_text(*message_.origin), text);
  } else if (refusal == "secret") {  // the frame, which may hold one, is not shown
    arrival_->close = refusal;
    text += "does not prove who it is: its secret is wrong, missing, or not registered (protocol option secret)";
    log_.limited(telemetry::Level::warn, refusal, "{}: {}", peer_text(*message_.origin), text);
  } else {
    text += "may not send it (" + std::string(refusal) + ", see limits)";
    log_.limited(telemetry::Level::warn, refusal, "{}: {}", peer_text(*message_.origin), text);
  }
  if (observer_ != nullptr) observer_->failed(refusal, text);
  verdict_text_ = std::move(text);
}

bool Framed::take_time() {
  std::optional<TimePoint> own = message_.document.time;
  if (!config_.time.from.empty()) {
    const auto text = config_.time.from.view(message_, time_);
    own = text ? parse_time(*text, config_.time.format) : std::nullopt;
    if (!own) {
      return time_fails("time_unreadable", "no time can be read from '" +
                                               (text ? telemetry::escaped(*text) : config_.time.from.source()) +
                                               "' (protocol option time.from)");
    }
  }
  if (!own) return true;
  const TimePoint arrival = message_.received.wall;
  const bool believed = (!config_.time.max_age || *own >= arrival - *config_.time.max_age) &&
                        (!config_.time.max_ahead || *own <= arrival + *config_.time.max_ahead);
  if (believed) {
    message_.time = *own;
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
  if (observer_ != nullptr) observer_->failed(reason, text);
  if (!passes) receipt_ = receiver_.dead_letter(message_, reason, text);
  return passes;
}

}  // namespace fieldgate::protocol
