// The options of the csv codec.
#include <fmt/format.h>

#include <algorithm>

#include "codec/csv.hpp"
#include "config/node.hpp"

namespace fieldgate::codec {

namespace {

constexpr std::string_view columns_meaning =
    "The columns in their order, as names or as { name, type, ... }; { type: skip } is left out.";
constexpr std::string_view fields_meaning =
    "What is made of columns, by their names: { at: { from: [date, time], format: \"%y%m%d %H%M%S\" } }; those columns "
    "are "
    "then left out.";

char read_character(config::Section& section, std::string_view name, char fallback, std::string_view meaning) {
  const std::string bytes = section.bytes(name, std::string(1, fallback), meaning);
  if (bytes.size() == 1 && bytes[0] != '\n' && bytes[0] != '\r') return bytes[0];
  section.error(name, "expected one character, and no line end");
  return fallback;
}

void check_from(config::Section& section, const std::vector<TextField>& columns, const std::vector<TextField>& fields) {
  const auto known = [&columns](const std::string& name) {
    return std::any_of(columns.begin(), columns.end(), [&name](const TextField& one) { return one.name == name; });
  };
  for (const TextField& field : fields) {
    for (const std::string& from : field.from.empty() ? std::vector{field.name} : field.from) {
      if (!known(from)) section.error("fields", fmt::format("'{}': no column is called '{}'", field.name, from));
    }
  }
}

Csv::Case read_case(config::Section& section, std::string first) {
  Csv::Case one;
  one.first = std::move(first);
  one.columns = read_text_fields(section, "columns", columns_meaning, {});
  one.fields = read_text_fields(section, "fields", fields_meaning, {"from"});
  if (one.columns.empty()) section.error("columns", "a case needs its columns, the first included");
  check_from(section, one.columns, one.fields);
  return one;
}

std::vector<Csv::Case> read_cases(config::Section& section) {
  std::vector<Csv::Case> cases;
  config::Description description;
  description.name = "cases";
  description.type = "map of first fields to sections";
  description.meaning = "Kinds of rows by what their first field is: { T: { columns: [kind, temperature] } }.";
  if (section.describing())
    description.options = config::describe(section.reader(), [](config::Section& s) { read_case(s, {}); });
  section.claim(std::move(description));
  const config::Node* const node = section.node("cases");
  if (node == nullptr) return cases;
  if (!node->is_map()) section.error("cases", "expected a map of first fields to { columns: [..] }");
  for (const config::Node::Entry& entry : node->entries) {
    config::Section inner(section.reader(), &entry.value, section.path() + ".cases." + entry.key, nullptr);
    cases.push_back(read_case(inner, entry.key));
  }
  return cases;
}

}  // namespace

Csv::Config Csv::Config::read(config::Section& section) {
  Config config;
  config.columns = read_text_fields(section, "columns", columns_meaning, {});
  config.header = section.flag(
      "header", false, "Whether the first row of each frame names the columns; 'columns' then only give types.");
  config.separator = read_character(section, "separator", ',', "What stands between fields.");
  config.quote = read_character(section, "quote", '"',
                                "What stands round a field that holds separators or line ends; doubled inside.");
  config.prefix = section.bytes("prefix", std::string(), "What each row begins with, before its first field.");
  config.exact =
      section.flag("exact", true,
                   "Whether a row has just as many fields as there are columns; else missing ones are left out, "
                   "and more are ignored.");
  config.fields = read_text_fields(section, "fields", fields_meaning, {"from"});
  config.cases = read_cases(section);
  if (config.columns.empty() && !config.header && config.cases.empty())
    section.error("columns", "a csv codec needs its columns: [device, temperature], or 'header: true'");
  if (config.header && !config.cases.empty())
    section.error("cases", "a header names the columns of all rows: leave one out");
  if (!config.header) check_from(section, config.columns, config.fields);
  if (config.separator == config.quote) section.error("separator", "the separator and the quote are the same");
  return config;
}

}  // namespace fieldgate::codec
