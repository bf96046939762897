// MqttResponses: a queue in front of the client.
#include "sink/mqtt_responses.hpp"

#include <algorithm>
#include <utility>

#include "mqtt/reason.hpp"

namespace fieldgate::sink {
namespace {

constexpr std::size_t most_at_once = 64;
// Of a PUBLISH beside topic, payload and correlation data; see MQTT 5.0, 3.3.
constexpr std::size_t packet_overhead = 1 + 4 + 2 + 2 + 4 + 1 + 2;

}  // namespace

MqttResponses::MqttResponses(mqtt::Client& client, int qos, const std::string& sink, telemetry::Metrics& metrics,
                             telemetry::Log log)
    : client_(client),
      qos_(qos),
      log_(std::move(log)),
      published_(metrics.counter("fieldgate_sink_responses_total", {{"sink", sink}},
                                 "Answers to commands that the service has taken.")),
      dropped_(metrics, "fieldgate_sink_responses_dropped_total", {{"sink", sink}},
               "Answers to commands that were given up.") {}

void MqttResponses::add(Response response) {
  bytes_ += response.size();
  waiting_.push_back(std::move(response));
  while (waiting_.size() > most || bytes_ > most_bytes) {
    if (in_flight_ == waiting_.size()) break;
    drop(in_flight_, "overflow", "too many wait for the broker; the oldest go first");
  }
  go_on();
}

void MqttResponses::drop(std::size_t at, std::string_view reason, std::string_view why) {
  log_.limited(telemetry::Level::warn, reason, "an answer to a command is dropped: {} (topic {})", why,
               telemetry::escaped(waiting_[at].topic));
  dropped_.count(reason);
  bytes_ -= waiting_[at].size();
  waiting_.erase(waiting_.begin() + static_cast<std::ptrdiff_t>(at));
}

void MqttResponses::go_on() {
  if (in_flight_ > 0 && bundle_->settled()) take_outcomes();
  if (in_flight_ > 0 || !client_.connected()) return;
  bundle_->clear(client_.possible_qos(qos_), false);
  while (in_flight_ < std::min(most_at_once, waiting_.size())) {
    const Response& next = waiting_[in_flight_];
    if (packet_overhead + next.size() > client_.max_packet()) {
      drop(in_flight_, "packet_too_large", "the broker takes no packets of its size");
      continue;
    }
    bundle_->add(next.topic, next.payload, next.correlation);
    ++in_flight_;
  }
  if (in_flight_ == 0) return;
  sent_bytes_ += bundle_->packet_bytes();
  sent_packets_ += bundle_->size();
  client_.publish(bundle_);
}

std::uint64_t MqttResponses::take_sent(std::uint64_t per_packet) {
  return std::exchange(sent_bytes_, 0) + per_packet * std::exchange(sent_packets_, 0);
}

/// What was lost with its connection stays where it is.
void MqttResponses::take_outcomes() {
  std::size_t at = 0;
  for (std::size_t i = 0; i < bundle_->size(); ++i) {
    const int outcome = bundle_->outcome(i);
    if (outcome == mqtt::Bundle::lost) {
      ++at;
    } else if (mqtt::Bundle::confirmed(outcome)) {
      ++published_;
      bytes_ -= waiting_[at].size();
      waiting_.erase(waiting_.begin() + static_cast<std::ptrdiff_t>(at));
    } else {
      const bool invalid = outcome == mqtt::Bundle::invalid;
      drop(at, "refused", invalid ? "its topic is not UTF-8" : "the broker refused it: " + mqtt::reason_text(outcome));
    }
  }
  in_flight_ = 0;
}

}  // namespace fieldgate::sink
