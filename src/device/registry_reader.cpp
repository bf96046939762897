// RegistryReader: rows of a list, of a CSV file, of a YAML file.
#include "device/registry_reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "config/loader.hpp"
#include "config/read_file.hpp"
#include "config/values.hpp"
#include "device/csv_rows.hpp"
#include "message/json.hpp"

namespace fieldgate::device {

namespace {

using config::in_quotes;

constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";

bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }

/// What no text of a row may be; empty: it is well.
std::string wrong_text(std::string_view what, std::string_view text) {
  if (json::find_invalid_utf8(text) != std::string_view::npos) return fmt::format("{} is not UTF-8", what);
  const auto control = std::find_if(text.begin(), text.end(), is_control);
  if (control == text.end()) return {};
  return fmt::format("{} holds the control byte 0x{:02x}", what, static_cast<unsigned char>(*control));
}

}  // namespace

std::string wrong_tag_name(std::string_view name) {
  if (name.empty()) return "a tag needs a name";
  const bool bad = std::any_of(name.begin(), name.end(), [](char c) {
    return is_control(c) || std::string_view(" ()[],=!<>'\"{}|&").find(c) != std::string_view::npos;
  });
  if (!bad) return {};
  return fmt::format("the tag's name {} holds what {{{{ tags.NAME }}}} cannot: letters, digits, - and _ are well",
                     in_quotes(name));
}

/// Of a CSV file.
struct RegistryReader::Columns {
  static constexpr std::size_t none = ~std::size_t{0};
  std::size_t count = 0;
  std::size_t secret = none;
  const Registry::Names* names = nullptr;  // the others, without `id`
};

void RegistryReader::read_list(const config::Node& list) {
  option_ = "list";
  literal_ = true;
  if (!list.is_map()) return error(list.mark, "expected a map of ids, like { meter-1: { site: hall-a } }");
  read_map(list);
}

void RegistryReader::read_file(const std::filesystem::path& path) {
  option_ = "file";
  literal_ = false;
  const std::string ending = path.extension().string();
  const bool csv = ending == ".csv";
  if (!csv && ending != ".yaml" && ending != ".yml")
    return section_.error("file", "its name must end with .csv, .yaml or .yml, which says how it is read");
  if (section_.reader().syntax_only || section_.reader().files == nullptr) return;
  auto text = config::read_file(path, largest_file);
  if (!text)
    return section_.error("file", fmt::format("cannot read {}: {}", in_quotes(path.string()), text.error().text));
  if (text->starts_with(byte_order_mark)) text->erase(0, byte_order_mark.size());
  const std::uint32_t file = files().add(path.string(), std::move(*text));
  if (csv) {
    read_csv(file);
  } else {
    read_yaml(file);
  }
}

void RegistryReader::read_csv(std::uint32_t file) {
  CsvRows rows(files().at(file).text);
  const config::Mark top{file, 1, 1, 1};
  if (!rows.next()) return error(top, "the file is empty: its first line names the columns: id,site");
  Columns columns;
  std::string problem(rows.problem());
  if (problem.empty()) problem = wrong_text("the first line", rows.raw());
  if (!problem.empty() || !read_header(rows.fields(), columns, problem)) return error(top, problem);
  hides_lines_ = columns.secret != Columns::none;
  while (rows.next()) read_csv_row(file, columns, rows);
}

bool RegistryReader::read_header(const std::vector<std::string>& names, Columns& columns, std::string& problem) const {
  if (names.front() != "id") {
    problem = fmt::format("the first column must be 'id', not {}: the first line names the columns, with commas",
                          in_quotes(names.front()));
    return false;
  }
  Registry::Names tags;
  std::set<std::string> seen;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (!seen.insert(names[i]).second) problem = fmt::format("two columns are called {}", in_quotes(names[i]));
    if (std::string wrong = wrong_tag_name(names[i]); !wrong.empty()) problem = std::move(wrong);
    if (names[i] == "secret") {
      columns.secret = i;
    } else if (i > 0) {
      tags.push_back(names[i]);
    }
  }
  columns.count = names.size();
  columns.names = &registry_.names(std::move(tags));
  return problem.empty();
}

void RegistryReader::read_csv_row(std::uint32_t file, const Columns& columns, const CsvRows& row) {
  const config::Mark mark = files().mark_at(file, row.offset());
  const auto wrong = [&](std::string text) { error(mark, std::move(text)); };
  if (!row.problem().empty()) return wrong(std::string(row.problem()));
  if (std::string text = wrong_text("the row", row.raw()); !text.empty()) return wrong(std::move(text));
  const std::vector<std::string>& fields = row.fields();
  if (fields.size() != columns.count)
    return wrong(fmt::format("the row has {} columns, the first line has {}", fields.size(), columns.count));
  std::string_view secret;
  std::vector<std::string_view> values;
  for (std::size_t i = 1; i < fields.size(); ++i) {
    if (i == columns.secret) {
      secret = fields[i];
    } else {
      values.push_back(fields[i]);
    }
  }
  add(mark, fields[0], *columns.names, secret, values);
}

void RegistryReader::read_yaml(std::uint32_t file) {
  const auto root = config::parse_data(file, files(), section_.reader().problems());
  if (!root || root->kind == config::Node::Kind::empty) return;
  if (!root->is_map()) return error(root->mark, "expected a map of ids, like meter-1: { site: hall-a }");
  read_map(*root);
}

void RegistryReader::read_map(const config::Node& map) {
  for (const config::Node::Entry& entry : map.entries) read_entry(entry);
}

void RegistryReader::read_entry(const config::Node::Entry& entry) {
  const config::Node& row = entry.value;
  if (row.unresolved) return;
  if (!row.is_map() && row.kind != config::Node::Kind::empty)
    return error(row.mark, fmt::format("expected a map of tags for {}, like {{ site: hall-a }}, not {}",
                                       in_quotes(entry.key), config::kind_name(row.kind)));
  Registry::Names names;
  std::vector<std::string_view> values;
  std::string_view secret;
  for (const auto& [name, at, value] : row.entries) {
    if (value.unresolved) continue;
    if (name == "secret") section_.reader().problems().hide(value.mark);
    if (!value.is_scalar()) {
      if (value.kind == config::Node::Kind::empty) continue;
      return error(value.mark, fmt::format("expected text for {}, not {}", in_quotes(name), kind_name(value.kind)));
    }
    if (std::string wrong = wrong_text(in_quotes(name), value.text); !wrong.empty()) return error(value.mark, wrong);
    if (name == "secret") {
      secret = value.text;
      if (literal_ && !value.substituted)
        section_.reader().problems().warning(value.mark, "devices.list",
                                             "a secret is written literally in the file; write ${credential:NAME}, "
                                             "${file:PATH} or ${VAR} in its place");
      continue;
    }
    if (std::string wrong = name == "id" ? "'id' is the key of the map" : wrong_tag_name(name); !wrong.empty())
      return error(at, wrong);
    names.push_back(name);
    values.push_back(value.text);
  }
  add(entry.mark, entry.key, registry_.names(std::move(names)), secret, values);
}

void RegistryReader::add(const config::Mark& mark, std::string_view id, const Registry::Names& names,
                         std::string_view secret, const std::vector<std::string_view>& values) {
  if (id.empty()) return error(mark, "the id is empty");
  if (id.size() > longest_id) return error(mark, fmt::format("the id is longer than {} bytes", longest_id));
  if (std::string wrong = wrong_text("the id", id); !wrong.empty()) return error(mark, wrong);
  if (const auto first = places_.find(id); first != places_.end())
    return error(mark, fmt::format("the device {} stands already at {}", in_quotes(id), place(first->second)));
  const Registry::Row& row = registry_.add(id, names, secret, values);
  places_.emplace(row.id(), mark);
  if (row.is_glob() && registry_.globs() == max_globs + 1)
    error(mark, fmt::format("more than {} ids are patterns, with * or ?", max_globs));
}

void RegistryReader::error(config::Mark mark, std::string text) {
  if (hides_lines_) {
    mark.length = std::max<std::uint32_t>(1, config::characters(files().line(mark.file, mark.line)));
    section_.reader().problems().hide(mark);
  }
  last_ = mark;
  if (++problems_ <= max_problems) section_.error(mark, option_, std::move(text));
}

void RegistryReader::finish() {
  if (problems_ > max_problems)
    section_.error(last_, option_, fmt::format("and {} more rows are wrong", problems_ - max_problems));
}

std::string RegistryReader::place(const config::Mark& mark) const {
  return fmt::format("{}:{}:{}", files().at(mark.file).name, mark.line, mark.column);
}

}  // namespace fieldgate::device
