// The `mqtt` adapter: devices that publish at a broker.
#pragma once

#include <string>
#include <vector>

#include "adapter/adapter.hpp"
#include "adapter/entrance.hpp"
#include "mqtt/client.hpp"
#include "protocol/framed.hpp"
#include "telemetry/adapter_counters.hpp"

namespace fieldgate::adapter {

/// Subscribes at a broker and reads what arrives. Paho acknowledges QoS 1 and 2 when they arrive here, before they are
/// stored: so while the gateway cannot take more, the adapter leaves the broker and lets its session hold the rest.
class Mqtt final : public Adapter, private mqtt::Handler, private transport::Transport {
 public:
  static constexpr std::string_view type = "mqtt";
  static constexpr std::string_view meaning = "Subscribes to topics at an MQTT broker.";

  struct Config {
    mqtt::Options connection;
    expression::Template client_id;
    std::vector<mqtt::Subscription> subscribe;
    Duration session_expiry = std::chrono::hours(24);  ///< 0: clean start
    bool take_retained = true;
    /// Where a device listens for its commands.
    struct Publish {
      expression::Template topic;
      int qos = 1;
      bool retain = false;
      bool operator==(const Publish&) const = default;
    };
    Publish publish;
    device::SourceOptions source;
    protocol::FramedConfig protocol;

    static Config read(config::Section& section);
    bool operator==(const Config&) const = default;
  };

  Mqtt(const Config& config, const Context& context);

  Result<void> start(router::Inlet* const& inlet) override;
  void stop() override;
  /// What has arrived was acknowledged by Paho, so it still goes its way once the broker is left.
  Awaitable<> quiet(Duration deadline) override;
  /// A broker that is away must not make the gateway unready.
  bool ready() const override { return started_ && !stopping_; }
  const telemetry::AdapterCounters& counters() const override { return counters_; }

 private:
  // mqtt::Handler
  void connected(bool session_present) override;
  void disconnected(const std::string& text) override;
  void subscribed(std::size_t index, int code) override;
  bool message(const mqtt::Incoming& incoming, const Instant& now) override;
  void pressure() override;
  void dropped(std::uint64_t overflow, std::uint64_t too_large) override;

  // transport::Transport: to a device, by its name
  void write(Bytes bytes, Bytes to) override;

  static mqtt::Setup setup(Config& config, const Context& context);
  void subscribe_missing();
  void return_if_relieved();
  Awaitable<> resume_when_open();
  Awaitable<> ask_again();

  enum class Subscribed : unsigned char { no, asked, refused, granted };

  Config config_;
  reactor::Reactor& reactor_;
  telemetry::Log log_;
  telemetry::AdapterCounters counters_;
  Entrance entrance_;
  protocol::Framed protocol_;
  std::string name_;
  Origin origin_;  // of the message in hand
  std::vector<Subscribed> subscribed_;
  Timer ask_again_;
  bool asking_again_ = false;
  bool pressed_ = false;  // away from the broker until the inbox is nearly empty
  bool started_ = false;
  bool stopping_ = false;
  mqtt::Client client_;  // last: it tells the others
};

}  // namespace fieldgate::adapter
