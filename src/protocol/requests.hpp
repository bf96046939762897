// What the gateway asks of devices: the options of `requests:` and `commands:`.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "codec/codec.hpp"
#include "config/section.hpp"
#include "expression/condition.hpp"
#include "message/message.hpp"
#include "protocol/content.hpp"

namespace fieldgate::protocol {

/// What is sent, and the answer that is waited for.
struct Exchange {
  Outgoing out;
  expression::Condition expect;  ///< which frame answers; empty: the next one
  Duration timeout = std::chrono::seconds(5);
  int retries = 0;
  codec::Factory codec;  ///< reads the answer; none: the protocol's does

  void read(config::Section& entry);
  void bind(const expression::Environment& environment, expression::Paths& paths);

  /// Whether the message answers it.
  bool fits(const Message& message) const { return expect.source().empty() || expect.test(message); }
  bool operator==(const Exchange&) const = default;
};

/// One entry of `requests:`.
struct Request {
  static constexpr std::size_t max_each = 1000;

  std::string name;
  Exchange exchange;
  std::optional<Duration> every;
  bool at_connect = false;
  std::vector<std::pair<std::string, std::vector<std::string>>> each;  ///< asked for all combinations of these

  static Request read(config::Section& section);
  /// How often one round asks.
  std::size_t combinations() const;
  /// The names and values of one of them. Views of `each`.
  std::vector<Meta> combination(std::size_t index) const;
  bool operator==(const Request&) const = default;
};

/// One entry of `commands:`.
struct Command {
  Exchange exchange;
  Duration expires{};  ///< how long it may wait for an absent device

  static Command read(config::Section& section);
  bool operator==(const Command&) const = default;
};
using Commands = std::map<std::string, Command, std::less<>>;

/// Gives the names that `each:` of any request of a protocol chose their place: `{{ unit }}` becomes
/// `{{ each.unit }}` wherever a template or a condition of the protocol says it. Nothing where no request has any.
std::optional<config::Node> with_chosen_names(config::Section& protocol);

}  // namespace fieldgate::protocol
