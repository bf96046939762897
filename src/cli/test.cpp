// `fieldgate test`: runs the `tests:` of a file, or of the shipped library, from wire bytes to messages.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>

#include "cli/command.hpp"
#include "cli/terminal.hpp"
#include "cli/test_run.hpp"
#include "cli/workbench.hpp"
#include "config/print.hpp"

namespace fieldgate::cli {
namespace {

using Json = nlohmann::ordered_json;

struct Options {
  std::string file;
  std::string protocol;
  std::string adapter;
  bool json = false;
};

struct Report {
  Json tests = Json::array();
  std::size_t passed = 0;
  std::size_t failed = 0;
  std::string text;
};

std::string failure_text(const Outcome& outcome, const Painter& paint) {
  std::string out;
  for (const Difference& difference : outcome.differences) {
    out += fmt::format("      {}\n        expected {}\n        got      {}\n", difference.path,
                       paint(Style::good, difference.expected), paint(Style::bad, difference.got));
  }
  if (!outcome.happened.empty()) out += paint(Style::dim, "      what became of the bytes:") + '\n';
  for (const std::string& line : outcome.happened) out += "        " + paint(Style::dim, line) + '\n';
  return out;
}

void add(Report& report, const gateway::TestCase& test, const gateway::Laboratory& laboratory, const Painter& paint) {
  const Outcome outcome = run_test(test, laboratory);
  const bool passed = outcome.differences.empty();
  ++(passed ? report.passed : report.failed);
  const std::string& file = laboratory.files.at(test.mark.file).name;
  Json json = {{"name", test.name}, {"file", file}, {"line", test.mark.line}, {"ok", passed}};
  json["differences"] = Json::array();
  for (const Difference& d : outcome.differences)
    json["differences"].push_back({{"path", d.path}, {"expected", d.expected}, {"got", d.got}});
  report.tests.push_back(std::move(json));
  report.text += passed ? fmt::format("{}  {}\n", paint(Style::good, "ok  "), test.name)
                        : fmt::format("{}  {} ({}:{}:{})\n", paint(Style::bad, "FAIL"), test.name, file, test.mark.line,
                                      test.mark.column);
  if (!passed) report.text += failure_text(outcome, paint);
}

/// False where the file cannot be read.
bool run_file(const gateway::Laboratory& laboratory, const Options& options, const Painter& paint, Report& report) {
  if (!laboratory.is_read) {
    config::Problems problems = laboratory.problems;
    std::fputs(config::print_problems(problems, laboratory.files).c_str(), stderr);
    return false;
  }
  for (const gateway::TestCase& test : laboratory.tests) {
    const bool wanted = (options.protocol.empty() || test.protocol_name == options.protocol) &&
                        (options.adapter.empty() || test.adapter == options.adapter);
    if (wanted) add(report, test, laboratory, paint);
  }
  return true;
}

bool run_library(const gateway::Catalogue& catalogue, const Options& options, const Painter& paint, Report& report) {
  bool is_read = true;
  for (const config::Shipped& file : catalogue.protocols.files()) {
    const auto* entry = options.protocol.empty() ? nullptr : catalogue.protocols.find(options.protocol);
    if (entry != nullptr && catalogue.protocols.file(*entry).name != file.name) continue;
    if (!options.json) report.text += fmt::format("{}:\n", paint(Style::strong, file.name));
    is_read = run_file(gateway::load_laboratory(file, catalogue), options, paint, report) && is_read;
  }
  return is_read;
}

int test(const Options& options) {
  keep_log_quiet();
  const gateway::Catalogue catalogue = gateway::builtin();
  const Painter paint = options.json ? Painter(false) : Painter::for_output();
  if (options.file.empty() && !options.protocol.empty() && catalogue.protocols.find(options.protocol) == nullptr) {
    complain(
        fmt::format("no shipped protocol is called '{}'; 'fieldgate list protocols' shows them", options.protocol));
    return bad_usage;
  }
  Report report;
  const bool is_read = options.file.empty()
                           ? run_library(catalogue, options, paint, report)
                           : run_file(gateway::load_laboratory(options.file, catalogue), options, paint, report);
  if (!is_read) return bad_config;
  const Json json = {{"ok", report.failed == 0},
                     {"passed", report.passed},
                     {"failed", report.failed},
                     {"tests", std::move(report.tests)}};
  const std::string text = options.json ? json.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n"
                                        : fmt::format("{}{} tests, {} passed, {} failed\n", report.text,
                                                      report.passed + report.failed, report.passed, report.failed);
  return print(text) && report.failed == 0 ? success : cannot_run;
}

}  // namespace

void add_test(CLI::App& app, int& status) {
  CLI::App* command = app.add_subcommand(
      "test", "Runs the tests of a configuration, or of the shipped protocols, from bytes to messages");
  const auto options = std::make_shared<Options>();
  command->add_option("-c,--config", options->file, "the file with `tests:`; left out: the shipped protocols");
  command->add_option("-p,--protocol", options->protocol, "only the tests of this protocol");
  command->add_option("-a,--adapter", options->adapter, "only the tests of this adapter");
  command->add_flag("--json", options->json, "for machines, on standard output");
  command->callback([options, &status] { status = test(*options); });
}

}  // namespace fieldgate::cli
