// `fieldgate send`: a command to a device, and what becomes of it.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>
#include <nlohmann/json.hpp>
#include <random>
#include <thread>

#include "cli/command.hpp"
#include "cli/operate.hpp"
#include "cli/operator_texts.hpp"
#include "config/values.hpp"
#include "http/query.hpp"

namespace fieldgate::cli {
namespace {

using Json = nlohmann::ordered_json;
using Clock = std::chrono::steady_clock;

constexpr auto look_again = std::chrono::milliseconds(200);

struct Options {
  Where where;
  std::string device;
  std::string command;
  std::string wait = "10s";
  bool no_wait = false;
  bool json = false;
};

/// Each call is a command of its own, also if it says the same as the one before.
std::string new_id() {
  std::random_device source;
  return fmt::format("cli-{:08x}{:08x}", source(), source());
}

/// The command as it is sent: with an id.
Result<Json> read_command(const Options& options) {
  Json command = Json::parse(options.command, nullptr, false);
  if (!command.is_object()) {
    return Error{"command",
                 "the command is no JSON object; write one like '{\"command\":\"set_relay\",\"args\":"
                 "{\"state\":\"closed\"}}'"};
  }
  if (!command.contains("id")) command["id"] = new_id();
  return command;
}

/// Says what has become of the command, if that is new.
class Progress {
 public:
  explicit Progress(const Options& options) : options_(options), paint_(Painter::for_output()) {}

  void show(const Json& status) {
    const std::string state = status.value("state", std::string());
    if (state == shown_) return;
    shown_ = state;
    print((options_.json ? status.dump(-1, ' ', false, Json::error_handler_t::replace) : command_line(status, paint_)) +
          "\n");
  }

 private:
  const Options& options_;
  Painter paint_;
  std::string shown_;
};

int status_of(const Json& command) {
  const std::string state = command.value("state", std::string());
  return state == "refused" || state == "failed" || state == "expired" ? cannot_run : success;
}

/// Asks until the command has ended, or the time is up.
Result<Json> follow(const std::filesystem::path& data_dir, std::string_view device, Json status, Duration wait,
                    Progress& progress) {
  const auto end = Clock::now() + wait;
  const std::string target =
      fmt::format("/devices/{}/commands/{}", http::percent_encoded(device), status.value("number", std::int64_t{0}));
  while (!status.value("final", true) && Clock::now() < end) {
    std::this_thread::sleep_for(look_again);
    const auto answer = ask_gateway(data_dir, "GET", target);
    if (!answer) return answer.error();
    if (!*answer) return Error{"absent", "the gateway has ended; what is queued is kept for its next start"};
    Json now = Json::parse(**answer, nullptr, false);
    if (!now.is_object()) return Error{"io", "the gateway's answer is not understood; is it another version?"};
    status = std::move(now);
    progress.show(status);
  }
  return status;
}

Result<Json> give(const Options& options, Duration wait) {
  const auto command = read_command(options);
  if (!command) return command.error();
  const auto data_dir = find_data_dir(options.where);
  if (!data_dir) return data_dir.error();
  const auto answer = reach_gateway(*data_dir, "POST",
                                    "/devices/" + http::percent_encoded(options.device) + "/commands", command->dump());
  if (!answer) return answer.error();
  if (!*answer) return not_running(*data_dir);
  Json status = Json::parse((*answer)->body, nullptr, false);
  if (!status.is_object() || !status.contains("state")) return refused(**answer);
  Progress progress(options);
  progress.show(status);
  return follow(*data_dir, options.device, std::move(status), wait, progress);
}

int send(const Options& options) {
  const Duration wait = options.no_wait ? Duration() : *config::parse_duration(options.wait);
  const auto status = give(options, wait);
  if (!status) {
    complain(status.error().text);
    return cannot_run;
  }
  if (!options.no_wait && !status->value("final", true)) {
    complain(fmt::format("it has not ended within {}; ask again with 'fieldgate device {}'", options.wait,
                         fitting(options.device, 128)));
  }
  return status_of(*status);
}

}  // namespace

void add_send(CLI::App& app, int& status) {
  CLI::App* command = app.add_subcommand("send", "Gives a command to a device, and says what becomes of it");
  const auto options = std::make_shared<Options>();
  add_where(*command, options->where);
  command->add_option("DEVICE", options->device, "the device")->required()->check(not_empty());
  command->add_option("JSON", options->command, "like '{\"command\":\"set_relay\",\"args\":{\"state\":\"closed\"}}'")
      ->required();
  auto* wait = command->add_option("--wait", options->wait, "how long to wait for its end")
                   ->capture_default_str()
                   ->check([](const std::string& text) {
                     const auto duration = config::parse_duration(text);
                     return duration ? std::string() : duration.error().text;
                   });
  command->add_flag("--no-wait", options->no_wait, "ends as soon as it is taken")->excludes(wait);
  command->add_flag("--json", options->json, "for machines: each state a line");
  command->callback([options, &status] { status = send(*options); });
}

}  // namespace fieldgate::cli
