// Which protocol a tool of the laboratory works on: an adapter's, one of the file, or a shipped one.
#include "cli/subject.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>

#include "cli/command.hpp"
#include "config/print.hpp"

namespace fieldgate::cli {
namespace {

std::string names_of(const std::vector<gateway::Subject>& subjects) {
  std::string out;
  for (const gateway::Subject& subject : subjects) out += (out.empty() ? "" : ", ") + subject.name;
  return out;
}

std::string near(std::string_view name, const std::vector<gateway::Subject>& subjects, std::string_view none) {
  std::vector<std::string_view> known;
  for (const gateway::Subject& subject : subjects) known.push_back(subject.name);
  std::string hint = config::did_you_mean(name, known);
  if (hint.empty()) hint = known.empty() ? std::string(none) : "; there are " + names_of(subjects);
  return hint;
}

Result<gateway::Subject> find_adapter(const gateway::Laboratory& laboratory, const SubjectOptions& options) {
  if (const gateway::Subject* found = laboratory.adapter(options.adapter)) return *found;
  return Error{"usage",
               fmt::format("{}: no adapter is called '{}'{}", options.file, options.adapter,
                           near(options.adapter, laboratory.adapters, "; it has no adapters, choose with -p"))};
}

/// The only thing there is.
Result<gateway::Subject> find_only(const gateway::Laboratory& laboratory, const std::string& file) {
  if (laboratory.adapters.size() == 1) return laboratory.adapters.front();
  if (laboratory.adapters.empty() && laboratory.protocols.size() == 1) return laboratory.protocols.front();
  if (!laboratory.adapters.empty())
    return Error{"usage",
                 fmt::format("{} has several adapters: choose one with -a: {}", file, names_of(laboratory.adapters))};
  if (!laboratory.protocols.empty())
    return Error{"usage",
                 fmt::format("{} has several protocols: choose one with -p: {}", file, names_of(laboratory.protocols))};
  return Error{"usage", file + " has neither adapters nor protocols"};
}

Result<gateway::Subject> find(const Chosen& chosen, const SubjectOptions& options) {
  if (!options.adapter.empty()) return find_adapter(chosen.laboratory, options);
  if (options.protocol.empty()) return find_only(chosen.laboratory, options.file);
  if (const gateway::Subject* found = chosen.laboratory.protocol(options.protocol)) return *found;
  return Error{"usage", fmt::format("no protocol is called '{}'{}", options.protocol,
                                    near(options.protocol, chosen.laboratory.protocols,
                                         "; 'fieldgate list protocols' shows the shipped ones"))};
}

gateway::Laboratory load(const SubjectOptions& options, const gateway::Catalogue& catalogue) {
  const auto* entry = options.protocol.empty() ? nullptr : catalogue.protocols.find(options.protocol);
  if (!options.file.empty()) {
    gateway::Laboratory own = gateway::load_laboratory(options.file, catalogue);
    if (entry == nullptr || !own.is_read || own.protocol(options.protocol) != nullptr) return own;
  }
  if (entry != nullptr) return gateway::load_laboratory(catalogue.protocols.file(*entry), catalogue);
  gateway::Laboratory nothing;
  nothing.is_read = true;
  return nothing;
}

}  // namespace

void add_subject(CLI::App& command, SubjectOptions& options) {
  command.add_option("-c,--config", options.file, "the configuration file");
  auto* adapter = command.add_option("-a,--adapter", options.adapter, "the adapter whose protocol it is");
  command.add_option("-p,--protocol", options.protocol, "or a protocol, of the file or a shipped one")
      ->excludes(adapter);
}

std::optional<Chosen> choose_subject(const SubjectOptions& options, int& status) {
  status = bad_usage;
  if (options.file.empty() && options.protocol.empty()) {
    complain("which protocol? Give a configuration with -c FILE, or a shipped protocol with -p NAME");
    return std::nullopt;
  }
  Chosen chosen{std::make_unique<gateway::Catalogue>(gateway::builtin()), {}, {}};
  chosen.laboratory = load(options, *chosen.catalogue);
  // Warnings too: hex without its 0x is read as text, and then no frame is found.
  std::fputs(config::print_problems(chosen.laboratory.problems, chosen.laboratory.files).c_str(), stderr);
  if (!chosen.laboratory.is_read) {
    status = bad_config;
    return std::nullopt;
  }
  auto subject = find(chosen, options);
  if (!subject) {
    complain(subject.error().text);
    return std::nullopt;
  }
  chosen.subject = std::move(*subject);
  status = success;
  return chosen;
}

}  // namespace fieldgate::cli
