// What the patterns of the regex codec are read into.
#include <algorithm>

#include "codec/regex.hpp"

namespace fieldgate::codec {

namespace {

bool holds(const std::vector<std::string>& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

/// A pattern's own groups keep apart from those of the same name in others.
std::string private_name(std::size_t item, const std::string& group) { return std::to_string(item) + '/' + group; }

TextField with_private_sources(TextField field, std::size_t item) {
  if (field.from.empty()) field.from = {field.name};
  for (std::string& from : field.from) from = private_name(item, from);
  if (!field.hemisphere.empty()) field.hemisphere = private_name(item, field.hemisphere);
  return field;
}

}  // namespace

RegexPlan::RegexPlan(std::span<const Regex::Item> items, const std::vector<TextField>& shared) {
  std::vector<TextField> columns;
  std::vector<TextField> common;
  for (std::size_t i = 0; i < items.size(); ++i) {
    const std::vector<std::string> taken = sources_of(items[i].fields);
    for (const TextField& field : items[i].fields) fields.push_back(with_private_sources(field, i));
    groups.emplace_back();
    for (const TextField& column : items[i].expanded.columns) {
      const bool is_own = holds(taken, column.name);
      const std::string name = is_own ? private_name(i, column.name) : column.name;
      const auto known = std::find(sources.begin(), sources.end(), name);
      groups.back().push_back(static_cast<std::size_t>(known - sources.begin()));
      if (known != sources.end()) continue;
      sources.push_back(name);
      if (!is_own) columns.push_back(column);
    }
  }
  for (const TextField& field : shared) {
    const std::vector<std::string> needed = sources_of({field});
    if (std::all_of(needed.begin(), needed.end(), [this](const std::string& name) { return holds(sources, name); }))
      common.push_back(field);
  }
  const std::vector<TextField> others = joined_fields(columns, common);
  fields.insert(fields.end(), others.begin(), others.end());
}

}  // namespace fieldgate::codec
