// The tokens of JSON: strings, numbers, words and white space, checked where they stand.
#pragma once

#include <cstdint>
#include <cstring>
#include <string_view>

#include "codec/codec.hpp"
#include "message/scan.hpp"
#include "message/utf8.hpp"

namespace fieldgate::codec {

/// Reads tokens of one text. Functions take the place they begin at, which is before the end unless they say otherwise,
/// and return the one behind what they read, or null and `failure`. In a header, because the checker's speed is their
/// inlining.
class JsonTokens {
 public:
  explicit JsonTokens(std::string_view text) : begin_(text.data()), end_(begin_ + text.size()) {}

  const char* begin() const { return begin_; }
  const char* end() const { return end_; }

  /// From anywhere, also the end.
  const char* skip_space(const char* at);

  /// From behind the opening quote, also the end, to the closing one, where it stops.
  const char* string(const char* at, bool& escaped);
  const char* number(const char* at);
  const char* literal(const char* at, std::string_view word);

  const char* fail(std::string_view text, const char* at, std::string_view reason = "invalid_json") {
    failure = {reason, text, static_cast<std::size_t>(at - begin_)};
    return nullptr;
  }

  Failure failure;
  bool line_break = false;  ///< one was skipped

 private:
  std::uint32_t string_stops(const char* at) const;
  const char* escape(const char* at);
  const char* hex4(const char* at, unsigned& value) const;
  const char* digits(const char* at) const;

  const char* const begin_;
  const char* const end_;
};

inline const char* JsonTokens::skip_space(const char* at) {
  for (; at != end_ && static_cast<unsigned char>(*at) <= ' '; ++at) {
    if (*at == '\n' || *at == '\r') {
      line_break = true;
    } else if (*at != ' ' && *at != '\t') {
      break;
    }
  }
  return at;
}

/// Of the sixteen bytes at `at`, or what is left of them. Near the end the last sixteen bytes are looked at instead,
/// for nothing may be read behind it.
inline std::uint32_t JsonTokens::string_stops(const char* at) const {
  const auto left = static_cast<std::size_t>(end_ - at);
  if (left >= scan::block) return scan::string_stops(at);
  if (static_cast<std::size_t>(end_ - begin_) >= scan::block)
    return scan::string_stops(end_ - scan::block) >> (scan::block - left);
  char padded[scan::block] = {};
  std::memcpy(padded, at, left);
  return scan::string_stops(padded) & ((std::uint32_t{1} << left) - 1);
}

/// Inlined by force: by itself GCC makes it a call, and the whole check takes twice the time.
[[gnu::always_inline]] inline const char* JsonTokens::string(const char* at, bool& escaped) {
  for (;;) {
    const std::uint32_t stops = string_stops(at);
    if (stops == 0) {
      if (static_cast<std::size_t>(end_ - at) < scan::block) return fail("a string is not closed", end_);
      at += scan::block;
      continue;
    }
    at += scan::lowest(stops);
    if (*at == '"') return at;
    if (*at == '\\') {
      escaped = true;
      at = escape(at + 1);
      if (at == nullptr) return nullptr;
      continue;
    }
    if (static_cast<unsigned char>(*at) < 0x20) return fail("a control character in a string is not escaped", at);
    do {
      const std::size_t length = utf8::sequence(at, end_);
      if (length == 0) return fail("a string is not UTF-8", at, "invalid_utf8");
      at += length;
    } while (at != end_ && static_cast<unsigned char>(*at) >= 0x80);
  }
}

inline const char* JsonTokens::hex4(const char* at, unsigned& value) const {
  if (end_ - at < 4) return nullptr;
  value = 0;
  for (int i = 0; i < 4; ++i, ++at) {
    const char c = *at;
    const int digit = c >= '0' && c <= '9'   ? c - '0'
                      : c >= 'a' && c <= 'f' ? c - 'a' + 10
                      : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                             : -1;
    if (digit < 0) return nullptr;
    value = value << 4 | static_cast<unsigned>(digit);
  }
  return at;
}

/// An escape, from behind its backslash.
inline const char* JsonTokens::escape(const char* at) {
  if (at == end_) return fail("a string is not closed", end_);
  if (std::string_view("\"\\/bfnrt").find(*at) != std::string_view::npos) return at + 1;
  if (*at != 'u') return fail("no such escape in a string", at);
  unsigned code = 0;
  const char* const behind = hex4(at + 1, code);
  if (behind == nullptr) return fail("\\u needs four hexadecimal digits", at);
  if (code < 0xD800 || code > 0xDFFF) return behind;
  if (code > 0xDBFF || end_ - behind < 2 || behind[0] != '\\' || behind[1] != 'u')
    return fail("half of a surrogate pair", at);
  const char* const pair = hex4(behind + 2, code);
  if (pair == nullptr || code < 0xDC00 || code > 0xDFFF) return fail("half of a surrogate pair", at);
  return pair;
}

inline const char* JsonTokens::digits(const char* at) const {
  while (at != end_ && *at >= '0' && *at <= '9') ++at;
  return at;
}

/// RFC 8259, section 6.
inline const char* JsonTokens::number(const char* at) {
  if (*at == '-') ++at;
  if (at == end_ || *at < '0' || *at > '9') return fail("a value was expected", at);
  at = *at == '0' ? at + 1 : digits(at);
  if (at == end_) return at;
  if (*at >= '0' && *at <= '9') return fail("a number begins with a zero too many", at);
  if (*at == '.') {
    const char* const fraction = digits(at + 1);
    if (fraction == at + 1) return fail("a number ends with its decimal point", at);
    at = fraction;
  }
  if (at == end_ || (*at | 0x20) != 'e') return at;
  ++at;
  if (at != end_ && (*at == '+' || *at == '-')) ++at;
  const char* const exponent = digits(at);
  if (exponent == at) return fail("a number's exponent has no digits", at);
  return exponent;
}

inline const char* JsonTokens::literal(const char* at, std::string_view word) {
  if (static_cast<std::size_t>(end_ - at) < word.size() || std::memcmp(at, word.data(), word.size()) != 0) {
    return fail("a value was expected", at);
  }
  return at + word.size();
}

}  // namespace fieldgate::codec
