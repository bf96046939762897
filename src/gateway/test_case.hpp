// What `tests:` of a configuration says: bytes of a device, and what must become of them.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "config/node.hpp"
#include "config/section.hpp"
#include "protocol/framed.hpp"

namespace fieldgate::gateway {

/// One entry of an `exchange:`.
struct TestStep {
  enum class Kind : std::uint8_t {
    device,   ///< the device sends `bytes`
    gateway,  ///< the gateway has sent `bytes`
    message,  ///< a message matches `expected`
    command,  ///< the gateway is given a command
  };
  Kind kind = Kind::device;
  std::string bytes;
  config::Node expected;  ///< of a message: a map; of a command: its `args`
  std::string command;
  config::Mark mark;
};

/// One entry of `tests:`.
struct TestCase {
  std::string name;
  std::string adapter;        ///< empty: `protocol` says what reads the bytes
  std::string protocol_name;  ///< where `protocol` is a name
  std::optional<protocol::FramedConfig> protocol;
  std::vector<std::string> chunks;                  ///< as they arrive; of datagrams: one each
  std::optional<std::vector<config::Node>> expect;  ///< the messages, in their order
  std::optional<std::vector<std::string>> replies;  ///< what is sent, in its order
  std::optional<std::vector<std::string>> errors;   ///< reasons, in their order; the same again counts once
  std::vector<TestStep> exchange;                   ///< in the place of all these
  std::string topic;                                ///< of a message at a broker
  std::string common_name;                          ///< of the device's certificate
  std::optional<TimePoint> at;                      ///< when the bytes arrive; nothing: now, and any time is believed
  config::Mark mark;
};

/// Reads the option `tests` of the root. Whatever cannot be run is reported.
std::vector<TestCase> read_tests(config::Section& root);

}  // namespace fieldgate::gateway
