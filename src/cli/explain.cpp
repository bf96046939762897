// `fieldgate explain`: what an option means, its default and its unit.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>

#include "cli/command.hpp"
#include "cli/texts.hpp"
#include "gateway/shipped.hpp"

namespace fieldgate::cli {
namespace {

using config::Description;

std::string default_text(const Description& option) {
  if (option.is_required) return "required";
  return option.fallback.empty() ? std::string() : "default " + option.fallback;
}

/// The options of a section or type, a line each.
std::string table(const std::vector<Description>& options) {
  std::size_t width = 0;
  for (const Description& option : options) width = std::max(width, option.name.size());
  std::string out;
  for (const Description& option : options) {
    const std::string fallback = default_text(option);
    out += fmt::format("    {:{}}  {}{}{}: {}\n", option.name, width, option.type, fallback.empty() ? "" : ", ",
                       fallback, option.meaning);
  }
  return out;
}

std::string option_text(const Entry& entry, const Language& language) {
  const Description& option = *entry.option;
  std::string out = fmt::format("{}\n  {}\n  type: {}\n", entry.path, option.meaning, option.type);
  if (const std::string_view unit = units(option.type); !unit.empty()) out += fmt::format("  unit: {}\n", unit);
  if (!option.range.empty()) out += fmt::format("  range: {}\n", option.range);
  if (option.is_required) out += "  required\n";
  if (!option.fallback.empty()) out += fmt::format("  default: {}\n", option.fallback);
  if (option.is_secret) out += "  a secret: never shown; a warning if it is written literally in the file\n";
  const Kind* kind = find_kind(language, option.kind);
  if (kind && !option.kind.empty()) {
    out += "  types:\n";
    for (const Type& type : kind->types) out += fmt::format("    {}: {}\n", type.name, type.meaning);
  }
  if (!option.options.empty()) out += "  options:\n" + table(option.options);
  return out;
}

/// The options of a type stand in the entries behind it, those that its whole kind has as well.
std::string type_text(const Entry& entry, const std::vector<Entry>& all) {
  std::string out = fmt::format("{}\n  {}\n", entry.path, entry.type->meaning);
  std::vector<Description> options;
  for (const Entry& other : all) {
    const bool below = other.option && other.path.starts_with(entry.path + ".");
    if (below && other.path.find('.', entry.path.size() + 1) == std::string::npos) options.push_back(*other.option);
  }
  return options.empty() ? out + "  no options\n" : out + "  options:\n" + table(options);
}

Error unknown(const std::vector<Entry>& all, std::string_view path) {
  std::vector<std::string_view> known;
  const std::size_t depth = static_cast<std::size_t>(std::count(path.begin(), path.end(), '.'));
  for (const Entry& entry : all) {
    known.push_back(entry.path);
    // A path may be the end of a longer one.
    std::string_view rest = entry.path;
    while (static_cast<std::size_t>(std::count(rest.begin(), rest.end(), '.')) > depth)
      rest.remove_prefix(rest.find('.') + 1);
    known.push_back(rest);
  }
  std::string hint = config::did_you_mean(path, known);
  if (hint.empty())
    hint = "; write one like sinks.http.batch.timeout, framing.line or max_length; 'fieldgate list' names the types";
  return {"usage", fmt::format("no option or type is called '{}'{}", path, hint)};
}

}  // namespace

std::string_view units(std::string_view type) {
  if (type == "duration") return "us, ms, s, m, h, d";
  if (type == "size") return "B, KB, MB, GB, TB (powers of 1000), KiB, MiB, GiB, TiB (powers of 1024)";
  if (type == "rate") return "an amount per s, m, h or d: 10/s";
  return {};
}

Result<std::string> explain_text(const Language& language, std::string_view path) {
  const std::vector<Entry> all = entries(language);
  std::vector<const Entry*> found = find(all, language, path);
  if (found.empty() && path.find('.') != std::string_view::npos) found = find_loosely(all, language, path);
  if (found.empty()) return unknown(all, path);
  std::string out;
  for (const Entry* entry : found) {
    if (!out.empty()) out += '\n';
    out += entry->type ? type_text(*entry, all) : option_text(*entry, language);
  }
  return out;
}

void add_explain(CLI::App& app, int& status) {
  CLI::App* command = app.add_subcommand("explain", "What an option means, its default and its unit");
  const auto path = std::make_shared<std::string>();
  command->add_option("PATH", *path, "like sinks.http.batch.timeout, framing.length_field, or length_size")->required();
  command->callback([path, &status] {
    const config::Library library(gateway::shipped_protocols());
    constexpr std::string_view in_library = "protocols.";
    const bool is_shipped = library.find(*path) != nullptr || path->starts_with(in_library);
    const std::string name = path->starts_with(in_library) ? path->substr(in_library.size()) : *path;
    Result<std::string> text = explain_text(language(), *path);
    if (!text && is_shipped) text = protocol_text(library, name);
    if (!text) complain(text.error().text);
    status = !text ? bad_usage : print(*text) ? success : cannot_run;
  });
}

}  // namespace fieldgate::cli
