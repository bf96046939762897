// Documents back into InfluxDB's line protocol.
#include <charconv>

#include "codec/influx.hpp"
#include "codec/text_field.hpp"
#include "message/json.hpp"

namespace fieldgate::codec {

namespace {

void append_escaped(std::string& out, std::string_view text, std::string_view escapes) {
  for (const char c : text) {
    if (escapes.find(c) != escapes.npos) out += '\\';
    out += c;
  }
}

bool has_control(std::string_view text) {
  for (const char c : text) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) return true;
  }
  return false;
}

Result<void> append_value(std::string& out, const Value& value) {
  std::string scratch;
  switch (value.kind) {
    case Value::Kind::string:
      out += '"';
      append_escaped(out, text_of(value, scratch), "\\\"");
      out += '"';
      return {};
    case Value::Kind::boolean:
      out += value.text;
      return {};
    case Value::Kind::number:
      break;
    default:
      return Error{"encode", "a field is neither a number, a text nor a truth value"};
  }
  out += value.text;
  if (value.text.find_first_of(".eE") != value.text.npos) return {};
  std::int64_t number = 0;
  const auto [end, bad] = std::from_chars(value.text.data(), value.text.data() + value.text.size(), number);
  out += bad == std::errc() ? 'i' : 'u';
  return {};
}

}  // namespace

Result<void> Influx::encode(std::string_view json, std::string& out) const {
  std::string scratch;
  const auto measurement = find_member(json, "measurement");
  const auto fields = find_member(json, "fields");
  if (!measurement || measurement->kind != Value::Kind::string || !fields || fields->kind != Value::Kind::object)
    return Error{"encode", "expected {\"measurement\": \"...\", \"tags\": {}, \"fields\": {}}"};
  std::string line;
  append_escaped(line, text_of(*measurement, scratch), " ,");
  json::Member member;
  const auto tags = find_member(json, "tags");
  for (std::string_view rest = tags ? tags->text : std::string_view("{}"); json::next_member(rest, member);) {
    const auto value = find_member(tags->text, text_of({member.name, Value::Kind::string, member.escaped}, scratch));
    line += ',';
    append_escaped(line, scratch.empty() || !member.escaped ? member.name : std::string_view(scratch), ",= ");
    line += '=';
    std::string meant;
    append_escaped(line, text_of(*value, meant), ",= ");
  }
  if (has_control(line)) return Error{"encode", "a name or a tag holds a control character"};
  std::size_t count = 0;
  for (std::string_view rest = fields->text; json::next_member(rest, member); ++count) {
    std::string key(text_of({member.name, Value::Kind::string, member.escaped}, scratch));
    const auto value = find_member(fields->text, key);
    if (has_control(key)) return Error{"encode", "the name of a field holds a control character"};
    line += count == 0 ? ' ' : ',';
    append_escaped(line, key, ",= ");
    line += '=';
    if (auto appended = append_value(line, *value); !appended) return appended;
  }
  if (count == 0) return Error{"encode", "a line needs at least one field"};
  if (const auto time = find_member(json, "time")) {
    const auto point = parse_time(time->text, TimeFormat::rfc3339);
    if (!point) return Error{"encode", "'time' is no time like 2026-01-31T08:15:30Z"};
    line += ' ' + std::to_string(point->time_since_epoch().count() * 1000 / config_.nanoseconds);
  }
  out += line;
  return {};
}

}  // namespace fieldgate::codec
