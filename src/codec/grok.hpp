// Grok: patterns by their names, "%{NUMBER:temperature:float}", as regular expressions.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "codec/text_field.hpp"
#include "message/result.hpp"

namespace fieldgate::codec {

/// A regular expression in RE2's syntax, and what its groups are called: RE2 itself knows no name twice, and only plain
/// ones.
struct ExpandedPattern {
  std::string source;              ///< as it was written
  std::string pattern;             ///< of RE2, whose groups are called g0, g1, ... if it has names
  std::vector<TextField> columns;  ///< by the number in g0, g1, ...: name and kind
  bool operator==(const ExpandedPattern&) const = default;
};

/// Expands %{NAME}, %{NAME:field} and %{NAME:field:int|float} by `definitions` and the patterns that are built in. The
/// error says what is unknown, or that names lead back to themselves.
Result<ExpandedPattern> expand_grok(std::string_view text, const std::map<std::string, std::string>& definitions);

/// A plain regular expression, whose groups may also be written (?<name>...).
Result<ExpandedPattern> expand_regex(std::string_view text);

/// A pattern that is built in; empty if there is none of this name.
std::string_view grok_pattern(std::string_view name);

/// The names of all that are built in.
std::vector<std::string_view> grok_names();

}  // namespace fieldgate::codec
