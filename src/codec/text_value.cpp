// Values of text: numbers, words, truth values, positions and times.
#include "codec/text_value.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "message/json.hpp"

namespace fieldgate::codec {

namespace {

using Kind = TextField::Kind;

template <class Number>
std::optional<Number> parse_number(std::string_view text, int base = 10) {
  Number number{};
  const char* const end = text.data() + text.size();
  std::from_chars_result result{};
  if constexpr (std::is_floating_point_v<Number>) {
    result = std::from_chars(text.data(), end, number);
  } else {
    result = std::from_chars(text.data(), end, number, base);
  }
  if (result.ec != std::errc() || result.ptr != end) return std::nullopt;
  return number;
}

std::string_view without_plus(std::string_view text) {
  if (text.size() > 1 && text[0] == '+' && text[1] != '-') text.remove_prefix(1);
  return text;
}

std::optional<Failure> bad(std::string_view text) { return Failure{"bad_value", text, 0}; }

std::optional<Failure> in_range(bool appended) {
  if (appended) return std::nullopt;
  return Failure{"out_of_range", "a field is outside of its min and max", 0};
}

std::optional<Failure> append_integer(std::string& json, const Quantity& quantity, std::string_view text, int base) {
  if (base == 16 && (text.starts_with("0x") || text.starts_with("0X"))) text.remove_prefix(2);
  text = without_plus(text);
  if (const auto number = parse_number<std::int64_t>(text, base)) return in_range(quantity.append(json, *number));
  if (const auto number = parse_number<std::uint64_t>(text, base))
    return in_range(quantity.append_unsigned(json, *number));
  return bad(base == 16 ? "a field is no number in hex digits" : "a field is no whole number");
}

/// `real`, for the shortest text that says it, without the noise that a product with 0.1 would bring.
std::optional<Failure> append_scaled(std::string& json, const Quantity& quantity, std::string_view text, double real) {
  const auto written = parse_decimal(text);
  const bool exact = quantity.decimal && written && written->places >= 0 && written->places <= 12 &&
                     std::abs(written->digits) < 1'000'000'000'000'000 && std::abs(quantity.multiplier) < 1'000;
  if (exact) {
    Decimal value{written->digits * quantity.multiplier, written->places + quantity.decimals};
    std::int64_t addend = 0;
    if (value.places <= 18 && !__builtin_mul_overflow(quantity.addend, power_of_ten(written->places), &addend) &&
        !__builtin_add_overflow(value.digits, addend, &value.digits)) {
      real = value.real();
      if ((quantity.min && real < *quantity.min) || (quantity.max && real > *quantity.max)) return in_range(false);
      json::append_number(json, real);
      return std::nullopt;
    }
  }
  return in_range(quantity.append(json, real));
}

std::optional<Failure> append_number(std::string& json, const Quantity& quantity, std::string_view text) {
  text = without_plus(text);
  const auto number = parse_number<double>(text);
  if (!number || !std::isfinite(*number)) return bad("a field is no number");
  if (quantity.plain()) {
    json::append_number(json, *number);
    return std::nullopt;
  }
  if (!quantity.missing.empty() || !quantity.words.empty()) {
    if (const auto whole = parse_number<std::int64_t>(text)) return in_range(quantity.append(json, *whole));
  }
  return append_scaled(json, quantity, text, *number);
}

/// The word that a text stands for; null if the field has none for it.
const std::string* word_of(const TextField& field, std::string_view text) {
  const auto word =
      std::find_if(field.words.begin(), field.words.end(), [text](const auto& one) { return one.first == text; });
  if (word != field.words.end()) return &word->second;
  return field.otherwise ? &*field.otherwise : nullptr;
}

/// Whether it is one of the texts that mean there is no value.
bool is_missing(const TextField& field, std::string_view text) {
  return !field.missing.empty() &&
         std::find(field.missing.begin(), field.missing.end(), trimmed(text)) != field.missing.end();
}

/// Whether it is none of the texts of the enum, which are all that there is to tell.
bool is_left_out(const TextField& field, std::string_view text) {
  return field.otherwise && field.otherwise->empty() && word_of(field, text) == &*field.otherwise;
}

std::optional<Failure> append_bit(std::string& json, unsigned bit, std::string_view text, int base) {
  const auto number = whole_number(text, base);
  if (!number) return bad(base == 16 ? "a field is no number in hex digits" : "a field is no whole number");
  json += (*number >> bit & 1U) != 0 ? "true" : "false";
  return std::nullopt;
}

std::optional<Failure> append_boolean(std::string& json, const TextField& field, std::string_view text) {
  if (!field.words.empty()) {
    const std::string* const word = word_of(field, text);
    if (word == nullptr) return bad("a field is none of the texts of its enum");
    json += *word;
    return std::nullopt;
  }
  const bool yes = text == "true" || text == "TRUE" || text == "True" || text == "1";
  if (!yes && text != "false" && text != "FALSE" && text != "False" && text != "0")
    return bad("a field is neither true nor false");
  json += yes ? "true" : "false";
  return std::nullopt;
}

std::optional<TimeFormat> format_of(Kind kind) {
  switch (kind) {
    case Kind::rfc3339:
      return TimeFormat::rfc3339;
    case Kind::unix_s:
      return TimeFormat::unix_s;
    case Kind::unix_ms:
      return TimeFormat::unix_ms;
    case Kind::unix_us:
      return TimeFormat::unix_us;
    default:
      return std::nullopt;
  }
}

std::optional<Failure> append_time(std::string& json, const TextField& field, std::string_view text,
                                   std::optional<TimePoint>& time) {
  const auto format = format_of(field.kind);
  const auto read = format ? parse_time(text, *format) : field.pattern.read(text, field.zone);
  if (!read) return bad("a field is no time");
  if (field.is_time) time = *read;
  if (field.kind == Kind::time) {
    json += '"';
    append_rfc3339(json, *read);
    json += '"';
    return std::nullopt;
  }
  if (field.kind == Kind::rfc3339) {
    json::append_string(json, text);
    return std::nullopt;
  }
  const Quantity plain;
  if (!append_integer(json, plain, text, 10)) return std::nullopt;
  return append_number(json, plain, text);
}

}  // namespace

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

bool is_plain_number(std::string_view text) {
  const auto digits = [&text] {
    std::size_t count = 0;
    for (; !text.empty() && text.front() >= '0' && text.front() <= '9'; ++count) text.remove_prefix(1);
    return count;
  };
  if (text.starts_with('-')) text.remove_prefix(1);
  const bool zero = text.starts_with('0');
  const std::size_t whole = digits();
  if (whole == 0 || whole > 15 || (zero && whole > 1)) return false;
  if (text.starts_with('.')) {
    text.remove_prefix(1);
    if (digits() == 0) return false;
  }
  if (text.starts_with('e') || text.starts_with('E')) {
    text.remove_prefix(1);
    if (text.starts_with('-') || text.starts_with('+')) text.remove_prefix(1);
    const std::size_t exponent = digits();
    if (exponent == 0 || exponent > 2) return false;
  }
  return text.empty();
}

void append_automatic(std::string& json, std::string_view text, bool quoted) {
  if (!quoted && (is_plain_number(text) || text == "true" || text == "false")) {
    json += text;
  } else {
    json::append_string(json, text);
  }
}

std::optional<std::uint64_t> whole_number(std::string_view text, int base) {
  if (base == 16 && (text.starts_with("0x") || text.starts_with("0X"))) text.remove_prefix(2);
  text = without_plus(text);
  if (const auto number = parse_number<std::uint64_t>(text, base)) return number;
  const auto number = parse_number<std::int64_t>(text, base);
  return number ? std::optional(static_cast<std::uint64_t>(*number)) : std::nullopt;
}

namespace {

void append_any(std::string& json, const TextField& field, const TextSource& source) {
  if (const std::string* const word = word_of(field, source.text)) {
    json::append_string(json, *word);
  } else if (source.json.empty()) {
    append_automatic(json, source.text, source.quoted);
  } else if (source.json.front() == '{' || source.json.front() == '[') {
    json::append_compact(json, source.json);
  } else {
    json += source.json;
  }
}

}  // namespace

std::optional<Failure> append_text_value(std::string& json, const TextField& field, const TextSource& source,
                                         std::string_view hemisphere, std::optional<TimePoint>& time) {
  if (source.json == "null" || is_missing(field, source.text)) {
    json += "null";
    return std::nullopt;
  }
  if (is_left_out(field, field.kind == Kind::boolean ? trimmed(source.text) : source.text)) return std::nullopt;
  if (field.kind == Kind::automatic) {
    append_any(json, field, source);
    return std::nullopt;
  }
  if (field.kind == Kind::text) {
    const std::string* const word = word_of(field, source.text);
    json::append_string(json, word == nullptr ? source.text : std::string_view(*word));
    return std::nullopt;
  }
  const std::string_view text = trimmed(source.text);
  if (text.empty() && !field.otherwise) {
    json += "null";
    return std::nullopt;
  }
  if (field.bit) return append_bit(json, *field.bit, text, field.kind == Kind::hex ? 16 : 10);
  switch (field.kind) {
    case Kind::integer:
      return append_integer(json, field.quantity, text, 10);
    case Kind::hex:
      return append_integer(json, field.quantity, text, 16);
    case Kind::number:
      return append_number(json, field.quantity, text);
    case Kind::boolean:
      return append_boolean(json, field, text);
    case Kind::degrees_minutes:
      return append_position(json, text, trimmed(hemisphere));
    case Kind::degrees:
      return append_degrees(json, text, trimmed(hemisphere));
    default:
      return append_time(json, field, text, time);
  }
}

std::string_view kind_name(Kind kind) {
  constexpr std::string_view names[] = {"text",    "integer", "number", "boolean", "rfc3339",         "unix_s",
                                        "unix_ms", "unix_us", "auto",   "hex",     "degrees_minutes", "degrees",
                                        "time",    "skip"};
  return names[static_cast<std::size_t>(kind)];
}

bool is_time_kind(Kind kind) { return (kind >= Kind::rfc3339 && kind <= Kind::unix_us) || kind == Kind::time; }

}  // namespace fieldgate::codec
