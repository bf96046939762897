// What a client of an MQTT broker must know: where the broker is, who we are, how patient to be.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/section.hpp"
#include "config/tls.hpp"
#include "message/result.hpp"
#include "telemetry/metrics.hpp"

namespace fieldgate::mqtt {

/// A broker's address: `mqtt://host:port` (default port 1883) or `mqtts://host:port` (8883).
struct Server {
  bool tls = false;
  std::string host;  ///< without brackets
  std::uint16_t port = 0;

  /// The error says what is wrong and what to write.
  static Result<Server> parse(std::string_view url);
  std::string text() const;
  bool operator==(const Server&) const = default;
};

enum class Version : std::uint8_t { automatic, v3_1_1, v5 };

/// The options that the adapter and the sink have in common.
struct Options {
  std::vector<Server> servers;  ///< tried in order, one at a time
  Version version = Version::automatic;
  std::string username;
  config::Secret password;
  config::TlsClientOptions tls;
  Duration keepalive = std::chrono::seconds(60);
  Duration connect_timeout = std::chrono::seconds(10);
  Duration reconnect_initial = std::chrono::seconds(1);
  Duration reconnect_max = std::chrono::minutes(2);

  static Options read(config::Section& section);
  bool operator==(const Options&) const = default;
};

struct Will {
  std::string topic;
  std::string payload;
  int qos = 1;
  bool retain = true;
};

/// What the component that uses the client decides, beside the options of the file.
struct Setup {
  std::string client_id;
  telemetry::Metrics* metrics = nullptr;  ///< counts answers to CONNECT and take-overs, by the log's component
  bool clean_start = true;
  Duration session_expiry{};  ///< how long the broker keeps the session after a disconnect (v5)
  std::optional<Will> will;
  std::size_t window = 64;  ///< publications handed to Paho and not yet acknowledged
  Duration progress_timeout =
      std::chrono::seconds(60);  ///< publications in flight and no acknowledgement: connect anew
  std::size_t inbox_limit =
      16 * 1024 * 1024;                   ///< bytes that arrived and were not yet taken; above half of it, see Client
  std::size_t max_message = 1024 * 1024;  ///< of what arrives; larger ones are dropped and counted
};

/// The name by which the broker knows a component unless the file says otherwise; each instance of a unit has its own.
std::string default_client_id(std::string_view gateway, std::string_view instance, std::string_view component);

}  // namespace fieldgate::mqtt
