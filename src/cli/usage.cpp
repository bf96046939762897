// What is said of a command line that is wrong.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <string>
#include <vector>

#include "cli/command.hpp"
#include "config/problem.hpp"

namespace fieldgate::cli {
namespace {

/// For a first word that is no command: which one was meant, or which there are. Empty otherwise.
std::string wrong_command(const CLI::App& app) {
  const std::vector<std::string> rest = app.remaining();
  if (!app.get_subcommands().empty() || rest.empty()) return {};
  std::vector<std::string> names;
  for (const CLI::App* command : app.get_subcommands([](const CLI::App*) { return true; })) {
    names.push_back(command->get_name());
  }
  const std::vector<std::string_view> known(names.begin(), names.end());
  std::string hint = config::did_you_mean(rest.front(), known);
  if (hint.empty()) hint = "; there are " + config::joined(known);
  return fmt::format("'{}' is no command{}", rest.front(), hint);
}

}  // namespace

int report_usage(const CLI::App& app, const CLI::ParseError& error) {
  if (error.get_exit_code() == static_cast<int>(CLI::ExitCodes::Success)) return app.exit(error);
  const std::string wrong = wrong_command(app);
  complain(wrong.empty() ? error.what() : wrong);
  const std::vector<CLI::App*> commands = app.get_subcommands();
  const std::string help =
      commands.empty() ? "fieldgate --help" : fmt::format("fieldgate {} --help", commands.front()->get_name());
  std::fputs(fmt::format("Run '{}' for how it is right.\n", help).c_str(), stderr);
  return bad_usage;
}

void complain(std::string_view text) { std::fputs(fmt::format("fieldgate: {}\n", text).c_str(), stderr); }

bool print(std::string_view text) {
  return std::fwrite(text.data(), 1, text.size(), stdout) == text.size() && std::fflush(stdout) == 0;
}

}  // namespace fieldgate::cli
