// From a regular expression, the one of all beginnings of what it matches.
#pragma once

#include <string>
#include <string_view>

#include "message/result.hpp"

namespace fieldgate::protocol {

/// A pattern that matches the whole of a text just if more text may make `pattern` match from its first byte on. RE2
/// itself cannot tell a beginning from a mismatch. `pattern` is RE2's syntax; the error says what cannot be done with
/// it.
Result<std::string> prefix_pattern(std::string_view pattern);

/// The pattern without a `$` at its end: a stream has no end to wait for.
std::string without_end_anchor(std::string_view pattern);

}  // namespace fieldgate::protocol
