// Quantity: from raw numbers to JSON, and back.
#include "codec/quantity.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstring>

namespace fieldgate::codec {

namespace {

constexpr std::size_t longest_number = 48;

char* write_text(char* to, std::string_view text) {
  std::memcpy(to, text.data(), text.size());
  return to + text.size();
}

char* write_real(char* to, double value) {
  return std::isfinite(value) ? std::to_chars(to, to + longest_number, value).ptr : write_text(to, "null");
}

char* write_real(char* to, float value) {
  return std::isfinite(value) ? std::to_chars(to, to + longest_number, value).ptr : write_text(to, "null");
}

Error wrong(std::string text) { return {"encode", std::move(text)}; }

/// `value` as digits with `places`; nothing where it is no number of up to 18 digits.
std::optional<Int128> digits_at(std::string_view value, int places) {
  const auto decimal = parse_decimal(value);
  if (!decimal) return std::nullopt;
  Int128 digits = decimal->digits;
  int shift = places - decimal->places;
  if (shift > 18) return std::nullopt;
  if (shift >= 0) return digits * power_of_ten(shift);
  for (; shift < 0 && digits != 0; ++shift) digits = (digits + (digits < 0 ? -5 : 5) * (shift == -1 ? 1 : 0)) / 10;
  return digits;
}

Int128 rounded_quotient(Int128 value, Int128 by) {
  if (by < 0) value = -value, by = -by;
  return (value < 0 ? value - by / 2 : value + by / 2) / by;
}

}  // namespace

bool Quantity::plain() const {
  return decimal && decimals == 0 && multiplier == 1 && addend == 0 && !min && !max && missing.empty() && words.empty();
}

std::size_t Quantity::longest() const {
  std::size_t longest = longest_number;
  for (const std::string& word : quoted) longest = std::max(longest, word.size());
  return longest;
}

std::size_t Quantity::find_word(std::int64_t raw) const {
  const auto found = std::lower_bound(words.begin(), words.end(), raw,
                                      [](const auto& word, std::int64_t number) { return word.first < number; });
  const bool known = found != words.end() && found->first == raw;
  return known ? static_cast<std::size_t>(found - words.begin()) : words.size();
}

const std::string* Quantity::word(std::int64_t raw) const {
  if (words.empty()) return nullptr;
  const std::size_t index = find_word(raw);
  return index < words.size() ? &words[index].second : nullptr;
}

/// A word, or null; or nothing where the number counts.
char* Quantity::write_exceptional(char* to, std::int64_t raw) const {
  if (!missing.empty() && std::find(missing.begin(), missing.end(), raw) != missing.end())
    return write_text(to, "null");
  if (words.empty()) return nullptr;
  const std::size_t index = find_word(raw);
  return index < quoted.size() ? write_text(to, quoted[index]) : nullptr;
}

char* Quantity::write(char* to, std::int64_t raw) const {
  if (char* const end = write_exceptional(to, raw)) return end;
  std::int64_t digits = 0;
  if (!decimal || __builtin_mul_overflow(raw, multiplier, &digits) || __builtin_add_overflow(digits, addend, &digits)) {
    const double value = scaled(static_cast<double>(raw));
    return within(value) ? write_real(to, value) : nullptr;
  }
  if ((min || max) && !within(static_cast<double>(digits) / static_cast<double>(power_of_ten(decimals))))
    return nullptr;
  return write_decimal(to, digits, decimals);
}

char* Quantity::write_unsigned(char* to, std::uint64_t raw) const {
  if (raw <= INT64_MAX) return write(to, static_cast<std::int64_t>(raw));
  if (char* const end = write_exceptional(to, static_cast<std::int64_t>(raw))) return end;
  const double value = scaled(static_cast<double>(raw));
  if (!within(value)) return nullptr;
  return decimal && multiplier == 1 && addend == 0 ? write_unsigned_decimal(to, raw, decimals) : write_real(to, value);
}

char* Quantity::write(char* to, double raw, bool single) const {
  const double value = scaled(raw);
  if (!within(value)) return nullptr;
  return single && offset == 0 ? write_real(to, static_cast<float>(value)) : write_real(to, value);
}

namespace {

template <class Write>
bool append_by(std::string& out, std::size_t room, const Write& write) {
  const std::size_t before = out.size();
  out.resize(before + room);
  const char* const end = write(out.data() + before);
  out.resize(end != nullptr ? static_cast<std::size_t>(end - out.data()) : before);
  return end != nullptr;
}

}  // namespace

bool Quantity::append(std::string& out, std::int64_t raw) const {
  return append_by(out, longest(), [&](char* to) { return write(to, raw); });
}

bool Quantity::append_unsigned(std::string& out, std::uint64_t raw) const {
  return append_by(out, longest(), [&](char* to) { return write_unsigned(to, raw); });
}

bool Quantity::append(std::string& out, double raw) const {
  // A word stands for a whole number, also where it is written with a point.
  const bool whole = std::fabs(raw) < 9e15 && std::nearbyint(raw) == raw;
  if ((!words.empty() || !missing.empty()) && whole) return append(out, static_cast<std::int64_t>(raw));
  return append_by(out, longest(), [&](char* to) { return write(to, raw); });
}

std::string Quantity::range() const {
  if (!words.empty()) {
    std::string all;
    for (const auto& [number, word] : words) all += (all.empty() ? "" : ", ") + word;
    return all;
  }
  const std::string behind = unit.empty() ? "" : " " + unit;
  if (min && max) return fmt::format("from {} to {}{}", *min, *max, behind);
  if (min) return fmt::format("{}{} or more", *min, behind);
  if (max) return fmt::format("{}{} or less", *max, behind);
  return {};
}

std::optional<std::int64_t> Quantity::named(std::string_view value) const {
  for (const auto& [number, word] : words)
    if (word == value) return number;
  return std::nullopt;
}

Result<std::int64_t> Quantity::raw(std::string_view value, bool is_string) const {
  if (const auto number = is_string || !words.empty() ? named(value) : std::nullopt) return *number;
  if (value == "null" && !missing.empty()) return missing.front();
  if (is_string && !words.empty()) return wrong(fmt::format("must be one of {}, not '{}'", range(), value));
  double real = 0;
  const auto [end, bad] = std::from_chars(value.data(), value.data() + value.size(), real);
  if (bad != std::errc() || end != value.data() + value.size() || !std::isfinite(real))
    return wrong(fmt::format("must be a number{}{}, not '{}'", range().empty() ? "" : " ", range(), value));
  if (!within(real)) return wrong(fmt::format("must be {}, not {}", range(), value));
  if (decimal && multiplier != 0) {
    std::uint64_t large = 0;
    if (decimals == 0 && multiplier == 1 && addend == 0 && std::from_chars(value.data(), end, large).ptr == end)
      return static_cast<std::int64_t>(large);
    if (const auto digits = digits_at(value, decimals)) {
      const Int128 exact = rounded_quotient(*digits - addend, multiplier);
      if (exact >= INT64_MIN && exact <= INT64_MAX) return static_cast<std::int64_t>(exact);
    }
  }
  const double back = (real - offset) * divisor / scale;
  if (!(std::fabs(back) < 1.8446744073709550e19)) return wrong(fmt::format("is too large: {}", value));
  if (back >= 9.2233720368547758e18) return static_cast<std::int64_t>(static_cast<std::uint64_t>(back));
  return back < -9.2233720368547758e18 ? Result<std::int64_t>(wrong(fmt::format("is too small: {}", value)))
                                       : Result<std::int64_t>(std::llround(back));
}

Result<double> Quantity::raw_real(std::string_view value, bool is_string) const {
  if (const auto number = is_string ? named(value) : std::nullopt) return static_cast<double>(*number);
  if (value == "null") return std::nan("");
  double real = 0;
  const auto [end, bad] = std::from_chars(value.data(), value.data() + value.size(), real);
  if (bad != std::errc() || end != value.data() + value.size())
    return wrong(fmt::format("must be a number, not '{}'", value));
  if (!within(real)) return wrong(fmt::format("must be {}, not {}", range(), value));
  return (real - offset) * divisor / scale;
}

}  // namespace fieldgate::codec
