// `fieldgate list`: the types there are.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>

#include "cli/command.hpp"
#include "cli/texts.hpp"

namespace fieldgate::cli {
namespace {

std::string table(const Kind& kind) {
  std::size_t width = 0;
  for (const Type& type : kind.types) width = std::max(width, type.name.size());
  std::string out;
  for (const Type& type : kind.types) out += fmt::format("  {:{}}  {}\n", type.name, width, type.meaning);
  return out;
}

}  // namespace

Result<std::string> list_text(const Language& language, std::string_view name) {
  std::string out;
  if (!name.empty()) {
    if (const Kind* kind = find_kind(language, name)) return table(*kind);
    std::vector<std::string> names;
    for (const Kind& kind : language.kinds) names.push_back(plural(kind.name));
    const std::vector<std::string_view> views(names.begin(), names.end());
    std::string hint = config::did_you_mean(name, views);
    if (hint.empty()) hint = "; there are " + config::joined(views);
    return Error{"usage", fmt::format("no kind of type is called '{}'{}", name, hint)};
  }
  for (const Kind& kind : language.kinds)
    out += fmt::format("{}{}:\n{}", out.empty() ? "" : "\n", plural(kind.name), table(kind));
  return out;
}

void add_list(CLI::App& app, int& status) {
  CLI::App* command = app.add_subcommand("list", "The types there are, each with its meaning");
  const auto kind = std::make_shared<std::string>();
  command->add_option("KIND", *kind, "adapters, framings, codecs, transforms or sinks; left out: all of them");
  command->callback([kind, &status] {
    const Result<std::string> text = list_text(language(), *kind);
    if (!text) complain(text.error().text);
    status = !text ? bad_usage : print(*text) ? success : cannot_run;
  });
}

}  // namespace fieldgate::cli
