// Positions as receivers write them.
#include <algorithm>
#include <charconv>
#include <cmath>

#include "codec/text_value.hpp"
#include "message/json.hpp"

namespace fieldgate::codec {

namespace {

template <class Number>
std::optional<Number> parse_number(std::string_view text) {
  Number number{};
  const char* const end = text.data() + text.size();
  const auto result = std::from_chars(text.data(), end, number);
  if (result.ec != std::errc() || result.ptr != end) return std::nullopt;
  return number;
}

std::string_view without_plus(std::string_view text) {
  if (text.size() > 1 && text[0] == '+' && text[1] != '-') text.remove_prefix(1);
  return text;
}

std::optional<Failure> bad(std::string_view text) { return Failure{"bad_value", text, 0}; }

/// Whether what lies there is below zero: S and W (IEC 61162-1), or a minus sign.
std::optional<bool> is_negative(std::string_view hemisphere) {
  constexpr std::string_view letters = "NEneSWsw+-";
  const std::size_t at = hemisphere.size() == 1 ? letters.find(hemisphere[0]) : letters.npos;
  if (at == letters.npos) return std::nullopt;
  return letters[at] == '-' || (at >= 4 && at < 8);
}

constexpr std::string_view no_hemisphere = "a hemisphere is none of N, S, E, W, + and -";

}  // namespace

std::optional<Failure> append_degrees(std::string& json, std::string_view text, std::string_view hemisphere) {
  const auto negative = hemisphere.empty() ? std::optional(false) : is_negative(hemisphere);
  if (!negative) return bad(no_hemisphere);
  const auto number = parse_number<double>(without_plus(text));
  if (!number || !(std::abs(*number) <= 180)) return bad("a field is no position in degrees");
  json::append_number(json, (*negative ? -std::abs(*number) : *number) + 0.0);
  return std::nullopt;
}

std::optional<Failure> append_position(std::string& json, std::string_view text, std::string_view hemisphere) {
  bool negative = false;
  if (!hemisphere.empty()) {
    const auto side = is_negative(hemisphere);
    if (!side) return bad(no_hemisphere);
    negative = *side;
  } else if (text.starts_with('-') || text.starts_with('+')) {
    negative = text.starts_with('-');
    text.remove_prefix(1);
  }
  const auto number = text.starts_with('-') ? std::nullopt : parse_number<double>(without_plus(text));
  const std::size_t whole = std::min(text.find('.'), text.size());
  if (!number || whole < 2 || whole > 6 || !(*number < 36'000'000)) return bad("a field is no position ddmm.mmmm");
  const auto degrees = whole > 2 ? parse_number<unsigned>(text.substr(0, whole - 2)) : 0U;
  const auto minutes = parse_number<double>(text.substr(whole - 2));
  if (!degrees || !minutes || *minutes >= 60 || *degrees > 180) return bad("a field is no position ddmm.mmmm");
  const double value = *degrees + *minutes / 60;
  json::append_number(json, negative ? -value : value);
  return std::nullopt;
}

}  // namespace fieldgate::codec
