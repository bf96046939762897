// The types of fields, and which options go with each.
#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "codec/layout_field.hpp"
#include "config/node.hpp"
#include "config/values.hpp"

namespace fieldgate::codec {

namespace {

constexpr std::int64_t second = 1'000'000;

constexpr FieldType types[] = {
    {"uint8", Kind::integer, 1, Sign::none, 0, {}},
    {"uint16", Kind::integer, 2, Sign::none, 0, {}},
    {"uint24", Kind::integer, 3, Sign::none, 0, {}},
    {"uint32", Kind::integer, 4, Sign::none, 0, {}},
    {"uint40", Kind::integer, 5, Sign::none, 0, {}},
    {"uint48", Kind::integer, 6, Sign::none, 0, {}},
    {"uint56", Kind::integer, 7, Sign::none, 0, {}},
    {"uint64", Kind::integer, 8, Sign::none, 0, {}},
    {"uint", Kind::integer, 0, Sign::none, 0, {}},
    {"int8", Kind::integer, 1, Sign::twos_complement, 0, {}},
    {"int16", Kind::integer, 2, Sign::twos_complement, 0, {}},
    {"int24", Kind::integer, 3, Sign::twos_complement, 0, {}},
    {"int32", Kind::integer, 4, Sign::twos_complement, 0, {}},
    {"int40", Kind::integer, 5, Sign::twos_complement, 0, {}},
    {"int48", Kind::integer, 6, Sign::twos_complement, 0, {}},
    {"int56", Kind::integer, 7, Sign::twos_complement, 0, {}},
    {"int64", Kind::integer, 8, Sign::twos_complement, 0, {}},
    {"int", Kind::integer, 0, Sign::twos_complement, 0, {}},
    {"sign_magnitude", Kind::integer, 0, Sign::magnitude, 0, {}},
    {"float16", Kind::real, 2, Sign::none, 0, {}},
    {"float32", Kind::real, 4, Sign::none, 0, {}},
    {"float64", Kind::real, 8, Sign::none, 0, {}},
    {"bits", Kind::bits, 0, Sign::none, 0, {}},
    {"bool", Kind::boolean, 0, Sign::none, 0, {}},
    {"flags", Kind::flags, 0, Sign::none, 0, {}},
    {"bcd", Kind::bcd, 0, Sign::none, 0, {}},
    {"string", Kind::text, 0, Sign::none, 0, {}},
    {"bytes", Kind::bytes, 0, Sign::none, 0, {}},
    {"hex", Kind::bytes, 0, Sign::none, 0, {}},
    {"base64", Kind::bytes, 0, Sign::none, 0, {}},
    {"mac", Kind::mac, 6, Sign::none, 0, {}},
    {"ip", Kind::ip, 4, Sign::none, 0, {}},
    {"imei", Kind::imei, 8, Sign::none, 0, {}},
    {"vin", Kind::text, 17, Sign::none, 0, {}},
    {"unix_s", Kind::unix_time, 4, Sign::none, second, {}},
    {"unix_ms", Kind::unix_time, 8, Sign::none, 1000, {}},
    {"unix_us", Kind::unix_time, 8, Sign::none, 1, {}},
    {"bcd_time", Kind::civil_time, 0, Sign::none, 0, "yyMMddHHmmss"},
    {"byte_time", Kind::civil_time, 0, Sign::none, 0, "yyMMddHHmmss"},
    {"gps_time", Kind::gps_time, 6, Sign::none, 0, {}},
    {"cp56time2a", Kind::cp56time, 7, Sign::none, 0, {}},
    {"skip", Kind::skip, 0, Sign::none, 0, {}},
    {"const", Kind::constant, 0, Sign::none, 0, {}},
    {"group", Kind::group, 0, Sign::none, 0, {}},
    {"tlv", Kind::tlv, 0, Sign::none, 0, {}},
};

using config::in_quotes;

struct Allowed {
  std::string_view option;
  std::initializer_list<Kind> kinds;
};

const Allowed allowed[] = {
    {"bits", {Kind::bits, Kind::boolean, Kind::skip}},
    {"length", {Kind::text, Kind::bytes, Kind::nested, Kind::group, Kind::tlv}},
    {"terminator", {Kind::text, Kind::bytes}},
    {"encoding", {Kind::text, Kind::bytes}},
    {"trim", {Kind::text}},
    {"include", {Kind::text, Kind::bytes}},
    {"consume", {Kind::text, Kind::bytes}},
    {"pad", {Kind::text, Kind::bytes}},
    {"byte_order", {Kind::integer, Kind::real, Kind::unix_time, Kind::flags}},
    {"digits", {Kind::bcd}},
    {"epoch", {Kind::unix_time}},
    {"lenient", {Kind::group, Kind::tlv}},
    {"enum", {Kind::flags, Kind::integer, Kind::bits, Kind::boolean, Kind::bcd, Kind::real, Kind::computed}},
    {"signed", {Kind::bits, Kind::bcd, Kind::integer}},
    {"nibbles", {Kind::bcd, Kind::imei}},
    {"number", {Kind::bcd, Kind::text}},
    {"format", {Kind::civil_time, Kind::text, Kind::integer, Kind::bcd, Kind::real, Kind::unix_time}},
    {"negative", {Kind::integer, Kind::bits, Kind::bcd, Kind::real, Kind::text}},
    {"fields", {Kind::group}},
    {"switch", {Kind::group}},
    {"cases", {Kind::group, Kind::tlv}},
    {"default", {Kind::group, Kind::tlv}},
    {"tag", {Kind::tlv}},
    {"hex", {Kind::constant}},
    {"text", {Kind::constant}},
};

}  // namespace

std::string field_type_names() {
  std::vector<std::string_view> names;
  for (const FieldType& type : types) names.push_back(type.name);
  return config::joined(names);
}

std::optional<FieldType> find_field_type(config::Section& field, std::string_view name) {
  std::vector<std::string_view> names;
  for (const FieldType& type : types) {
    if (type.name == name) return type;
    names.push_back(type.name);
  }
  const auto spelt_otherwise = [name]() -> std::string_view {
    if (name == "timestamp" || name == "time") return "unix_s";
    if (name == "float") return "float32";
    if (name == "double") return "float64";
    if (name == "str" || name == "text" || name == "ascii") return "string";
    if (name == "boolean" || name == "flag") return "bool";
    if (name.size() > 1 && std::string_view("usif").find(name[0]) != name.npos) {
      int bits = 0;
      std::from_chars(name.data() + 1, name.data() + name.size(), bits);
      for (const FieldType& type : types) {
        const std::string_view kind = name[0] == 'u' ? "uint" : name[0] == 'f' ? "float" : "int";
        if (type.name == fmt::format("{}{}", kind, bits < 8 ? bits * 8 : bits)) return type.name;
      }
    }
    return {};
  }();
  std::string hint = spelt_otherwise.empty() ? config::did_you_mean(name, names)
                                             : fmt::format(", did you mean '{}'?", spelt_otherwise);
  hint += hint.empty() ? "; known: " : " Known: ";
  field.error("type", fmt::format("no type of a field is called {}{}{}", in_quotes(name), hint, config::joined(names)));
  return std::nullopt;
}

void check_options(config::Section& field, const FieldType& type) {
  for (const Allowed& one : allowed) {
    if (!field.has(one.option) || std::find(one.kinds.begin(), one.kinds.end(), type.kind) != one.kinds.end()) continue;
    field.error(one.option, fmt::format("'{}' says nothing about a field of type {}", one.option, type.name));
  }
}

}  // namespace fieldgate::codec
