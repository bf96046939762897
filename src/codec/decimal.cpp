// Decimal: reading and writing, without a detour by binary fractions.
#include "codec/decimal.hpp"

#include <charconv>
#include <cstring>

namespace fieldgate::codec {

namespace {

constexpr int most_digits = 18;

/// Takes digits off the front of `text` into `value`; false where they are too many.
bool take_digits(std::string_view& text, std::int64_t& value, int& count) {
  count = 0;
  for (; !text.empty() && text.front() >= '0' && text.front() <= '9'; text.remove_prefix(1), ++count) {
    if (__builtin_mul_overflow(value, 10, &value) || __builtin_add_overflow(value, text.front() - '0', &value))
      return false;
  }
  return true;
}

}  // namespace

std::int64_t power_of_ten(int n) {
  static constexpr auto powers = [] {
    struct {
      std::int64_t of[most_digits + 1];
    } table{};
    std::int64_t power = 1;
    for (std::int64_t& entry : table.of) {
      entry = power;
      if (&entry != &table.of[most_digits]) power *= 10;
    }
    return table;
  }();
  return powers.of[n];
}

double Decimal::real() const {
  const auto number = static_cast<double>(digits);
  if (places >= 0 && places <= most_digits) return number / static_cast<double>(power_of_ten(places));
  if (places < 0 && places >= -most_digits) return number * static_cast<double>(power_of_ten(-places));
  char text[48];
  char* end = std::to_chars(text, text + 24, digits).ptr;
  *end++ = 'e';
  end = std::to_chars(end, text + sizeof text, -places).ptr;
  double value = 0;
  std::from_chars(text, end, value);
  return value;
}

std::optional<Decimal> parse_decimal(std::string_view text) {
  const bool negative = text.starts_with('-');
  if (negative || text.starts_with('+')) text.remove_prefix(1);
  Decimal decimal;
  int whole = 0;
  int fraction = 0;
  if (!take_digits(text, decimal.digits, whole)) return std::nullopt;
  if (text.starts_with('.')) {
    text.remove_prefix(1);
    if (!take_digits(text, decimal.digits, fraction)) return std::nullopt;
    if (fraction == 0) return std::nullopt;
  }
  if (whole + fraction == 0) return std::nullopt;
  int exponent = 0;
  if (text.starts_with('e') || text.starts_with('E')) {
    text.remove_prefix(1);
    if (text.starts_with('+')) text.remove_prefix(1);
    const auto [end, bad] = std::from_chars(text.data(), text.data() + text.size(), exponent);
    if (bad != std::errc() || end != text.data() + text.size() || exponent > 400 || exponent < -400)
      return std::nullopt;
    text = {};
  }
  if (!text.empty()) return std::nullopt;
  if (negative) decimal.digits = -decimal.digits;
  decimal.places = fraction - exponent;
  while (decimal.digits != 0 && decimal.digits % 10 == 0) decimal.digits /= 10, --decimal.places;
  if (decimal.digits == 0) decimal.places = 0;
  return decimal;
}

char* write_unsigned_decimal(char* to, std::uint64_t digits, int places) {
  char* end = std::to_chars(to, to + 20, digits).ptr;
  if (places <= 0) {
    if (digits != 0)
      for (; places < 0; ++places) *end++ = '0';
    return end;
  }
  auto count = end - to;
  if (count <= places) {  // 0.005
    const auto zeros = places + 1 - count;
    std::memmove(to + zeros, to, static_cast<std::size_t>(count));
    std::memset(to, '0', static_cast<std::size_t>(zeros));
    end += zeros;
  }
  char* const point = end - places;
  for (char* at = end; at != point; --at) *at = at[-1];
  *point = '.';
  return end + 1;
}

char* write_decimal(char* to, std::int64_t digits, int places) {
  auto magnitude = static_cast<std::uint64_t>(digits);
  if (digits < 0) {
    *to++ = '-';
    magnitude = 0 - magnitude;
  }
  return write_unsigned_decimal(to, magnitude, places);
}

}  // namespace fieldgate::codec
