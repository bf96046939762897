// Netstring: a strict reader.
#include "framing/netstring.hpp"

#include <algorithm>
#include <charconv>

namespace fieldgate::framing {

Measure NetstringShape::measure(Bytes rest) {
  std::size_t length = 0;
  std::size_t digits = 0;
  while (digits < rest.size() && rest[digits] >= '0' && rest[digits] <= '9') {
    if (digits > 0 && rest[0] == '0') return Measure::bad("bad_length", digits);
    length = length * 10 + static_cast<std::size_t>(rest[digits++] - '0');
    if (length > max_length_ * believable) return Measure::bad(Measure::too_long_reason, digits);
  }
  if (digits == rest.size()) return Measure::more(digits + 1);
  if (digits == 0 || rest[digits] != ':') return Measure::bad("bad_length", std::max<std::size_t>(digits, 1));

  const std::size_t comma = digits + 1 + length;
  if (length > max_length_) {
    const std::size_t there = std::min(comma + 1, rest.size());
    skip_ = comma + 1 - there;
    return Measure::too_long(there);
  }
  if (rest.size() <= comma) return Measure::more(comma + 1);
  if (rest[comma] != ',') return Measure::bad("bad_end", comma + 1);
  return Measure::whole(rest.substr(digits + 1, length), comma + 1);
}

Result<void> NetstringShape::wrap(Bytes payload, std::string& out) const {
  if (payload.size() > max_length_) return too_long(payload, max_length_);
  char digits[20];
  const auto end = std::to_chars(digits, digits + sizeof digits, payload.size()).ptr;
  out.append(digits, end).append(":").append(payload).append(",");
  return {};
}

}  // namespace fieldgate::framing
