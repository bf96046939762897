// `fieldgate list`: the types there are.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>

#include "cli/command.hpp"
#include "cli/texts.hpp"
#include "gateway/shipped.hpp"

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
    names.emplace_back("protocols");
    const std::vector<std::string_view> views(names.begin(), names.end());
    std::string hint = config::did_you_mean(name, views);
    if (hint.empty()) hint = "; there are " + config::joined(views);
    return Error{"usage", fmt::format("no kind of type is called '{}'{}", name, hint)};
  }
  for (const Kind& kind : language.kinds)
    out += fmt::format("{}{}:\n{}", out.empty() ? "" : "\n", plural(kind.name), table(kind));
  return out;
}

std::string protocols_text(const config::Library& library) {
  std::size_t width = 0;
  for (const config::Library::Entry& entry : library.entries()) width = std::max(width, entry.name.size());
  std::string out;
  for (const config::Library::Entry& entry : library.entries())
    out += fmt::format("  {:{}}  {}\n", entry.name, width, entry.meaning);
  return out;
}

Result<std::string> protocol_text(const config::Library& library, std::string_view name) {
  if (const auto* entry = library.find(name)) return std::string(library.file(*entry).text);
  std::vector<std::string_view> known;
  for (const config::Library::Entry& entry : library.entries()) known.push_back(entry.name);
  std::string hint = config::did_you_mean(name, known);
  if (hint.empty()) hint = "; there are " + config::joined(known);
  return Error{"usage", fmt::format("no shipped protocol is called '{}'{}", name, hint)};
}

namespace {

Result<std::string> listed(const std::string& kind, const std::string& name) {
  const bool is_protocol = kind == "protocols" || kind == "protocol";
  if (!name.empty() && !is_protocol)
    return Error{"usage", "a name belongs to 'list protocols NAME'; 'fieldgate explain' shows a type"};
  if (!is_protocol && !kind.empty()) return list_text(language(), kind);
  const config::Library library(gateway::shipped_protocols());
  if (is_protocol) return name.empty() ? protocols_text(library) : protocol_text(library, name);
  auto text = list_text(language(), kind);
  if (text) *text += "\nprotocols:\n" + protocols_text(library);
  return text;
}

}  // namespace

void add_list(CLI::App& app, int& status) {
  CLI::App* command = app.add_subcommand("list", "The types there are, each with its meaning");
  const auto kind = std::make_shared<std::string>();
  const auto name = std::make_shared<std::string>();
  command->add_option("KIND", *kind,
                      "adapters, framings, codecs, transforms, sinks or protocols; left out: all of them");
  command->add_option("NAME", *name, "of a shipped protocol: prints its file");
  command->callback([kind, name, &status] {
    const Result<std::string> text = listed(*kind, *name);
    if (!text) complain(text.error().text);
    status = !text ? bad_usage : print(*text) ? success : cannot_run;
  });
}

}  // namespace fieldgate::cli
