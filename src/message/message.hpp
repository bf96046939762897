// A message: one device's document at one time. The face of this room.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "message/bytes.hpp"
#include "message/receipt.hpp"
#include "message/time.hpp"
#include "message/value.hpp"

namespace fieldgate {

/// A name and a value beside the document: MQTT v5 user properties, and what a codec adds.
struct Meta {
  std::string_view name;
  std::string_view value;
};

/// Where bytes came from. Lives with the connection, or for the length of a call; what does not apply is empty.
struct Origin {
  std::string_view adapter;  ///< the adapter's name in the YAML
  std::string peer_ip;       ///< without the port: "10.0.0.1", "fe80::1"
  std::uint16_t peer_port = 0;
  std::string_view tls_common_name;  ///< CN of a client certificate that was verified
  std::string_view topic;            ///< MQTT only
  std::span<const Meta> meta;
  std::string_view peer_name;             ///< that `connect:` gives the address
  std::string_view tls_alternative_name;  ///< first subject alternative name of the same certificate
};

/// What has been said before on the connection, as far as a message needs it. Lives with the connection.
struct Talk {
  std::string_view session;     ///< who the peer is; empty until it has said so
  std::span<const Meta> match;  ///< the named groups of its registration
  std::string_view request;     ///< that the message answers
  std::span<const Meta> each;   ///< what that request was asked for
  std::string_view arguments;   ///< of the command to be sent: an object's text
  std::uint64_t counter = 0;    ///< of what goes out
};

/// For log lines: "10.0.0.1:4711", "[fe80::1]:4711", "topic plant/7/up".
std::string peer_text(const Origin& origin);

/// What a codec made out of a frame. The canonical document is JSON text.
struct Document {
  std::string_view json;          ///< valid JSON (RFC 8259, UTF-8); an object, unless a codec says otherwise
  std::span<const Value> picked;  ///< the values at the paths in use, by the slot numbers of `expression::Paths`
  bool has_line_break = false;    ///< raw CR or LF between its tokens: to be compacted before it becomes a line
  std::optional<TimePoint> time;  ///< the device's own time, where the codec knows it
};

/// A view of everything known about one message. Lives only as long as the call that carries it; nothing in it is
/// owned.
struct Message {
  std::string_view device;
  const Origin* origin = nullptr;  ///< never null once it is dispatched
  Instant received{};              ///< when the wake-up that brought it began
  TimePoint time{};                ///< the device's own time if it gave one, else the arrival
  Document document;
  Bytes frame;  ///< as the codec read it
  Receipt receipt = 0;
  const Talk* talk = nullptr;  ///< null: nothing has been said
  std::span<const Meta> tags;  ///< of the gateway, the adapter and the device
  bool late = false;           ///< it has waited in a backlog
};

}  // namespace fieldgate
