// The options of the regex codec.
#include <fmt/format.h>

#include <algorithm>

#include "codec/regex.hpp"
#include "config/node.hpp"
#include "config/option_description.hpp"
#include "config/values.hpp"

namespace fieldgate::codec {

namespace {

/// A text, or a list of texts.
std::vector<std::pair<config::Mark, std::string>> read_texts(config::Section& section, std::string_view name,
                                                             std::string_view meaning) {
  std::vector<std::pair<config::Mark, std::string>> texts;
  section.claim(config::describe_option(name, "text or list of texts", meaning));
  const config::Node* const node = section.node(name);
  if (node == nullptr) return texts;
  if (node->is_scalar()) texts.emplace_back(node->mark, node->text);
  if (node->is_map()) section.error(name, "expected a pattern, or a list of patterns");
  for (const config::Node& item : node->items) {
    if (item.is_scalar()) texts.emplace_back(item.mark, item.text);
    if (!item.is_scalar()) section.error(item.mark, name, "expected a pattern");
  }
  return texts;
}

/// What RE2 says, with the pattern as it stands in the file: what it was given has other names for the groups.
std::string as_written(const std::string& problem, std::string_view written) {
  const std::size_t ours = problem.find("(?P<");
  if (ours == std::string::npos || written.find(std::string_view(problem).substr(ours)) != std::string_view::npos)
    return problem;
  return fmt::format("{} in {}", problem.substr(0, problem.rfind(": ", ours)), config::in_quotes(written));
}

void add_pattern(config::Section& section, std::string_view name, const config::Mark& mark, std::string_view written,
                 Result<ExpandedPattern> expanded, std::vector<ExpandedPattern>& patterns) {
  if (!expanded) return section.error(mark, name, expanded.error().text);
  const auto compiled = script::Pattern::compile(expanded->pattern);
  if (!compiled) return section.error(mark, name, as_written(compiled.error().text, written));
  if (compiled->group_names().size() > script::Pattern::max_groups)
    return section.error(mark, name, fmt::format("more than {} groups", script::Pattern::max_groups));
  if (expanded->columns.empty())
    section.warning(name, "no group has a name, so that the document is empty: (?P<temperature>[-0-9.]+)");
  patterns.push_back(std::move(*expanded));
}

bool has_column(const Regex::Item& item, const std::string& name) {
  return std::any_of(item.expanded.columns.begin(), item.expanded.columns.end(),
                     [&name](const TextField& column) { return column.name == name; });
}

/// The fields of the codec, each of which some pattern must be able to give.
void check_from(config::Section& section, const Regex::Config& config) {
  for (const std::string& source : sources_of(config.fields)) {
    if (std::none_of(config.patterns.begin(), config.patterns.end(),
                     [&source](const Regex::Item& item) { return has_column(item, source); }))
      section.error("fields", fmt::format("no group of a pattern is called '{}'", source));
  }
}

/// Two fields may have one name, or be the message's time, as long as no message can have both.
void check_names(config::Section& section, const std::vector<TextField>& shared, std::span<const Regex::Item> items) {
  const auto plan = RegexPlan(items, shared);
  const auto is_shared = [&shared](const TextField& field) {
    return std::find(shared.begin(), shared.end(), field) != shared.end();
  };
  for (auto one = plan.fields.begin(); one != plan.fields.end(); ++one) {
    if (!is_shared(*one)) continue;
    for (auto other = one + 1; other != plan.fields.end(); ++other) {
      if (!is_shared(*other)) continue;
      if (one->name == other->name && one->kind != TextField::Kind::skip)
        return section.error("fields", fmt::format("two fields are called '{}', and a pattern has the groups of both: "
                                                   "give each pattern its own 'fields'",
                                                   one->name));
      if (one->is_time && other->is_time)
        return section.error("fields", "two fields have 'time: true', and a pattern has the groups of both");
    }
  }
}

Regex::Item read_item(config::Section& section, const std::map<std::string, std::string>& definitions) {
  Regex::Item item;
  std::vector<ExpandedPattern> expanded;
  const auto plain = section.optional_text("pattern", "A regular expression (RE2).");
  const auto grok = section.optional_text("grok", "In its place: by named patterns, \"%{NUMBER:t:float}\".");
  if (plain && grok) section.error("grok", "stands in the place of 'pattern': give one of them");
  if (!plain && !grok && !section.describing()) section.error("pattern", "is missing: \"T=(?P<t>[-0-9.]+)\"");
  if (plain) add_pattern(section, "pattern", section.mark("pattern"), *plain, expand_regex(*plain), expanded);
  if (grok && !plain)
    add_pattern(section, "grok", section.mark("grok"), *grok, expand_grok(*grok, definitions), expanded);
  item.fields = read_text_fields(section, "fields", "What its groups are read as, before the codec's own 'fields'.",
                                 {"type", TextField::Kind::text, "The group, or a list, if it is not the name."});
  if (expanded.empty()) return item;
  item.expanded = std::move(expanded.front());
  for (const std::string& source : sources_of(item.fields)) {
    if (!has_column(item, source))
      section.error("fields", fmt::format("no group of this pattern is called '{}'", source));
  }
  return item;
}

/// A list of texts and of maps, which have fields of their own.
void read_patterns(config::Section& section, const std::map<std::string, std::string>& definitions,
                   std::vector<Regex::Item>& items) {
  constexpr std::string_view meaning = "A list of them; one may have fields of its own: { pattern: .., fields: .. }.";
  const config::Node* const node = section.node("patterns");
  const auto is_text = [](const config::Node& item) { return item.is_scalar(); };
  if (node == nullptr || !(node->is_scalar() || std::any_of(node->items.begin(), node->items.end(), is_text))) {
    section.sections("patterns", meaning,
                     [&](config::Section& inner) { items.push_back(read_item(inner, definitions)); });
    return section.may_be_short("patterns");
  }
  section.claim(config::describe_option("patterns", "text or list of texts", meaning));
  config::Node list = *node;
  if (node->is_scalar()) list.items = {*node};
  for (config::Node& item : list.items) {
    if (!item.is_scalar()) continue;
    config::Node map;
    map.kind = config::Node::Kind::map;
    map.mark = item.mark, map.place = item.place;
    map.entries.push_back({"pattern", item.mark, item});
    item = std::move(map);
  }
  const config::Node& kept = section.reader().keep(std::move(list));
  for (std::size_t i = 0; i < kept.items.size(); ++i) {
    if (!kept.items[i].is_map()) {
      section.error(kept.items[i].mark, "patterns", "expected a pattern");
      continue;
    }
    config::Section inner(section.reader(), &kept.items[i], fmt::format("{}.patterns[{}]", section.path(), i), nullptr);
    items.push_back(read_item(inner, definitions));
  }
}

}  // namespace

Regex::Config Regex::Config::read(config::Section& section) {
  Config config;
  const auto definitions = section.text_map("definitions", "Patterns of one's own, for 'grok'.");
  std::vector<ExpandedPattern> plain;
  for (const auto& [mark, text] :
       read_texts(section, "pattern", "A regular expression (RE2), or a list: the first that matches counts."))
    add_pattern(section, "pattern", mark, text, expand_regex(text), plain);
  for (ExpandedPattern& one : plain) config.patterns.push_back({std::move(one), {}});
  read_patterns(section, definitions, config.patterns);
  plain.clear();
  for (const auto& [mark, text] :
       read_texts(section, "grok", "The same by named patterns: \"%{NUMBER:temperature:float}\"."))
    add_pattern(section, "grok", mark, text, expand_grok(text, definitions), plain);
  for (ExpandedPattern& one : plain) config.patterns.push_back({std::move(one), {}});
  config.matches = section.choice<Matches>(
      "matches", Matches::first,
      "Which patterns give the message: the first that matches, or all that do together, of whose fields with one name "
      "the first counts.",
      {{"first", Matches::first}, {"merge", Matches::merge}});
  config.whole = section.flag("whole", false, "Whether a pattern must match all of a frame, not only a part.");
  config.fields = read_text_fields(
      section, "fields", "What groups are read as, and called; other groups are text.",
      {"type", TextField::Kind::text, "The group, if it is not the name; several are joined: [date, time].", true});
  const bool given = section.has("pattern") || section.has("patterns") || section.has("grok");
  if (!given && !section.describing()) section.error("pattern", "is missing: \"T=(?P<temperature>[-0-9.]+)\"");
  if (config.patterns.empty()) return config;
  check_from(section, config);
  const std::span<const Item> items(config.patterns);
  const std::size_t step = config.matches == Matches::merge ? items.size() : 1;
  for (std::size_t i = 0; i < items.size(); i += step) check_names(section, config.fields, items.subspan(i, step));
  return config;
}

}  // namespace fieldgate::codec
