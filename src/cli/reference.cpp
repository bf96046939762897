// `fieldgate reference`: the reference page of the documentation, out of the same descriptions that the parser reads
// by.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>

#include "cli/command.hpp"
#include "cli/texts.hpp"

namespace fieldgate::cli {
namespace {

using config::Description;

constexpr std::string_view head =
    "# Configuration reference\n\n"
    "Written by `fieldgate reference`; edit the descriptions beside the code that reads the options, not this page.\n"
    "What values, templates and expressions look like is in the manual; this page lists every option.\n";

/// Text that stands in a cell of a table.
std::string cell(std::string_view text) {
  std::string out;
  for (char c : text) {
    if (c == '|') out += '\\';
    out += c == '\n' ? ' ' : c;
  }
  return out;
}

std::string code(std::string_view text) { return text.empty() ? std::string() : fmt::format("`{}`", cell(text)); }

std::size_t rows(const std::vector<Description>& options) {
  std::size_t count = options.size();
  for (const Description& option : options) count += rows(option.options);
  return count;
}

bool same(const std::vector<Description>& a, const std::vector<Description>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const Description& left, const Description& right) {
    return left.name == right.name && left.type == right.type && left.fallback == right.fallback &&
           left.meaning == right.meaning && same(left.options, right.options);
  });
}

/// Writes the tables. Options that many types share are written where they stand first, and named elsewhere.
class Tables {
 public:
  explicit Tables(std::string& out) : out_(out) {}

  /// `place` is how others refer to this table.
  void append(const std::vector<Description>& options, std::string_view place) {
    if (options.empty()) {
      out_ += "\nNo options.\n";
      return;
    }
    out_ += "\n| option | type | default | meaning |\n| --- | --- | --- | --- |\n";
    place_ = place;
    append_rows({}, options);
  }

 private:
  struct Written {
    const std::vector<Description>* options;
    std::string place;
  };
  static constexpr std::size_t worth_a_reference = 6;  // rows

  void append_rows(const std::string& prefix, const std::vector<Description>& options) {
    for (const Description& option : options) {
      const std::string name = prefix + option.name;
      const std::string_view inner = option.type.starts_with("map of names to sections") ? ".NAME"
                                     : option.type.starts_with("list")                   ? "[]"
                                                                                         : "";
      const std::string path = name + std::string(inner);
      const bool is_large = rows(option.options) >= worth_a_reference;
      const Written* const before = is_large ? find(option.options) : nullptr;
      append_row(name, option, before);
      if (before != nullptr) continue;
      if (is_large) written_.push_back({&option.options, fmt::format("{}`{}`", place_, path)});
      append_rows(path + ".", option.options);
    }
  }

  void append_row(const std::string& name, const Description& option, const Written* before) {
    const std::string type = option.range.empty() ? option.type : fmt::format("{}, {}", option.type, option.range);
    const std::string fallback = option.is_required ? std::string("required") : code(option.fallback);
    const std::string more = before != nullptr ? fmt::format(" Its options are those of {}.", before->place) : "";
    out_ += fmt::format("| `{}` | {} | {} | {}{} |\n", name, cell(type), fallback, cell(option.meaning), more);
  }

  const Written* find(const std::vector<Description>& options) const {
    const auto found = std::find_if(written_.begin(), written_.end(),
                                    [&options](const Written& w) { return same(*w.options, options); });
    return found == written_.end() ? nullptr : &*found;
  }

  std::string& out_;
  std::string place_;
  std::vector<Written> written_;
};

}  // namespace

std::string reference_text(const Language& language) {
  std::string out(head);
  out += "\n## The file\n";
  Tables tables(out);
  tables.append(language.root, {});
  for (const Kind& kind : language.kinds) {
    out += fmt::format("\n## {} types\n", kind.name);
    for (const Type& type : kind.types) {
      out += fmt::format("\n### {} `{}`\n\n{}\n", kind.name, type.name, type.meaning);
      tables.append(type.options, fmt::format("{} `{}`, ", kind.name, type.name));
    }
  }
  return out;
}

void add_reference(CLI::App& app, int& status) {
  CLI::App* command = app.add_subcommand("reference", "The reference of all options, as Markdown");
  command->callback([&status] { status = print(reference_text(language())) ? success : cannot_run; });
}

}  // namespace fieldgate::cli
