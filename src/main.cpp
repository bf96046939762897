// The program: picks the command.
#include <CLI/CLI.hpp>
#include <exception>
#include <string>

#include "cli/command.hpp"
#include "cli/version.hpp"

int main(int argc, char** argv) {
  using namespace fieldgate;
  CLI::App app("Fieldgate, an IoT device gateway: devices in by TCP, UDP, TLS and MQTT, messages out by MQTT and HTTP",
               "fieldgate");
  app.set_version_flag("--version", "fieldgate " + std::string(cli::version()));
  app.require_subcommand(1);
  int status = cli::success;
  try {
    cli::add_run(app, status);
    cli::add_check(app, status);
    cli::add_decode(app, status);
    cli::add_test(app, status);
    cli::add_list(app, status);
    cli::add_explain(app, status);
    cli::add_encode(app, status);
    cli::add_learn(app, status);
    cli::add_schema(app, status);
    cli::add_reference(app, status);
    cli::add_status(app, status);
    cli::add_devices(app, status);
    cli::add_device(app, status);
    cli::add_send(app, status);
    cli::add_tail(app, status);
    cli::add_dead_letters(app, status);
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return cli::report_usage(app, error);
  } catch (const std::exception& error) {
    cli::complain(error.what());
    return cli::cannot_run;
  }
  return status;
}
