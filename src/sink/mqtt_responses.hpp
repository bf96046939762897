// What the `mqtt` sink says of commands, until the broker has it.
#pragma once

#include <cstddef>
#include <deque>
#include <memory>
#include <string>

#include "mqtt/client.hpp"
#include "telemetry/log.hpp"
#include "telemetry/metrics.hpp"

namespace fieldgate::sink {

/// Publishes beside the batches, in order, at least once. Waits in memory while the broker is away, bounded: the oldest
/// go first.
class MqttResponses {
 public:
  static constexpr std::size_t most = 1000;
  static constexpr std::size_t most_bytes = 16 * 1024 * 1024;

  struct Response {
    std::string topic;
    std::string payload;
    std::string correlation;  ///< as the asker gave it (v5); empty: it gave none
    std::size_t size() const { return topic.size() + payload.size() + correlation.size(); }
  };

  /// All outlive it; `client` need not be made yet.
  MqttResponses(mqtt::Client& client, int qos, const std::string& sink, telemetry::Metrics& metrics,
                telemetry::Log log);

  void add(Response response);

  /// The client is connected, or has settled a bundle.
  void go_on();

  std::size_t waiting() const { return waiting_.size(); }

  /// Bytes of the packets handed over since the last call, with `per_packet` more for each.
  std::uint64_t take_sent(std::uint64_t per_packet);

 private:
  void take_outcomes();
  void drop(std::size_t at, std::string_view reason, std::string_view why);

  mqtt::Client& client_;
  const int qos_;
  telemetry::Log log_;
  telemetry::Counter& published_;
  telemetry::Reasons dropped_;
  std::deque<Response> waiting_;
  std::size_t bytes_ = 0;
  std::uint64_t sent_bytes_ = 0;
  std::uint64_t sent_packets_ = 0;
  std::size_t in_flight_ = 0;  // so many from the front are in the bundle
  std::shared_ptr<mqtt::Bundle> bundle_ = std::make_shared<mqtt::Bundle>();
};

}  // namespace fieldgate::sink
