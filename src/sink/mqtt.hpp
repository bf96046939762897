// The `mqtt` sink: each record a PUBLISH to a broker.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "mqtt/client.hpp"
#include "sink/compression.hpp"
#include "sink/mqtt_command_options.hpp"
#include "sink/mqtt_commands.hpp"
#include "sink/mqtt_refusal.hpp"
#include "sink/sink.hpp"
#include "transport/certificates.hpp"

namespace fieldgate::sink {

/// Publishes through a window, in the order of the batch, and reports what the broker has acknowledged. What was not
/// goes again from our buffer: Paho keeps nothing.
class Mqtt final : public Sink, private mqtt::Handler {
 public:
  static constexpr std::string_view type = "mqtt";
  static constexpr std::string_view meaning = "Publishes messages at an MQTT broker.";
  static constexpr Encoding::Type default_encoding = Encoding::Type::json;

  /// `will:` - what the broker publishes for us when the connection breaks.
  struct Will {
    expression::Template topic;  ///< empty: no will
    std::string payload;
    std::string online;  ///< published once connected; then `payload` is published at a clean stop as well
    int qos = 1;
    bool retain = true;
    bool operator==(const Will&) const = default;
  };

  struct Config {
    mqtt::Options connection;
    expression::Template client_id;
    expression::Template topic;
    int qos = 1;
    bool retain = false;
    std::size_t window = 64;
    Compression compression = Compression::none;
    Will will;
    MqttCommandOptions commands;

    static Config read(config::Section& section);
    bool operator==(const Config&) const = default;
  };

  Mqtt(const Config& config, const Context& context);

  void start() override {
    client_.start();
    certificates_.start();
  }
  Result<void> append_key(const Message& message, std::string& out) const override;
  bool has_keys() const override { return true; }
  Awaitable<Delivery> deliver(const Batch& batch, std::size_t first, std::size_t last, std::size_t lane) override;
  /// A clean DISCONNECT keeps the broker from publishing the will, as MQTT has it. Where `will.online` was published,
  /// its counterpart `will.payload` is published before, so that the status does not lie.
  Awaitable<> stop(Duration deadline) override;
  bool up() const override { return up_; }

 private:
  struct Lane {
    explicit Lane(asio::io_context& io) : wake(io), bundle(std::make_shared<mqtt::Bundle>()) {}
    Timer wake;
    std::shared_ptr<mqtt::Bundle> bundle;
    std::vector<std::string> payloads;  // where they are not the records as they stand
    Receipt refused = 0;                // the record that was refused last, and how often
    int refusals = 0;
    std::vector<Receipt> ahead;  // confirmed, though a record in front of them was not: they need not go again
  };

  // mqtt::Handler
  void connected(bool session_present) override;
  void disconnected(const std::string& text) override;
  void settled() override;
  void subscribed(std::size_t index, int code) override;
  bool message(const mqtt::Incoming& incoming, const Instant& now) override;
  void dropped(std::uint64_t overflow, std::uint64_t too_large) override;

  static mqtt::Setup setup(Config& config, const Context& context);
  void wake_all();
  bool too_large(std::size_t topic, std::size_t payload) const;
  std::size_t fill(Lane& lane, const Batch& batch, std::size_t first, std::size_t last);
  std::size_t fill_joined(Lane& lane, const Batch& batch, std::size_t first, std::size_t last);
  Awaitable<Result<void>> pack(Lane& lane, const Batch& batch, std::size_t first, std::size_t last);
  Delivery outcome(Lane& lane, const Batch& batch, std::size_t first, std::size_t end, std::size_t last);
  Delivery joined_outcome(Lane& lane, const Batch& batch, std::size_t first, std::size_t last);
  Delivery failed(Lane& lane, const Batch& batch, std::size_t at, int code);
  bool refused_too_often(Lane& lane, const Batch& batch, std::size_t at);
  bool is_tls() const;
  std::uint64_t bytes_to_connect() const;
  Delivery oversized(std::size_t delivered, std::size_t records) const;
  Awaitable<bool> wait_for_connection(Lane& lane);
  std::shared_ptr<mqtt::Bundle> status(const std::string& payload) const;

  void take_commands(const Context& context);
  Awaitable<> say_goodbye(std::chrono::steady_clock::time_point end);

  Config config_;
  const Encoding encoding_;
  const RequestOptions request_;
  telemetry::Log log_;
  telemetry::Metrics& metrics_;
  reactor::Reactor& reactor_;
  std::vector<Lane> lanes_;
  Timer stopped_;
  RefusedTopics refused_topics_;
  transport::Certificates certificates_;
  std::uint64_t connect_bytes_ = 0;  // of connections that no delivery was charged for
  std::string problem_ = "no connection yet";
  bool up_ = true;
  bool stopping_ = false;
  std::unique_ptr<MqttCommands> commands_;  // null: none come from here
  mqtt::Client client_;                     // last: it tells the others
};

}  // namespace fieldgate::sink
