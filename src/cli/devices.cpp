// `fieldgate devices`: the devices of the running gateway, in a table.
#include <CLI/CLI.hpp>
#include <memory>
#include <nlohmann/json.hpp>

#include "cli/command.hpp"
#include "cli/operate.hpp"
#include "cli/operator_texts.hpp"
#include "http/query.hpp"

namespace fieldgate::cli {
namespace {

using Json = nlohmann::ordered_json;

struct Options {
  Where where;
  std::string state;
  bool json = false;
};

std::string dump(const Json& json) { return json.dump(-1, ' ', false, Json::error_handler_t::replace); }

/// Hands `each` all devices, page by page; the counts that came with the last page.
template <class Each>
Result<Json> read_devices(const Options& options, const Each& each) {
  std::string after;
  while (true) {
    std::string target = "/devices?limit=1000";
    if (!options.state.empty()) target += "&state=" + options.state;
    if (!after.empty()) target += "&after=" + http::percent_encoded(after);
    const auto answer = ask_running(options.where, "GET", target);
    if (!answer) return answer.error();
    const Json page = Json::parse(*answer, nullptr, false);
    if (!page.is_object()) return Error{"io", "the gateway's answer is not understood; is it another version?"};
    for (const Json& device : page.value("devices", Json::array())) each(device);
    const Json next = page.value("next", Json());
    if (!next.is_string()) return page.value("counts", Json::object());
    after = next.get<std::string>();
  }
}

int show_devices(const Options& options) {
  Json all = {{"devices", Json::array()}};
  std::string table;
  const auto counts = read_devices(options, [&](const Json& device) {
    if (options.json) {
      all["devices"].push_back(device);
    } else {
      table += (table.empty() ? devices_head() : std::string()) + device_row(device);
    }
  });
  if (!counts) {
    complain(counts.error().text);
    return cannot_run;
  }
  all["counts"] = *counts;
  const auto count = [&](const char* state) { return counts->value(state, std::uint64_t{0}); };
  table += std::to_string(count("online")) + " online, " + std::to_string(count("late")) + " late, " +
           std::to_string(count("offline")) + " offline, " + std::to_string(count("unseen")) + " never heard\n";
  return print(options.json ? dump(all) + "\n" : table) ? success : cannot_run;
}

struct One {
  Where where;
  std::string id;
  std::size_t frames = 20;
  bool json = false;
};

int show_device(const One& options) {
  const auto answer =
      ask_running(options.where, "GET",
                  "/devices/" + http::percent_encoded(options.id) + "?frames=" + std::to_string(options.frames));
  const Json device = answer ? Json::parse(*answer, nullptr, false) : Json();
  if (!answer || !device.is_object()) {
    complain(answer ? "the gateway's answer is not understood; is it another version?" : answer.error().text);
    return cannot_run;
  }
  return print(options.json ? *answer : device_text(device, Painter::for_output())) ? success : cannot_run;
}

}  // namespace

void add_devices(CLI::App& app, int& status) {
  CLI::App* command = app.add_subcommand("devices", "The devices of the running gateway, and whether they are there");
  const auto options = std::make_shared<Options>();
  add_where(*command, options->where);
  command->add_option("--state", options->state, "only those that are online, late, offline or unseen")
      ->check(CLI::IsMember({"online", "late", "offline", "unseen"}));
  command->add_flag("--json", options->json, "for machines");
  command->callback([options, &status] { status = show_devices(*options); });
}

void add_device(CLI::App& app, int& status) {
  CLI::App* command = app.add_subcommand("device", "One device: its state, its commands, its last frames");
  const auto options = std::make_shared<One>();
  add_where(*command, options->where);
  command->add_option("ID", options->id, "the device")->required()->check(not_empty());
  command->add_option("--frames", options->frames, "how many frames")->check(CLI::Range(1, 500));
  command->add_flag("--json", options->json, "for machines");
  command->callback([options, &status] { status = show_device(*options); });
}

}  // namespace fieldgate::cli
