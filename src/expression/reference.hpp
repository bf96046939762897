// A name in a template or a condition: what it may be, and what it stands for in a message.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "expression/paths.hpp"
#include "message/message.hpp"
#include "message/result.hpp"

namespace fieldgate::expression {

/// What is the same for every message: `{{ gateway }}` and `{{ instance }}`.
struct Environment {
  std::string gateway;
  std::string instance;
};

/// The names that there are (config.md, Templates).
enum class Name : std::uint8_t {
  gateway,
  instance,
  adapter,
  device,
  time,
  time_unix_s,
  time_unix_ms,
  time_date,
  received,
  peer_ip,
  peer_port,
  tls_cn,
  topic,
  topic_level,
  data,
  meta,
};

/// One use of a name. Usable once bound.
class Reference {
 public:
  /// Reads a name as it stands between braces; the error says what is wrong with it, with did-you-mean.
  static Result<Reference> parse(std::string_view text);

  /// Gives a data path its slot and a constant its value.
  void bind(const Environment& environment, Paths& paths);

  Name name() const { return name_; }
  const std::string& source() const { return source_; }

  /// Known before the first message.
  bool constant() const { return name_ == Name::gateway || name_ == Name::instance; }

  /// Holds text that a device chose.
  bool from_device() const;

  /// Written anew for each message, by `append_rendered`; all others stand somewhere as they are, as `value` gives
  /// them.
  bool rendered() const;
  void append_rendered(const Message& message, std::string& out) const;

  /// A view of what it stands for; texts outside the document are strings, missing if empty. Not for rendered ones.
  Value value(const Message& message) const;

  /// Whether what it renders is a number.
  bool numeric() const { return name_ == Name::time_unix_s || name_ == Name::time_unix_ms || name_ == Name::peer_port; }

 private:
  Name name_ = Name::gateway;
  std::string source_;
  std::vector<std::string> steps_;  // of data
  std::string text_;                // of a constant: its value; of meta: which
  std::uint32_t level_ = 0;         // of topic.N
  Slot slot_ = Paths::Node::no_slot;
};

}  // namespace fieldgate::expression
