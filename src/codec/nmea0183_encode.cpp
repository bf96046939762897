// Documents back into NMEA 0183's sentences.
#include <algorithm>

#include "codec/nmea0183.hpp"
#include "codec/text_field.hpp"
#include "message/json.hpp"

namespace fieldgate::codec {

namespace {

/// 13:05:33.620000 is 130533.62, 2021-07-04 is 040721.
std::string wire_form(std::string_view text, char kind) {
  if (kind == '@' && text.size() > 8 && text[2] == ':') {
    std::string clock;
    std::copy_if(text.begin(), text.end(), std::back_inserter(clock), [](char c) { return c != ':'; });
    const std::size_t end = clock.find_last_not_of('0');
    clock.resize(std::max<std::size_t>(9, end == clock.npos ? 0 : end + 1));
    return clock;
  }
  if (kind == '%' && text.size() == 10)
    return std::string(text.substr(8, 2)).append(text.substr(5, 2)).append(text.substr(2, 2));
  return std::string(text);
}

void append_items(std::string_view list, std::string& out, bool& first) {
  std::string scratch;
  for (std::size_t at = list.find('"'); at != list.npos; at = list.find('"', at)) {
    std::size_t end = at + 1;
    while (list[end] != '"') end += list[end] == '\\' ? 2 : 1;
    if (!first) out += ',';
    first = false;
    out += text_of({list.substr(at + 1, end - at - 1), Value::Kind::string, true}, scratch);
    at = end + 1;
  }
}

}  // namespace

Result<void> Nmea0183::encode(std::string_view json, std::string& out) const {
  std::string scratch;
  const auto member = [&](std::string_view name) {
    const auto value = find_member(json, name);
    return value && value->kind == Value::Kind::string ? std::string(text_of(*value, scratch)) : std::string();
  };
  const std::string sentence_type = member("sentence_type");
  const bool is_own = find_member(json, "manufacturer").has_value();
  const std::string tag = (is_own ? "P" : member("talker")) + sentence_type;
  if (sentence_type.empty() || tag.size() < 4)
    return Error{"encode", "expected a talker and a sentence_type: { talker: GP, sentence_type: RMC, ... }"};
  std::string_view names = nmea0183_fields(is_own ? tag : sentence_type);
  for (const std::string_view kind : {"subtype", "type", "ubx_type"}) {
    if (is_own && names.empty()) names = nmea0183_fields(tag + ',' + member(kind));
  }
  if (tag == "PASHR" && names.empty() && find_member(json, "timestamp")) names = nmea0183_fields("PASHR,#");
  std::string body = is_own && names.empty() ? tag.substr(0, 4) : tag;
  bool first = is_own && names.empty();  // what is in `data` begins behind the maker
  while (!names.empty()) {
    std::string_view name = names.substr(0, names.find(' '));
    names.remove_prefix(std::min(name.size() + 1, names.size()));
    const char kind = name.back();
    if (std::string_view("#@%!^*").find(kind) != name.npos) name.remove_suffix(1);
    const auto value = find_member(json, name);
    if (kind == '*' && value) {
      append_items(value->text, body, first);
      continue;
    }
    body += ',';
    if (value && value->kind != Value::Kind::null) body += wire_form(text_of(*value, scratch), kind);
  }
  for (const std::string_view list : {"data", "more"}) {
    if (const auto value = find_member(json, list)) append_items(value->text, body, first);
  }
  if (body.find_first_of("$*\r\n") != body.npos) return Error{"encode", "a field holds $, * or a line end"};
  std::vector<std::string_view> fields;
  if (const auto failure = split(body, fields)) return Error{"encode", std::string(failure->text)};
  unsigned sum = 0;
  for (const char c : body) sum ^= static_cast<unsigned char>(c);
  constexpr std::string_view digits = "0123456789ABCDEF";
  out.append(sentence_type == "VDM" || sentence_type == "VDO" ? "!" : "$").append(body);
  out.append(1, '*').append(1, digits[sum >> 4U]).append(1, digits[sum & 15U]);
  return {};
}

}  // namespace fieldgate::codec
