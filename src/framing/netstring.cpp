// Netstring: a strict reader, for a stream that is out of step once cannot be followed again.
#include "framing/netstring.hpp"

#include <algorithm>
#include <charconv>

namespace fieldgate::framing {

Cut Netstring::next(Bytes input) {
  const std::size_t begin = std::min(skip_, input.size());
  skip_ -= begin;
  const Bytes rest = input.substr(begin);

  std::size_t length = 0;
  std::size_t digits = 0;
  while (digits < rest.size() && rest[digits] >= '0' && rest[digits] <= '9') {
    if (digits > 0 && rest[0] == '0') return Cut::lose("bad_length");
    length = length * 10 + static_cast<std::size_t>(rest[digits++] - '0');
    if (length > max_length_ * believable) return Cut::lose("too_long");
  }
  if (digits == rest.size()) return Cut::more(begin);
  if (digits == 0 || rest[digits] != ':') return Cut::lose("bad_length");

  const std::size_t comma = digits + 1 + length;
  if (length > max_length_) {
    const std::size_t there = std::min(comma + 1, rest.size());
    skip_ = comma + 1 - there;
    return Cut::reject("too_long", begin + there);
  }
  if (rest.size() <= comma) return Cut::more(begin);
  if (rest[comma] != ',') return Cut::lose("bad_end");
  return Cut::whole(rest.substr(digits + 1, length), begin + comma + 1);
}

Result<void> Netstring::wrap(Bytes payload, std::string& out) const {
  if (payload.size() > max_length_) return too_long(payload, max_length_);
  char digits[20];
  const auto end = std::to_chars(digits, digits + sizeof digits, payload.size()).ptr;
  out.append(digits, end).append(":").append(payload).append(",");
  return {};
}

}  // namespace fieldgate::framing
