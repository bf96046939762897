// Commands to devices that come from the broker of an `mqtt` sink, and what the sink says of them.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "device/commands.hpp"
#include "mqtt/client.hpp"
#include "sink/mqtt_command_options.hpp"
#include "sink/mqtt_responses.hpp"

namespace fieldgate::sink {

/// Subscribes at each connection, hands over what it can read of what comes, and publishes each state of it. Lives on
/// the reactor's thread.
class MqttCommands final : public device::Asker {
 public:
  static constexpr std::size_t most_bytes = 64 * 1024;         ///< of a command
  static constexpr std::size_t most_address_bytes = 4 * 1024;  ///< of its response topic and correlation data
  static constexpr std::size_t inbox_bytes = 4 * 1024 * 1024;  ///< of commands that wait to be read

  /// Takes a command that may be one of `allowed`; device::Commands::submit.
  using Submit = std::function<void(device::CommandRequest request, const std::vector<std::string>& allowed)>;

  /// `options` are bound. What is referred to outlives it; `client` need not be made yet.
  MqttCommands(MqttCommandOptions options, mqtt::Client& client, Submit submit, reactor::Reactor& reactor,
               const std::string& sink, telemetry::Metrics& metrics, telemetry::Log log);

  /// As the requests carry it, and as device::Commands knows who asked.
  const std::string& from() const { return from_; }

  // What the client tells; see mqtt::Handler.
  void connected();
  void subscribed(int code);
  void message(const mqtt::Incoming& incoming);
  void settled() { responses_.go_on(); }
  void dropped(std::uint64_t overflow, std::uint64_t too_large);

  void told(const device::CommandStatus& status) override;

  /// Nothing is asked for again.
  void stop() { ask_again_.cancel(); }
  bool idle() const { return responses_.waiting() == 0; }
  std::uint64_t take_sent(std::uint64_t per_packet) { return responses_.take_sent(per_packet); }

 private:
  struct Refusal {
    std::string_view reason;  // a literal: the label of a counter
    std::string text;
  };
  std::optional<Refusal> read(const mqtt::Incoming& incoming, device::CommandRequest& request) const;
  std::optional<Refusal> name_device(const mqtt::Incoming& incoming, device::CommandRequest& request) const;
  std::optional<Refusal> name_answer(const mqtt::Incoming& incoming, device::CommandRequest& request) const;
  std::string own_topic(const mqtt::Incoming& incoming, const device::CommandRequest& request) const;
  bool may_answer_at(std::string_view topic) const;
  void refuse(device::CommandRequest request, const Refusal& refusal);
  void subscribe();

  const MqttCommandOptions options_;
  const std::string filter_;
  const std::string from_;
  mqtt::Client& client_;
  Submit submit_;
  telemetry::Log log_;
  telemetry::Counter& received_;
  telemetry::Reasons refused_;
  MqttResponses responses_;
  Timer ask_again_;
};

}  // namespace fieldgate::sink
