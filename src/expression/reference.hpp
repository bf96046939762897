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
  tls_san,
  peer_name,
  session_id,
  match,
  tags,
  request,
  each,
  args,
  late,
  counter,
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

  /// Whether it could only be a name of the language, not one that an operator may choose.
  static bool taken(std::string_view word);

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
  bool numeric() const {
    return name_ == Name::time_unix_s || name_ == Name::time_unix_ms || name_ == Name::peer_port ||
           name_ == Name::counter;
  }

  /// Of data: where its value stands among the picked ones.
  Slot slot() const { return slot_; }

  /// Of counter.N: its bytes, 1 to 8.
  std::uint32_t width() const { return number_; }

 private:
  Name name_ = Name::gateway;
  std::string source_;
  std::vector<std::string> steps_;  // of data
  std::string text_;                // of a constant: its value; of meta and the like: which
  std::uint32_t number_ = 0;        // of topic.N and counter.N
  Slot slot_ = Paths::Node::no_slot;
};

}  // namespace fieldgate::expression
