// What the types of single options are in JSON Schema.
#include "cli/schema_values.hpp"

#include <fmt/format.h>

#include <optional>

#include "config/values.hpp"

namespace fieldgate::cli {
namespace {

using Json = nlohmann::ordered_json;
using config::Description;

constexpr std::string_view words_of = "one of ";

/// The text of a value, and what YAML makes of it where it stands without quotes.
void add_spellings(Json& words, const std::string& word) {
  words.push_back(word);
  const Json value = Json::parse(word, nullptr, false);
  if (value.is_number() || value.is_boolean()) words.push_back(value);
}

Json words_schema(std::string_view list) {
  Json words = Json::array();
  while (!list.empty()) {
    const std::string_view word = list.substr(0, list.find(", "));
    add_spellings(words, std::string(word));
    list.remove_prefix(std::min(word.size() + 2, list.size()));
  }
  return {{"anyOf", {{{"enum", std::move(words)}}, reference_to("substitution")}}};
}

/// "1 to 8", "at least 1", "at most 8".
void add_range(Json& integer, std::string_view range) {
  const auto number = [](std::string_view text) { return config::parse_integer(text); };
  const auto set = [&](const char* key, std::string_view text) {
    if (const auto value = number(text)) integer[key] = *value;
  };
  constexpr std::string_view least = "at least ";
  constexpr std::string_view most = "at most ";
  if (range.starts_with(least)) return set("minimum", range.substr(least.size()));
  if (range.starts_with(most)) return set("maximum", range.substr(most.size()));
  const std::size_t to = range.find(" to ");
  if (to == std::string_view::npos) return;
  set("minimum", range.substr(0, to));
  set("maximum", range.substr(to + 4));
}

Json integer_schema(const Description& option) {
  Json integer = {{"type", "integer"}};
  add_range(integer, option.range);
  return {{"anyOf",
           {integer, {{"type", "string"}, {"pattern", "^-?(0x[0-9a-fA-F]+|[0-9]+)$"}}, reference_to("substitution")}}};
}

Json list_of(Json items) { return {{"type", "array"}, {"items", std::move(items)}}; }

std::optional<Json> plain(const Description& option) {
  const std::string_view type = option.type;
  if (type == "text" || type == "path" || type == "address" || type == "template") return reference_to("text");
  if (type == "whole number") return integer_schema(option);
  if (type == "number") return reference_to("number");
  if (type == "number or list of numbers")
    return Json{{"anyOf", {reference_to("number"), list_of(reference_to("number"))}}};
  if (type == "true or false") return reference_to("flag");
  if (type == "bytes") return reference_to("text");
  if (type == "duration" || type == "size" || type == "rate") return reference_to(type);
  if (type == "list of texts") return list_of(reference_to("text"));
  if (type == "text or list of texts" || type == "list of bytes")
    return Json{{"anyOf", {reference_to("text"), list_of(reference_to("text"))}}};
  if (type == "address, or map of names to addresses")
    return Json{
        {"anyOf", {reference_to("text"), {{"type", "object"}, {"additionalProperties", reference_to("text")}}}}};
  if (type == "map of names to texts") return Json{{"type", "object"}, {"additionalProperties", reference_to("text")}};
  if (type == "map of ids to tags") {
    const Json tags = {{"type", {"object", "null"}}, {"additionalProperties", reference_to("text")}};
    return Json{{"type", "object"}, {"additionalProperties", tags}};
  }
  if (type == "list of maps, or one") return Json{{"anyOf", {list_of({{"type", "object"}}), {{"type", "object"}}}}};
  if (type == "map of names to lists") return Json{{"type", "object"}, {"additionalProperties", {{"type", "array"}}}};
  if (type == "map of names to values") return Json{{"type", "object"}};
  if (type == "range [from, to]") {
    Json range = list_of(integer_schema({}));
    range["minItems"] = range["maxItems"] = 2;
    return range;
  }
  if (type.find("any YAML") != std::string_view::npos) return std::nullopt;
  if (type.starts_with(words_of)) return words_schema(type.substr(words_of.size()));
  return std::nullopt;
}

}  // namespace

Json reference_to(std::string_view name) { return {{"$ref", "#/$defs/" + std::string(name)}}; }

Json value_definitions() {
  const auto pattern = [](std::string_view text, std::string_view meaning) {
    return Json{{"description", meaning},
                {"anyOf", {{{"type", "string"}, {"pattern", text}}, reference_to("substitution")}}};
  };
  Json defs = Json::object();
  defs["substitution"] = {{"type", "string"},
                          {"pattern", R"(\$\{)"},
                          {"description", "${VAR}, ${file:PATH} or ${credential:NAME} in its place"}};
  defs["text"] = {{"type", {"string", "number", "boolean"}}, {"description", "text, in quotes or not"}};
  defs["number"] = {
      {"anyOf", {{{"type", "number"}}, {{"type", "string"}, {"pattern", "[0-9]"}}, reference_to("substitution")}}};
  defs["flag"] = {{"anyOf", {{{"type", "boolean"}}, {{"enum", {"true", "false"}}}, reference_to("substitution")}}};
  defs["duration"] = pattern(R"(^-?[0-9]+(\.[0-9]+)?(us|ms|s|m|h|d)$)", "an amount and its unit: 500ms, 30s, 5m, 7d");
  defs["size"] =
      pattern(R"(^[0-9]+(\.[0-9]+)?(B|KB|MB|GB|TB|KiB|MiB|GiB|TiB)$)", "an amount and its unit: 64KiB, 10MB");
  defs["rate"] = pattern(R"(^[0-9]+(\.[0-9]+)?([KMGT]i?B|B)?/(s|m|h|d)$)", "an amount per time: 10/s, 600/m, 5MiB/d");
  return defs;
}

Json value_schema(const Description& option) {
  auto schema = plain(option);
  if (!schema) return Json::object();
  // Left empty is left out; `none` is no value where that is a value of its own.
  Json any = {{"anyOf", {std::move(*schema)}}};
  if (option.fallback == "none") any["anyOf"].push_back({{"const", "none"}});
  if (!option.is_required) any["anyOf"].push_back({{"type", "null"}});
  return any["anyOf"].size() == 1 ? Json(any["anyOf"].front()) : any;
}

}  // namespace fieldgate::cli
