// UTF-8, one character at a time.
#pragma once

#include <cstddef>

namespace fieldgate::utf8 {

/// How many bytes the well-formed character at `at` has (RFC 3629, section 4), 0 if it is none. `at` is before `end`.
inline std::size_t sequence(const char* at, const char* end) {
  const auto byte = [at](std::size_t index) { return static_cast<unsigned char>(at[index]); };
  const auto follows = [&byte](std::size_t index) { return (byte(index) & 0xC0U) == 0x80U; };
  const auto left = static_cast<std::size_t>(end - at);
  const unsigned first = byte(0);
  if (first < 0x80) return 1;
  if (first < 0xC2 || first > 0xF4) return 0;  // a continuation, an overlong form, or beyond U+10FFFF
  if (first < 0xE0) return left >= 2 && follows(1) ? 2 : 0;
  if (first < 0xF0) {
    if (left < 3 || !follows(1) || !follows(2)) return 0;
    if (first == 0xE0 && byte(1) < 0xA0) return 0;  // overlong
    if (first == 0xED && byte(1) > 0x9F) return 0;  // a surrogate
    return 3;
  }
  if (left < 4 || !follows(1) || !follows(2) || !follows(3)) return 0;
  if (first == 0xF0 && byte(1) < 0x90) return 0;  // overlong
  if (first == 0xF4 && byte(1) > 0x8F) return 0;  // beyond U+10FFFF
  return 4;
}

}  // namespace fieldgate::utf8
