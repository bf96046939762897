// The options of the csv codec.
#include <algorithm>

#include "codec/csv.hpp"
#include "config/node.hpp"

namespace fieldgate::codec {

namespace {

constexpr std::string_view columns_meaning = "The columns in their order, as names or as { name, type, time }.";

bool is_time_kind(Csv::Kind kind) { return kind >= Csv::Kind::rfc3339; }

Csv::Column read_column(config::Section& section) {
  using Kind = Csv::Kind;
  Csv::Column column;
  column.name = section.text("name", config::required, "The column's name, which becomes the member's.");
  column.kind = section.choice<Kind>("type", Kind::text, "What its fields are.",
                                     {{"text", Kind::text},
                                      {"integer", Kind::integer},
                                      {"number", Kind::number},
                                      {"boolean", Kind::boolean},
                                      {"rfc3339", Kind::rfc3339},
                                      {"unix_s", Kind::unix_s},
                                      {"unix_ms", Kind::unix_ms},
                                      {"unix_us", Kind::unix_us}});
  column.is_time =
      section.flag("time", false, "Whether it is the message's own time; then its type is one of the times.");
  if (column.is_time && !is_time_kind(column.kind)) {
    section.error("time", "the type of a column with 'time: true' is rfc3339, unix_s, unix_ms or unix_us");
  }
  return column;
}

std::vector<Csv::Column> read_columns(config::Section& section) {
  std::vector<Csv::Column> columns;
  const config::Node* const node = section.node("columns");
  const bool names_only =
      node != nullptr && node->is_list() &&
      std::all_of(node->items.begin(), node->items.end(), [](const config::Node& item) { return item.is_scalar(); });
  if (names_only) {
    for (std::string& name : section.texts("columns", config::required, columns_meaning))
      columns.push_back({std::move(name)});
  } else {
    section.sections("columns", columns_meaning,
                     [&columns](config::Section& inner) { columns.push_back(read_column(inner)); });
  }
  return columns;
}

void check_columns(config::Section& section, const std::vector<Csv::Column>& columns) {
  if (columns.empty()) section.error("columns", "a csv codec needs its columns: [device, temperature]");
  if (std::count_if(columns.begin(), columns.end(), [](const Csv::Column& column) { return column.is_time; }) > 1) {
    section.error("columns", "two columns have 'time: true'; a message has one time");
  }
  for (std::size_t i = 0; i < columns.size(); ++i) {
    const auto same = [&](const Csv::Column& other) { return other.name == columns[i].name; };
    if (columns[i].name.empty()) section.error(section.mark("columns", i), "columns", "a column needs a name");
    if (!columns[i].name.empty() &&
        std::any_of(columns.begin(), columns.begin() + static_cast<std::ptrdiff_t>(i), same)) {
      section.error(section.mark("columns", i), "columns", "two columns are called '" + columns[i].name + "'");
    }
  }
}

char read_character(config::Section& section, std::string_view name, char fallback, std::string_view meaning) {
  const std::string bytes = section.bytes(name, std::string(1, fallback), meaning);
  if (bytes.size() == 1 && bytes[0] != '\n' && bytes[0] != '\r') return bytes[0];
  section.error(name, "expected one character, and no line end");
  return fallback;
}

}  // namespace

Csv::Config Csv::Config::read(config::Section& section) {
  Config config;
  config.columns = read_columns(section);
  config.separator = read_character(section, "separator", ',', "What stands between fields.");
  config.quote = read_character(section, "quote", '"',
                                "What stands round a field that holds separators or line ends; doubled inside.");
  check_columns(section, config.columns);
  if (config.separator == config.quote) section.error("separator", "the separator and the quote are the same");
  return config;
}

}  // namespace fieldgate::codec
