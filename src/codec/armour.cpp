// Hex and base64, strictly.
#include "codec/armour.hpp"

#include <array>
#include <cstdint>

namespace fieldgate::codec {

namespace {

constexpr std::uint8_t no_digit = 0xFF;
constexpr std::uint8_t space = 0xFE;

constexpr std::array<std::uint8_t, 256> digits_of(std::string_view alphabet) {
  std::array<std::uint8_t, 256> table{};
  for (auto& entry : table) entry = no_digit;
  for (std::size_t i = 0; i < alphabet.size(); ++i)
    table[static_cast<unsigned char>(alphabet[i])] = static_cast<std::uint8_t>(i);
  for (const char c : std::string_view(" \t\r\n")) table[static_cast<unsigned char>(c)] = space;
  return table;
}

constexpr auto hex_digits = [] {
  auto table = digits_of("0123456789ABCDEF");
  for (unsigned char c = 'a'; c <= 'f'; ++c) table[c] = static_cast<std::uint8_t>(c - 'a' + 10);
  return table;
}();

constexpr auto base64_digits = [] {
  auto table = digits_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/");
  table['-'] = 62;
  table['_'] = 63;
  return table;
}();

}  // namespace

std::optional<std::size_t> append_from_hex(std::string& out, Bytes text) {
  const std::size_t before = out.size();
  for (std::size_t at = 0; at < text.size();) {
    const std::uint8_t high = hex_digits[static_cast<unsigned char>(text[at])];
    if (high == space) {
      ++at;
      continue;
    }
    const std::uint8_t low = at + 1 < text.size() ? hex_digits[static_cast<unsigned char>(text[at + 1])] : no_digit;
    if (high > 15 || low > 15) {
      out.resize(before);
      return high > 15 ? at : at + 1;
    }
    out += static_cast<char>(high << 4 | low);
    at += 2;
  }
  return std::nullopt;
}

std::optional<std::size_t> append_from_base64(std::string& out, Bytes text) {
  const std::size_t before = out.size();
  std::uint32_t bits = 0;
  std::size_t count = 0;
  std::size_t padding = 0;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const std::uint8_t digit = base64_digits[static_cast<unsigned char>(text[at])];
    if (digit == space) continue;
    const bool is_padding = text[at] == '=';
    if (is_padding ? ++padding > 2 || count % 4 < 2 : digit == no_digit || padding != 0) {
      out.resize(before);
      return at;
    }
    if (is_padding) continue;
    bits = bits << 6 | digit;
    if (++count % 4 != 1) out += static_cast<char>(bits >> (6 - 2 * ((count - 1) % 4)) & 0xFFU);
  }
  const bool padded_well = padding == 0 || (count + padding) % 4 == 0;
  if (count % 4 != 1 && padded_well) return std::nullopt;
  out.resize(before);
  return text.size();
}

void append_hex(std::string& out, Bytes bytes) {
  constexpr std::string_view digits = "0123456789abcdef";
  for (const char byte : bytes) {
    out += digits[static_cast<unsigned char>(byte) >> 4];
    out += digits[static_cast<unsigned char>(byte) & 0xF];
  }
}

}  // namespace fieldgate::codec
