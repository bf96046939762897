// `fieldgate run`: runs the gateway until it is told to stop.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>

#include "cli/command.hpp"
#include "cli/version.hpp"
#include "config/print.hpp"
#include "gateway/load.hpp"
#include "gateway/service.hpp"

namespace fieldgate::cli {
namespace {

int run(const std::string& file) {
  const gateway::Catalogue catalogue = gateway::builtin();
  gateway::Loaded loaded = gateway::load(file, catalogue, gateway::Purpose::run);
  std::fputs(config::print_problems(loaded.problems, loaded.files).c_str(), stderr);
  if (!loaded.configuration) return bad_config;
  return gateway::run_service(*loaded.configuration, version());
}

}  // namespace

void add_run(CLI::App& app, int& status) {
  CLI::App* command = app.add_subcommand("run", "Runs the gateway; SIGTERM and SIGINT drain and stop it");
  const auto file = std::make_shared<std::string>();
  command->add_option("-c,--config", *file, "the configuration file")->required();
  command->callback([file, &status] { status = run(*file); });
}

}  // namespace fieldgate::cli
