// The language as JSON Schema (draft 2020-12): sections, types of the catalogue, and what holds itself.
#include "cli/schema.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>

#include "cli/command.hpp"
#include "cli/schema_values.hpp"

namespace fieldgate::cli {
namespace {

using Json = nlohmann::ordered_json;
using config::Description;

constexpr std::string_view protocol_type = "section, or a name out of `protocols`";

class Writer {
 public:
  explicit Writer(const Language& language) : language_(language), defs_(value_definitions()) {
    collect_common(language.root);
    for (const Kind& kind : language.kinds) {
      for (const Type& type : kind.types) collect_common(type.options);
    }
  }

  Json write() {
    for (const Kind& kind : language_.kinds) define(kind);
    Json schema = {{"$schema", "https://json-schema.org/draft/2020-12/schema"},
                   {"title", "Fieldgate configuration"},
                   {"description", "Written by `fieldgate schema`."}};
    for (const Description& option : language_.root) {
      if (option.name == "protocols") define_protocol(option.options);
    }
    schema.update(object(language_.root));
    schema["$defs"] = std::move(defs_);
    return schema;
  }

 private:
  /// The options that stand beside `type:` wherever a kind is used: `enabled`, `inputs`, `frame_timeout`.
  void collect_common(const std::vector<Description>& options) {
    for (const Description& option : options) {
      for (const Description& inner : option.options) {
        auto& common = common_[option.kind];
        const bool known =
            std::any_of(common.begin(), common.end(), [&](const Description* d) { return d->name == inner.name; });
        if (!option.kind.empty() && inner.name != "type" && !known) common.push_back(&inner);
      }
      collect_common(option.options);
    }
  }

  void define(const Kind& kind) {
    Json names = Json::array();
    Json choices = Json::array();
    for (const Type& type : kind.types) {
      names.push_back(type.name);
      std::vector<Description> options = type.options;
      for (const Description* common : common_[kind.name]) options.push_back(*common);
      Json typed = object(options);
      typed["description"] = type.meaning;
      typed["properties"]["type"] = {{"const", type.name}};
      const std::string name = fmt::format("{}.{}", kind.name, type.name);
      defs_[name] = std::move(typed);
      choices.push_back({{"if", {{"properties", {{"type", {{"const", type.name}}}}}, {"required", {"type"}}}},
                         {"then", reference_to(name)}});
    }
    defs_[kind.name] = {{"type", "object"},
                        {"required", {"type"}},
                        {"properties", {{"type", {{"enum", std::move(names)}}}}},
                        {"allOf", std::move(choices)}};
  }

  /// A protocol, and what may stand in its place: a name, or another with some of its keys replaced.
  void define_protocol(const std::vector<Description>& options) {
    defs_["protocol"] = object(options);
    Json changed = object(options);
    changed.erase("required");
    changed["required"] = {"use"};
    changed["properties"]["use"] = reference_to("text");
    defs_["protocol_use"] = {{"anyOf", {reference_to("protocol"), {{"type", "string"}}, std::move(changed)}}};
  }

  Json object(const std::vector<Description>& options) {
    Json properties = Json::object();
    Json required = Json::array();
    for (const Description& option : options) {
      properties[option.name] = describe(option);
      if (option.is_required) required.push_back(option.name);
    }
    Json schema = {{"type", "object"}, {"properties", std::move(properties)}, {"additionalProperties", false}};
    if (!required.empty()) schema["required"] = std::move(required);
    return schema;
  }

  Json describe(const Description& option) {
    Json schema = typed(option);
    std::string text = option.meaning;
    if (!option.fallback.empty()) text += fmt::format(" Default: {}.", option.fallback);
    if (!text.empty()) schema["description"] = text;
    return schema;
  }

  Json typed(const Description& option) {
    const std::string& type = option.type;
    if (type == protocol_type) return reference_to("protocol_use");
    if (option.name == "protocols" && !option.options.empty())
      return {{"type", {"object", "null"}}, {"additionalProperties", reference_to("protocol")}};
    if (type.starts_with("list of sections")) return sections(option);
    if (type.starts_with("map of") && type.ends_with("to sections"))
      return {{"type", {"object", "null"}}, {"additionalProperties", section(option)}};
    if (type == "list of fields" && !fields_.empty()) return {{"anyOf", {list_of_fields(), reference_to(fields_)}}};
    if (type == "map of values to fields" && !fields_.empty())
      return {{"type", "object"}, {"additionalProperties", {{"anyOf", {list_of_fields(), reference_to(fields_)}}}}};
    if (type == "section" || (type.find("section") != std::string::npos && !option.options.empty()))
      return or_nothing(option, section(option));
    return value_schema(option);
  }

  /// "section", or with what may stand in its place: "section, number or text", "reverse, swap, or section".
  static Json or_nothing(const Description& option, Json schema) {
    Json any = Json::array();
    any.push_back(std::move(schema));
    for (std::string_view rest = option.type; !rest.empty();) {
      const std::size_t end = std::min(rest.find_first_of(" ,"), rest.size());
      const std::string_view word = rest.substr(0, end);
      rest.remove_prefix(std::min(end + 1, rest.size()));
      if (word == "number" || word == "text") {
        any.push_back(reference_to(word));
      } else if (!word.empty() && word != "or" && word != "section") {
        any.push_back({{"const", word}});
      }
    }
    if (!option.is_required) any.push_back({{"type", "null"}});
    return any.size() == 1 ? any.front() : Json{{"anyOf", std::move(any)}};
  }

  Json list_of_fields() const { return {{"type", "array"}, {"items", reference_to(fields_)}}; }

  Json section(const Description& option) {
    if (find_kind(language_, option.kind) != nullptr && !option.kind.empty()) {
      constexpr std::string_view discard = "discard";  // may stand for the framing of a switch's case
      if (option.meaning.find(discard) == std::string::npos) return reference_to(option.kind);
      return {{"anyOf", {reference_to(option.kind), {{"const", discard}}}}};
    }
    if (option.options.empty()) {
      if (find_kind(language_, option.name) != nullptr) return reference_to(option.name);
      return around_.empty() ? Json{{"type", "object"}} : reference_to(around_);
    }
    if (std::none_of(option.options.begin(), option.options.end(), is_like_the_section_around))
      return object(option.options);
    return definition(around_, option);
  }

  /// A section without options has those of the one that it stands in: `match: { not: { .. } }`.
  static bool is_like_the_section_around(const Description& option) {
    const bool is_section = option.type == "section" || option.type == "list of sections";
    return is_section && option.options.empty() && option.kind.empty();
  }

  /// What holds itself is a definition of its own; inside of it, `own` is its name.
  Json definition(std::string& own, const Description& option) {
    const std::string outer = std::exchange(own, fmt::format("{}{}", option.name, defs_.size()));
    defs_[own] = nullptr;  // takes its name
    Json made = object(option.options);
    const std::string name = std::exchange(own, outer);
    return reference_to(once(name, std::move(made)));
  }

  /// A list whose items can hold such lists themselves is a definition of its own.
  Json sections(const Description& option) {
    const bool holds_itself = std::any_of(option.options.begin(), option.options.end(),
                                          [](const Description& d) { return d.type == "list of fields"; });
    Json items = holds_itself ? definition(fields_, option) : section(option);
    if (option.has_shorthand) {
      const Json short_item = {{"anyOf", {items, reference_to("text")}}};
      return {
          {"anyOf",
           {{{"type", "array"}, {"items", short_item}}, {{"type", "object"}, {"additionalProperties", short_item}}}}};
    }
    return {{"type", {"array", "null"}}, {"items", std::move(items)}};
  }

  /// The name of a definition that says the same.
  std::string once(const std::string& name, Json made) {
    std::string text = made.dump();
    const std::string own = "\"#/$defs/" + name + '"';
    for (std::size_t at = 0; (at = text.find(own, at)) != std::string::npos;) text.replace(at, own.size(), "\"self\"");
    const auto [known, is_new] = known_.try_emplace(text, name);
    if (is_new) {
      defs_[name] = std::move(made);
    } else {
      defs_.erase(name);
    }
    return known->second;
  }

  const Language& language_;
  Json defs_;
  std::map<std::string, std::vector<const Description*>> common_;
  std::map<std::string, std::string> known_;
  std::string fields_;  // the definition that `list of fields` means here
  std::string around_;  // and the one that a section without options means
};

}  // namespace

Json schema(const Language& language) { return Writer(language).write(); }

void add_schema(CLI::App& app, int& status) {
  CLI::App* command = app.add_subcommand("schema", "JSON Schema of the configuration language, for editors");
  command->callback([&status] { status = print(schema(language()).dump(2) + "\n") ? success : cannot_run; });
}

}  // namespace fieldgate::cli
