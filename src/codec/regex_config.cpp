// The options of the regex codec.
#include <fmt/format.h>

#include <algorithm>

#include "codec/regex.hpp"
#include "config/node.hpp"
#include "config/option_description.hpp"

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

void add_pattern(config::Section& section, std::string_view name, const config::Mark& mark,
                 Result<ExpandedPattern> expanded, std::vector<ExpandedPattern>& patterns) {
  if (!expanded) return section.error(mark, name, expanded.error().text);
  const auto compiled = script::Pattern::compile(expanded->pattern);
  if (!compiled) return section.error(mark, name, compiled.error().text);
  if (compiled->group_names().size() > script::Pattern::max_groups)
    return section.error(mark, name, fmt::format("more than {} groups", script::Pattern::max_groups));
  if (expanded->columns.empty())
    section.warning(name, "no group has a name, so that the document is empty: (?P<temperature>[-0-9.]+)");
  patterns.push_back(std::move(*expanded));
}

void check_from(config::Section& section, const Regex::Config& config) {
  const auto known = [&config](const std::string& name) {
    return std::any_of(config.patterns.begin(), config.patterns.end(), [&name](const ExpandedPattern& pattern) {
      return std::any_of(pattern.columns.begin(), pattern.columns.end(),
                         [&name](const TextField& column) { return column.name == name; });
    });
  };
  for (const std::string& source : sources_of(config.fields)) {
    if (!known(source)) section.error("fields", fmt::format("no group of a pattern is called '{}'", source));
  }
}

}  // namespace

Regex::Config Regex::Config::read(config::Section& section) {
  Config config;
  const auto definitions = section.text_map("definitions", "Patterns of one's own, for 'grok'.");
  for (const std::string_view name : {"pattern", "patterns"}) {
    const std::string_view about = name == "pattern"
                                       ? "A regular expression (RE2), or a list: the first that matches counts."
                                       : "The same: a list.";
    for (const auto& [mark, text] : read_texts(section, name, about))
      add_pattern(section, name, mark, expand_regex(text), config.patterns);
  }
  for (const auto& [mark, text] :
       read_texts(section, "grok", "The same by named patterns: \"%{NUMBER:temperature:float}\"."))
    add_pattern(section, "grok", mark, expand_grok(text, definitions), config.patterns);
  config.whole = section.flag("whole", false, "Whether a pattern must match all of a frame, not only a part.");
  config.fields = read_text_fields(
      section, "fields", "What groups are read as, and called; other groups are text.",
      {"type", TextField::Kind::text, "The group, if it is not the name; several are joined by blanks: [date, time]."});
  const bool given = section.has("pattern") || section.has("patterns") || section.has("grok");
  if (!given && !section.describing()) section.error("pattern", "is missing: \"T=(?P<temperature>[-0-9.]+)\"");
  if (!config.patterns.empty()) check_from(section, config);
  return config;
}

}  // namespace fieldgate::codec
