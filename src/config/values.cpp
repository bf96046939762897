// What the texts of a configuration mean: flags, numbers, durations, sizes, rates and bytes.
#include "config/values.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <system_error>

namespace fieldgate::config {
namespace {

constexpr std::string_view digits = "0123456789";

Error wrong(std::string text) { return {"config", std::move(text)}; }

struct Unit {
  std::string_view name;
  std::int64_t factor;
};

constexpr std::array<Unit, 6> time_units{
    {{"us", 1}, {"ms", 1'000}, {"s", 1'000'000}, {"m", 60'000'000}, {"h", 3'600'000'000}, {"d", 86'400'000'000}}};

constexpr std::array<Unit, 10> size_units{{{"B", 1},
                                           {"KB", 1'000},
                                           {"kB", 1'000},
                                           {"MB", 1'000'000},
                                           {"GB", 1'000'000'000},
                                           {"TB", 1'000'000'000'000},
                                           {"KiB", std::int64_t{1} << 10},
                                           {"MiB", std::int64_t{1} << 20},
                                           {"GiB", std::int64_t{1} << 30},
                                           {"TiB", std::int64_t{1} << 40}}};

/// `whole`.`part` times `factor`, cut to a whole number; nothing if it does not fit.
std::optional<std::int64_t> scaled(std::string_view whole, std::string_view part, std::int64_t factor) {
  constexpr std::size_t most_decimals = 6;  // 10^6 times the largest unit still fits
  std::int64_t value = 0;
  if (part.size() > most_decimals) return std::nullopt;
  if (std::from_chars(whole.data(), whole.data() + whole.size(), value).ec != std::errc()) return std::nullopt;
  if (value > INT64_MAX / factor) return std::nullopt;
  std::int64_t numerator = 0;
  std::int64_t denominator = 1;
  for (char c : part) {
    numerator = numerator * 10 + (c - '0');
    denominator *= 10;
  }
  if (__builtin_add_overflow(value * factor, numerator * factor / denominator, &value)) return std::nullopt;
  return value;
}

/// A number and one of `units`. `example` is appended to what is missing: "write 9s".
template <std::size_t N>
Result<std::int64_t> parse_quantity(std::string_view text, const std::array<Unit, N>& units, std::string_view what,
                                    std::string_view known, std::string_view example) {
  const std::size_t end = std::min(text.find_first_not_of(digits), text.size());
  const std::string_view whole = text.substr(0, end);
  std::string_view rest = text.substr(end);
  std::string_view part;
  if (rest.starts_with('.')) {
    const std::size_t stop = std::min(rest.find_first_not_of(digits, 1), rest.size());
    part = rest.substr(1, stop - 1);
    rest.remove_prefix(stop);
    if (part.empty()) return wrong(fmt::format("{} is no {}: write it like {}", in_quotes(text), what, example));
  }
  if (whole.empty()) return wrong(fmt::format("{} is no {}: write it like {}", in_quotes(text), what, example));
  if (rest.empty()) {
    return wrong(fmt::format("{} needs a unit: write {}{} (units: {})", in_quotes(text), text,
                             units[what == "size" ? 0 : 2].name, known));
  }
  const auto unit = std::find_if(units.begin(), units.end(), [&](const Unit& u) { return u.name == rest; });
  if (unit == units.end())
    return wrong(fmt::format("{} is no {}: its unit must be one of {}", in_quotes(text), what, known));
  const auto value = scaled(whole, part, unit->factor);
  if (!value) return wrong(fmt::format("{} is too large or too exact for a {}", in_quotes(text), what));
  return *value;
}

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

Result<std::int64_t> parse_magnitude(std::string_view text, std::string_view number, bool negative) {
  const bool hex = number.starts_with("0x");
  const std::string_view body = hex ? number.substr(2) : number;
  if (body.empty() || body.find_first_not_of(hex ? "0123456789abcdefABCDEF" : digits) != std::string_view::npos) {
    return wrong(fmt::format("{} is no whole number", in_quotes(text)));
  }
  if (!hex && body.size() > 1 && body[0] == '0') {
    const std::size_t first = std::min(body.find_first_not_of('0'), body.size() - 1);
    return wrong(
        fmt::format("{} has a leading zero: write {}{}", in_quotes(text), negative ? "-" : "", body.substr(first)));
  }
  std::uint64_t value = 0;
  const auto [end, ec] = std::from_chars(body.data(), body.data() + body.size(), value, hex ? 16 : 10);
  if (ec != std::errc() || value > static_cast<std::uint64_t>(INT64_MAX)) {
    return wrong(fmt::format("{} is too large for a whole number", in_quotes(text)));
  }
  const auto plain = static_cast<std::int64_t>(value);
  return negative ? -plain : plain;
}

}  // namespace

std::string in_quotes(std::string_view text) {
  constexpr std::size_t limit = 80;
  std::string out = "'";
  for (char c : text.substr(0, limit)) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte == 0x7f) {
      out += fmt::format("\\x{:02x}", byte);
    } else {
      out += c;
    }
  }
  if (text.size() > limit) out += "...";
  return out + "'";
}

Result<bool> parse_flag(std::string_view text) {
  if (text == "true") return true;
  if (text == "false") return false;
  std::string lower(text);
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](unsigned char c) { return static_cast<char>(c | 0x20); });
  if (lower == "yes" || lower == "y" || lower == "on" || lower == "true") {
    return wrong(fmt::format("expected true or false, not {}: write true", in_quotes(text)));
  }
  if (lower == "no" || lower == "n" || lower == "off" || lower == "false") {
    return wrong(fmt::format("expected true or false, not {}: write false", in_quotes(text)));
  }
  return wrong(fmt::format("expected true or false, not {}", in_quotes(text)));
}

Result<std::int64_t> parse_integer(std::string_view text) {
  const bool negative = text.starts_with('-');
  return parse_magnitude(text, negative ? text.substr(1) : text, negative);
}

Result<Duration> parse_duration(std::string_view text) {
  const auto value = parse_quantity(text, time_units, "duration", "us, ms, s, m, h, d", "500ms, 30s or 5m");
  if (!value) return value.error();
  return Duration(*value);
}

Result<std::int64_t> parse_size(std::string_view text) {
  return parse_quantity(text, size_units, "size", "B, KB, MB, GB, TB, KiB, MiB, GiB, TiB", "64KiB or 10MB");
}

Result<Rate> parse_rate(std::string_view text) {
  const std::string_view hint = "write it like 10/s, 600/m, 100/h or 5/d";
  const std::size_t slash = text.find('/');
  if (slash == std::string_view::npos) return wrong(fmt::format("{} is no rate: {}", in_quotes(text), hint));
  const std::string_view amount = text.substr(0, slash);
  const std::string_view per = text.substr(slash + 1);
  double value = 0;
  const auto [end, ec] = std::from_chars(amount.data(), amount.data() + amount.size(), value, std::chars_format::fixed);
  if (ec != std::errc() || end != amount.data() + amount.size() || !std::isfinite(value) || value <= 0) {
    return wrong(fmt::format("{} is no rate above zero: {}", in_quotes(text), hint));
  }
  if (per == "s") return Rate{value};
  if (per == "m") return Rate{value / 60};
  if (per == "h") return Rate{value / 3600};
  if (per == "d") return Rate{value / 86400};
  return wrong(fmt::format("{} is no rate: {}", in_quotes(text), hint));
}

Result<std::string> parse_hex(std::string_view text) {
  std::string out;
  int high = -1;
  for (char c : text) {
    if (c == ' ') continue;
    const int digit = hex_digit(c);
    if (digit < 0) return wrong(fmt::format("{} is not hex: '{}' is no hex digit", in_quotes(text), c));
    if (high < 0) {
      high = digit;
    } else {
      out += static_cast<char>(high * 16 + digit);
      high = -1;
    }
  }
  if (high >= 0) return wrong(fmt::format("{} is not whole bytes: hex needs two digits a byte", in_quotes(text)));
  if (out.empty()) return wrong(fmt::format("{} holds no bytes: write hex digits, like 0d 0a", in_quotes(text)));
  return out;
}

Result<std::string> parse_bytes(std::string_view text) {
  if (text.starts_with("0x")) return parse_hex(text.substr(2));
  return std::string(text);
}

Result<std::string> parse_base64(std::string_view text) {
  constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  std::uint32_t bits = 0;
  unsigned sextets = 0;
  unsigned padding = 0;
  for (char c : text) {
    if (c == ' ') continue;
    const std::size_t digit = alphabet.find(c);
    if (c == '=' ? sextets + ++padding > 4 : digit == std::string_view::npos || padding > 0)
      return wrong(fmt::format("{} is not base64", in_quotes(text)));
    if (c != '=') {
      bits = bits << 6 | static_cast<std::uint32_t>(digit);
      ++sextets;
    }
    if (sextets + padding < 4) continue;
    for (unsigned i = 0; i + 1 < sextets; ++i) out += static_cast<char>(bits << 6 * padding >> (16 - 8 * i) & 0xff);
    bits = sextets = 0;
  }
  if (sextets > 0)
    return wrong(fmt::format("{} is not whole base64: it comes in fours, padded with =", in_quotes(text)));
  return out;
}

std::optional<std::string> hex_warning(std::string_view text) {
  if (text.starts_with("0x")) return std::nullopt;
  const auto bytes = parse_hex(text);
  if (!bytes) return std::nullopt;
  std::string as_text;
  for (char c : text) as_text += fmt::format("{:02x}", static_cast<unsigned char>(c));
  return fmt::format("{} is read as text; write 0x{} for {}, or 0x{} if the text is meant", in_quotes(text), text,
                     bytes->size() == 1 ? "the byte" : "the bytes", as_text);
}

}  // namespace fieldgate::config
