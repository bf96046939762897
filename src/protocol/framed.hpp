// The usual protocol: a framer cuts the stream, a codec reads the frames, templates say whose they are and when.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "codec/codec.hpp"
#include "expression/template.hpp"
#include "framing/framer.hpp"
#include "protocol/protocol.hpp"
#include "telemetry/adapter_counters.hpp"
#include "telemetry/log.hpp"

namespace fieldgate::protocol {

/// `time:` of a protocol: the device's own time, and how far it is believed.
struct TimeOptions {
  enum class Otherwise : std::uint8_t { arrival, dead_letter };
  expression::Template from;
  TimeFormat format = TimeFormat::rfc3339;
  std::optional<Duration> max_age;
  std::optional<Duration> max_ahead;
  Otherwise otherwise = Otherwise::arrival;
  bool operator==(const TimeOptions&) const = default;
};

/// What `protocol:` says.
struct FramedConfig {
  /// What carries it: decides whether it needs a framing, and which names its templates can have.
  enum class Transport : std::uint8_t { tcp, tls, udp, mqtt };

  framing::Factory framing;  ///< none: a datagram, or an MQTT message, is a frame
  Duration frame_timeout = std::chrono::seconds(30);
  codec::Factory codec;
  expression::Template device;
  TimeOptions time;

  /// Reads the option `protocol` of an adapter: a name, or the map itself.
  static FramedConfig read(config::Section& adapter, Transport transport);
  /// Reads the map, for protocols that no adapter names.
  static FramedConfig read_map(config::Section& section, std::optional<Transport> transport);
  bool operator==(const FramedConfig&) const = default;
};

/// The framed protocol of one adapter: what all of its connections share.
class Framed final : private codec::Receiver {
 public:
  /// All but the config outlive it.
  Framed(FramedConfig config, const expression::Environment& environment, expression::Paths& paths,
         telemetry::AdapterCounters& counters, telemetry::Log log, protocol::Receiver& receiver);

  /// The protocol of one connection. This outlives it.
  std::unique_ptr<Protocol> connection();

  /// Takes exactly one message of a datagram transport. Nothing of it comes again.
  void datagram_received(Bytes bytes, const Origin& from, const Instant& now);

  const FramedConfig& config() const { return config_; }

 private:
  class Connection;

  void frame(Bytes bytes, const Origin& from, const Instant& now);
  void document(const Document& document) override;
  bool take_time(Message& message);
  void frame_rejected(std::string_view reason, Bytes bytes, const Origin& from);
  void message_rejected(std::string_view reason, std::string_view text);

  FramedConfig config_;
  telemetry::AdapterCounters& counters_;
  telemetry::Log log_;
  protocol::Receiver& receiver_;
  std::unique_ptr<codec::Codec> codec_;
  std::unique_ptr<framing::Framer> datagram_framer_;
  Message message_;     // of the frame in hand
  std::string device_;  // scratch of the device template
  std::string time_;
};

}  // namespace fieldgate::protocol
