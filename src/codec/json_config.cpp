// The options of the json codec, its pointers, and the way back.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "codec/json.hpp"
#include "codec/json_pointer.hpp"
#include "codec/text_value.hpp"
#include "config/section.hpp"
#include "config/values.hpp"

namespace fieldgate::codec {

namespace {

void check_pointers(config::Section& section, std::string_view option, std::vector<TextField>& fields) {
  const auto check = [&](const std::string& pointer) {
    if (!is_pointer(pointer))
      section.error(option,
                    fmt::format("expected a JSON Pointer like /sensors/0/t, not {}", config::in_quotes(pointer)));
  };
  for (TextField& field : fields) {
    if (field.from.empty()) field.from = {pointer_to(field.name)};
    for (const std::string& pointer : field.from) check(pointer);
    if (!field.hemisphere.empty() && !field.hemisphere.starts_with('/'))
      field.hemisphere = pointer_to(field.hemisphere);
  }
}

/// What a value was in the device's document.
Result<nlohmann::json> original(const TextField& field, const Value& value) {
  std::string text;
  std::string hemisphere;
  if (field.codec) {
    if (auto encoded = field.codec.make(expression::Paths())->encode(value.text, text); !encoded)
      return encoded.error();
    return nlohmann::json(text);
  }
  if (field.kind == TextField::Kind::automatic) {
    const bool is_string = value.kind == Value::Kind::string;
    return nlohmann::json::parse(is_string ? fmt::format("\"{}\"", value.text) : std::string(value.text));
  }
  if (auto written = write_text_value(field, value, text, hemisphere); !written) return written.error();
  if (field.kind == TextField::Kind::text || field.kind == TextField::Kind::hex || is_time_kind(field.kind) ||
      !nlohmann::json::accept(text))
    return nlohmann::json(text);
  return nlohmann::json::parse(text);
}

}  // namespace

bool is_pointer(std::string_view text) {
  if (!text.empty() && text.front() != '/') return false;
  for (std::size_t at = text.find('~'); at != text.npos; at = text.find('~', at + 1)) {
    if (at + 1 == text.size() || (text[at + 1] != '0' && text[at + 1] != '1')) return false;
  }
  return true;
}

std::vector<std::string> pointer_steps(std::string_view pointer) {
  std::vector<std::string> steps;
  for (std::size_t at = 0; at < pointer.size(); ++at) {
    const bool is_escape = pointer[at] == '~' && at + 1 < pointer.size();
    if (pointer[at] == '/') {
      steps.emplace_back();
    } else if (!steps.empty()) {
      steps.back() += is_escape ? (pointer[at + 1] == '1' ? '/' : '~') : pointer[at];
    }
    if (is_escape) ++at;
  }
  return steps;
}

std::string pointer_to(std::string_view name) {
  std::string pointer = "/";
  for (const char c : name) {
    if (c == '~' || c == '/') {
      pointer += c == '~' ? "~0" : "~1";
    } else {
      pointer += c;
    }
  }
  return pointer;
}

Json::Config Json::Config::read(config::Section& section) {
  Config config;
  config.root = section.text("root", std::string(),
                             "The JSON Pointer to the object, or the array of objects, that are messages.");
  if (!is_pointer(config.root)) section.error("root", "expected a JSON Pointer like /payload/readings");
  constexpr auto kind = TextField::Kind::automatic;
  config.fields = read_text_fields(
      section, "fields", "What a message is made of: { temperature: /sensors/0/t }; left out: the object as it is.",
      {"from", kind, "The JSON Pointer into the object; several are joined by blanks."});
  config.shared =
      read_text_fields(section, "shared", "What each message has out of the whole document: { device: /device }.",
                       {"from", kind, "The JSON Pointer into the whole document."});
  check_pointers(section, "fields", config.fields);
  check_pointers(section, "shared", config.shared);
  return config;
}

Result<void> Json::encode(std::string_view json, std::string& out) const {
  const expression::Paths none;
  Document document;
  if (const auto failure = JsonChecker(none).check(json, document)) return Error{"encode", std::string(failure->text)};
  if (config_.fields.empty() && config_.shared.empty() && config_.root.empty()) {
    json::append_compact(out, document.json);
    return {};
  }
  nlohmann::json built;
  try {
    nlohmann::json& root = built[nlohmann::json::json_pointer(config_.root)];
    root = config_.fields.empty() ? nlohmann::json::parse(json) : nlohmann::json::object();
    for (const auto* fields : {&config_.fields, &config_.shared}) {
      for (const TextField& field : *fields) {
        const auto value = find_member(document.json, field.name);
        if (!value) continue;
        const auto meant = original(field, *value);
        if (!meant) return meant.error();
        if (fields == &config_.shared && config_.fields.empty()) root.erase(field.name);
        (fields == &config_.fields ? root : built)[nlohmann::json::json_pointer(field.from.front())] = *meant;
      }
    }
  } catch (const nlohmann::json::exception& wrong) {
    return Error{"encode", wrong.what()};
  }
  out += built.dump();
  return {};
}

}  // namespace fieldgate::codec
