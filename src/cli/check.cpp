// `fieldgate check`: everything that is wrong with a file.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>

#include "cli/command.hpp"
#include "config/print.hpp"
#include "gateway/load.hpp"

namespace fieldgate::cli {
namespace {

struct Options {
  std::string file;
  bool json = false;
  bool strict = false;
  bool syntax = false;
};

int check(const Options& options) {
  const gateway::Catalogue catalogue = gateway::builtin();
  gateway::Loaded loaded =
      gateway::load(options.file, catalogue, options.syntax ? gateway::Purpose::syntax : gateway::Purpose::check);
  const bool refused = loaded.problems.errors() > 0 || (options.strict && loaded.problems.warnings() > 0);
  bool printed = true;
  if (options.json) {
    printed = print(config::print_problems_json(loaded.problems, loaded.files));
  } else {
    std::fputs(config::print_problems(loaded.problems, loaded.files).c_str(), stderr);
    if (!refused) printed = print(fmt::format("{}: ok\n", options.file));
  }
  if (refused) return bad_config;
  return printed ? success : cannot_run;
}

}  // namespace

void add_check(CLI::App& app, int& status) {
  CLI::App* command = app.add_subcommand("check", "All the errors and warnings of a configuration file");
  const auto options = std::make_shared<Options>();
  command->add_option("-c,--config", options->file, "the configuration file")->required();
  command->add_flag("--json", options->json, "for machines, on standard output");
  command->add_flag("--strict", options->strict, "refuse warnings as well");
  command->add_flag("--syntax", options->syntax, "touch no other file and no environment variable");
  command->callback([options, &status] { status = check(*options); });
}

}  // namespace fieldgate::cli
