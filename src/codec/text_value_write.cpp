// Values back into the texts that devices read.
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>

#include "codec/text_value.hpp"
#include "message/json.hpp"

namespace fieldgate::codec {

namespace {

using Kind = TextField::Kind;

Error not_this(const TextField& field, std::string_view text, std::string_view what) {
  return {"encode", fmt::format("'{}' is {}: {}", field.name, what, text.substr(0, 64))};
}

Result<void> write_whole(const TextField& field, std::string_view text, bool is_string, std::string& out) {
  const auto raw = field.quantity.raw(text, is_string);
  if (!raw) return Error{"encode", "'" + field.name + "': " + raw.error().text};
  char digits[24];
  const int base = field.kind == Kind::hex ? 16 : 10;
  const auto [end, bad] = base == 16
                              ? std::to_chars(digits, digits + sizeof digits, static_cast<std::uint64_t>(*raw), 16)
                              : std::to_chars(digits, digits + sizeof digits, *raw);
  const std::size_t from = out.size();
  out.append(digits, end);
  if (base == 16)
    std::transform(out.begin() + static_cast<std::ptrdiff_t>(from), out.end(),
                   out.begin() + static_cast<std::ptrdiff_t>(from),
                   [](char c) { return c >= 'a' ? static_cast<char>(c - 'a' + 'A') : c; });
  return {};
}

Result<void> write_real(const TextField& field, std::string_view text, bool is_string, std::string& out) {
  if (field.quantity.plain() && !is_string) {
    out += text;
    return {};
  }
  const auto raw = field.quantity.raw_real(text, is_string);
  if (!raw) return Error{"encode", "'" + field.name + "': " + raw.error().text};
  json::append_number(out, std::round(*raw * 1e9) / 1e9);
  return {};
}

Result<void> write_position(const TextField& field, std::string_view text, std::string& out, std::string& hemisphere) {
  double degrees = 0;
  const auto [end, bad] = std::from_chars(text.data(), text.data() + text.size(), degrees);
  if (bad != std::errc() || end != text.data() + text.size() || std::abs(degrees) > 180)
    return not_this(field, text, "no position in degrees");
  // Where a hemisphere is given, its letter says by the width whether it is a latitude; two digits hold those.
  const bool is_latitude = field.name.starts_with("lat");
  if (field.hemisphere.empty() && degrees < 0) out += '-';
  hemisphere = is_latitude ? (degrees < 0 ? "S" : "N") : (degrees < 0 ? "W" : "E");
  if (field.kind == Kind::degrees) {
    json::append_number(out, std::abs(degrees));
    return {};
  }
  const double all = std::round(std::abs(degrees) * 60e6) / 1e6;  // minutes
  const double whole = std::floor(all / 60);
  const double minutes = all - whole * 60;
  out +=
      is_latitude ? fmt::format("{:02.0f}{:09.6f}", whole, minutes) : fmt::format("{:03.0f}{:09.6f}", whole, minutes);
  return {};
}

Result<void> write_time(const TextField& field, std::string_view text, std::string& out) {
  if (field.kind != Kind::time) {
    out += text;
    return {};
  }
  const auto time = parse_time(text, TimeFormat::rfc3339);
  if (!time) return not_this(field, text, "no time like 2026-01-31T08:15:30Z");
  field.pattern.append(out, *time, field.zone);
  return {};
}

Result<void> write_word(const TextField& field, std::string_view text, std::string& out) {
  const auto word =
      std::find_if(field.words.begin(), field.words.end(), [text](const auto& one) { return one.second == text; });
  if (word == field.words.end() && field.otherwise == text)
    return not_this(field, text, "what several texts may mean, of which the device needs one");
  out += word == field.words.end() ? text : std::string_view(word->first);
  return {};
}

Result<void> write_boolean(const TextField& field, std::string_view text, std::string& out) {
  if (text != "true" && text != "false") return not_this(field, text, "neither true nor false");
  return write_word(field, text, out);
}

}  // namespace

Result<void> write_text_value(const TextField& field, const Value& value, std::string& out, std::string& hemisphere) {
  if (value.kind == Value::Kind::null) {
    if (!field.missing.empty()) out += field.missing.front();
    return {};
  }
  std::string scratch;
  const std::string_view text = text_of(value, scratch);
  const bool is_string = value.kind == Value::Kind::string;
  if (field.bit) return write_boolean(field, text, out);
  switch (field.kind) {
    case Kind::integer:
    case Kind::hex:
      return write_whole(field, text, is_string, out);
    case Kind::number:
      return write_real(field, text, is_string, out);
    case Kind::boolean:
      return write_boolean(field, text, out);
    case Kind::degrees_minutes:
    case Kind::degrees:
      return write_position(field, text, out, hemisphere);
    case Kind::text:
    case Kind::automatic:
      return write_word(field, text, out);
    case Kind::skip:
      out += text;
      return {};
    default:
      return write_time(field, text, out);
  }
}

}  // namespace fieldgate::codec
