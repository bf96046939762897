// The options of fields that arrive as text.
#include <fmt/format.h>

#include <algorithm>

#include "codec/text_field.hpp"
#include "codec/text_value.hpp"
#include "config/node.hpp"
#include "config/registry.hpp"
#include "config/values.hpp"

namespace fieldgate::codec {

namespace {

using Kind = TextField::Kind;
using config::Node;

Node text_node(const Node& like, std::string_view text) {
  Node node = like;
  node.kind = Node::Kind::scalar;
  node.text = text;
  return node;
}

Node map_of(const Node& place) {
  Node map;
  map.kind = Node::Kind::map;
  map.mark = place.mark;
  map.place = place.place;
  return map;
}

/// The list of maps that a list of names, or a map by name, stands for.
Node as_list(const Node& given, std::string_view scalar) {
  Node list = map_of(given);
  list.kind = Node::Kind::list;
  for (const Node& item : given.items) {
    Node map = item.is_scalar() ? map_of(item) : item;
    if (item.is_scalar()) map.entries.push_back({"name", item.mark, item});
    list.items.push_back(std::move(map));
  }
  for (const Node::Entry& entry : given.entries) {
    Node map = entry.value.is_map() ? entry.value : map_of(entry.value);
    Node name = text_node(entry.value, entry.key);
    name.mark = entry.mark;
    if (map.find("name") == nullptr) map.entries.push_back({"name", entry.mark, std::move(name)});
    if (!entry.value.is_map()) map.entries.push_back({std::string(scalar), entry.value.mark, entry.value});
    list.items.push_back(std::move(map));
  }
  return list;
}

std::vector<std::string> read_from(config::Section& section, std::string_view meaning) {
  config::Description description;
  description.name = "from";
  description.type = "text or list of texts";
  description.fallback = "the name";
  description.meaning = meaning;
  section.claim(std::move(description));
  const Node* const node = section.node("from");
  if (node == nullptr || node->unresolved) return {};
  if (node->is_scalar()) return {node->text};
  std::vector<std::string> texts;
  for (const Node& item : node->items) {
    if (!item.is_scalar()) section.error(item.mark, "from", "expected text in the list");
    if (item.is_scalar()) texts.push_back(item.text);
  }
  if (texts.empty()) section.error("from", "expected what the field is read from, or a list: [date, time]");
  return texts;
}

void read_time(config::Section& section, TextField& field) {
  const auto pattern = section.optional_text(
      "format", "Of a time: how it is written, by strptime's letters: \"%d%m%y%H%M%S\". The type is then time.");
  const std::string zone = section.text("timezone", std::string("UTC"),
                                        "Of a time that names no zone: what its clock is set to: \"+08:00\".");
  if (pattern && section.has("type") && field.kind != Kind::time) {
    section.error("format", "belongs to the type time");
  } else if (pattern) {
    field.kind = Kind::time;
  }
  if (field.kind == Kind::time && !pattern && !section.describing())
    section.error("format", "is missing: a time needs to say how it is written: \"%d%m%y%H%M%S\"");
  if (pattern) {
    if (auto parsed = TimePattern::parse(*pattern)) {
      field.pattern = std::move(*parsed);
    } else {
      section.error("format", parsed.error().text);
    }
  }
  if (const auto minutes = parse_zone(zone)) {
    field.zone = *minutes;
  } else {
    section.error("timezone", fmt::format("expected a zone like \"+08:00\" or UTC, not {}", config::in_quotes(zone)));
  }
  if (field.pattern.needs_zone() && !section.has("timezone")) section.warning("format", std::string(missing_zone));
  if (section.has("timezone") && field.kind != Kind::time)
    section.error("timezone", "belongs to a time with a 'format': the others say their zone themselves");
}

void read_bit(config::Section& section, TextField& field) {
  const auto bit = section.optional_integer(
      "bit", "Of an integer or hex: the bit, from the least significant, that is the truth value.", {0, 63});
  if (!bit) return;
  field.bit = static_cast<unsigned>(*bit);
  if (field.kind != Kind::integer && field.kind != Kind::hex)
    section.error("bit", "belongs to a whole number: add 'type: hex' or 'type: integer'");
  if (!field.quantity.plain()) section.error("bit", "a bit is true or false, and has no scale, bounds or enum");
}

/// What the texts become that the enum lacks; `none` leaves the field out.
void read_otherwise(config::Section& section, TextField& field) {
  const auto text = section.optional_text(
      "otherwise", "What texts become that the 'enum' does not list; 'none' leaves the field out.");
  if (!text) return;
  if (field.words.empty()) return section.error("otherwise", "belongs to the 'enum' of a text");
  if (field.kind == Kind::boolean && *text != "true" && *text != "false" && *text != "none")
    return section.error("otherwise", "expected true, false or none");
  field.otherwise = *text == "none" ? std::string() : *text;
}

/// Text has words for texts; everything else is a number, whose words are those of its values.
void read_quantity(config::Section& section, TextField& field) {
  const bool is_truth = field.kind == Kind::boolean;
  const bool is_word = field.kind == Kind::text || field.kind == Kind::automatic || is_truth;
  if (!is_word || section.describing()) {
    field.quantity = Quantity::read(section, &field.missing);
    return;
  }
  field.missing = read_missing_texts(section);
  field.quantity.unit = section.text("unit", std::string(), "Its unit: shown by `decode`, not sent.");
  for (auto& [key, word] : section.text_map(
           "enum", "The words that the texts stand for: { A: valid, V: void }; of a boolean: { A: true, V: false }.")) {
    if (is_truth && word != "true" && word != "false")
      section.error("enum", "the texts of a boolean stand for true or false: { A: true, V: false }");
    field.words.emplace_back(key, word);
  }
  for (const std::string_view name : {"scale", "offset", "min", "max"}) {
    if (section.has(name))
      section.error(name, "belongs to a number: add 'type: number' (or integer, or hex)"),
          section.claim({std::string(name)});
  }
}

TextField read_field(config::Section& section, const TextFieldStyle& style) {
  TextField field;
  field.kind = section.choice<Kind>("type", style.kind, "What it is read as.",
                                    {{"text", Kind::text},
                                     {"auto", Kind::automatic},
                                     {"integer", Kind::integer},
                                     {"number", Kind::number},
                                     {"boolean", Kind::boolean},
                                     {"hex", Kind::hex},
                                     {"degrees_minutes", Kind::degrees_minutes},
                                     {"degrees", Kind::degrees},
                                     {"time", Kind::time},
                                     {"rfc3339", Kind::rfc3339},
                                     {"unix_s", Kind::unix_s},
                                     {"unix_ms", Kind::unix_ms},
                                     {"unix_us", Kind::unix_us},
                                     {"skip", Kind::skip}});
  field.name = section.text("name", std::string(), "The member of the document.");
  field.from = read_from(section, style.from);
  field.join = section.text("join", std::string(" "), "What stands between the texts, where 'from' lists several.");
  if (section.has("join") && field.from.size() < 2) section.error("join", "belongs to a list: from: [date, time]");
  read_time(section, field);
  read_quantity(section, field);
  read_bit(section, field);
  read_otherwise(section, field);
  field.hemisphere = section.text("hemisphere", std::string(),
                                  "Of degrees and degrees_minutes: what holds its N, S, E or W (or + or -).");
  field.is_required = section.flag("required", false, "Whether a frame without it is refused.");
  field.is_time =
      section.flag("time", false, "Whether it is the message's own time; then its type is one of the times.");
  if (section.has("codec") || section.describing()) {
    section.section("codec", "How its text is read further: { type: base64, codec: { type: cayenne_lpp } }.",
                    [&field](config::Section& inner) {
                      if (inner.describing()) return inner.is_a("codec");
                      field.codec = inner.reader().get<config::Registry<Factory>>().read(inner);
                    });
  }
  if (field.is_time && !is_time_kind(field.kind))
    section.error(
        "time", "the type of a field with 'time: true' is time (with a 'format'), rfc3339, unix_s, unix_ms or unix_us");
  if (field.name.empty() && field.kind != Kind::skip && !section.describing())
    section.error("name", "is missing: the member of the document");
  return field;
}

void check_names(config::Section& section, std::string_view option, const std::vector<TextField>& fields) {
  if (std::count_if(fields.begin(), fields.end(), [](const TextField& field) { return field.is_time; }) > 1)
    section.error(option, fmt::format("two {} have 'time: true'; a message has one time", option));
  for (auto at = fields.begin(); at != fields.end(); ++at) {
    const auto same = [at](const TextField& other) { return other.name == at->name; };
    if (!at->name.empty() && std::any_of(fields.begin(), at, same)) {
      section.error(section.mark(option, static_cast<std::size_t>(at - fields.begin())), option,
                    fmt::format("two {} are called '{}'", option, at->name));
    }
  }
}

}  // namespace

std::vector<TextField> read_text_fields(config::Section& section, std::string_view name, std::string_view meaning,
                                        const TextFieldStyle& style) {
  std::vector<TextField> fields;
  const Node* const node = section.node(name);
  const auto is_scalar = [](const Node& item) { return item.is_scalar(); };
  const bool short_form =
      node != nullptr &&
      (node->is_map() || (node->is_list() && std::any_of(node->items.begin(), node->items.end(), is_scalar)));
  if (!short_form) {
    section.sections(name, meaning, [&](config::Section& inner) { fields.push_back(read_field(inner, style)); });
    section.may_be_short(name);
  } else {
    config::Description description;
    description.name = name;
    section.claim(std::move(description));
    const Node& list = section.reader().keep(as_list(*node, style.scalar));
    for (const Node& item : list.items) {
      const Node* const called = item.find("name");
      config::Section inner(section.reader(), &item,
                            fmt::format("{}.{}.{}", section.path(), name, called == nullptr ? "" : called->text),
                            nullptr);
      fields.push_back(read_field(inner, style));
    }
  }
  if (!style.repeats) check_names(section, name, fields);
  return fields;
}

}  // namespace fieldgate::codec
