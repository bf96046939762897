// What a protocol answers: the options of `replies:`, and which of them fits.
#pragma once

#include <vector>

#include "config/section.hpp"
#include "expression/condition.hpp"
#include "message/message.hpp"
#include "message/receipt.hpp"
#include "protocol/content.hpp"

namespace fieldgate::protocol {

/// One entry of `replies:`.
struct Reply {
  expression::Condition when;  ///< empty: every frame
  After after = After::stored;
  Outgoing out;

  static Reply read(config::Section& section);
  bool fits(const Message& message) const { return when.source().empty() || when.test(message); }
  bool operator==(const Reply&) const = default;
};

/// The first that fits; null if none does.
const Reply* first_fitting(const std::vector<Reply>& replies, const Message& message);

/// Reads an optional condition; empty where there is none.
expression::Condition read_optional_condition(config::Section& section, std::string_view name,
                                              std::string_view meaning);

}  // namespace fieldgate::protocol
