// What `protocol:` says.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "codec/codec.hpp"
#include "expression/template.hpp"
#include "framing/framer.hpp"
#include "protocol/replies.hpp"
#include "protocol/requests.hpp"
#include "protocol/session.hpp"

namespace fieldgate::protocol {

/// `time:` of a protocol: the device's own time, and how far it is believed.
struct TimeOptions {
  enum class Otherwise : std::uint8_t { arrival, dead_letter };
  expression::Template from;
  TimeFormat format = TimeFormat::rfc3339;
  std::optional<Duration> max_age;
  std::optional<Duration> max_ahead;
  Otherwise otherwise = Otherwise::arrival;

  static TimeOptions read(config::Section& protocol);
  bool operator==(const TimeOptions&) const = default;
};

/// What `protocol:` says.
struct FramedConfig {
  /// What carries it: decides whether it needs a framing, and which names its templates can have.
  enum class Transport : std::uint8_t { tcp, tls, udp, mqtt };
  /// What becomes of a frame that does not decode.
  enum class OnError : std::uint8_t { drop, dead_letter, close };
  /// Of what a device's name is made.
  enum class NamedBy : std::uint8_t { message, connection, session };

  framing::Factory framing;  ///< none: a datagram, or an MQTT message, is a frame
  Duration frame_timeout = std::chrono::seconds(30);
  codec::Factory codec;
  expression::Template device;
  TimeOptions time;
  std::optional<SessionOptions> session;
  expression::Template secret;    ///< must be the device's registered one; empty: nothing is asked
  expression::Condition require;  ///< empty: every message may come
  OnError on_error = OnError::drop;
  std::vector<Reply> replies;
  std::vector<Request> requests;
  Commands commands;
  bool half_duplex = true;
  bool dials = false;           ///< the gateway connects to the devices
  bool takes_commands = false;  ///< the adapter lets devices be given some

  /// Whether any reply waits for its messages to be settled so.
  bool answers_after(After after) const;

  /// From when on it is known which device a peer is. A connection that anybody can make names nobody.
  NamedBy named_by() const;

  /// Whether something must be remembered of each peer.
  bool converses() const;

  /// Reads the option `protocol` of an adapter: a name, or the map itself.
  static FramedConfig read(config::Section& adapter, Transport transport);
  /// Lets devices be given the commands that the adapter's option `commands` names; a name that is none is reported.
  void allow(config::Section& adapter, const std::vector<std::string>& allowed);
  /// Reads the map, for protocols that no adapter names. `named_peers`: `connect` gives them names.
  static FramedConfig read_map(config::Section& section, std::optional<Transport> transport, bool named_peers = false);
  bool operator==(const FramedConfig&) const = default;
};

}  // namespace fieldgate::protocol
