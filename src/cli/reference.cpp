// `fieldgate reference`: the reference page of the documentation, out of the same descriptions that the parser reads
// by.
#include <fmt/format.h>

#include <CLI/CLI.hpp>

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

void append_rows(std::string& out, const std::string& prefix, const std::vector<Description>& options) {
  for (const Description& option : options) {
    const std::string name = prefix + option.name;
    const std::string type = option.range.empty() ? option.type : fmt::format("{}, {}", option.type, option.range);
    const std::string fallback = option.is_required ? std::string("required") : code(option.fallback);
    out += fmt::format("| `{}` | {} | {} | {} |\n", name, cell(type), fallback, cell(option.meaning));
    const std::string_view inner = option.type.starts_with("map of names to sections") ? ".NAME."
                                   : option.type.starts_with("list")                   ? "[]."
                                                                                       : ".";
    append_rows(out, name + std::string(inner), option.options);
  }
}

void append_table(std::string& out, const std::vector<Description>& options) {
  if (options.empty()) {
    out += "\nNo options.\n";
    return;
  }
  out += "\n| option | type | default | meaning |\n| --- | --- | --- | --- |\n";
  append_rows(out, {}, options);
}

}  // namespace

std::string reference_text(const Language& language) {
  std::string out(head);
  out += "\n## The file\n";
  append_table(out, language.root);
  for (const Kind& kind : language.kinds) {
    out += fmt::format("\n## {} types\n", kind.name);
    for (const Type& type : kind.types) {
      out += fmt::format("\n### {} `{}`\n\n{}\n", kind.name, type.name, type.meaning);
      append_table(out, type.options);
    }
  }
  return out;
}

void add_reference(CLI::App& app, int& status) {
  CLI::App* command = app.add_subcommand("reference", "The reference of all options, as Markdown");
  command->callback([&status] { status = print(reference_text(language())) ? success : cannot_run; });
}

}  // namespace fieldgate::cli
