// `fieldgate tail`: messages, or frames, of the running gateway as they pass.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>
#include <nlohmann/json.hpp>

#include "cli/command.hpp"
#include "cli/operate.hpp"
#include "cli/operator_texts.hpp"
#include "http/query.hpp"
#include "telemetry/log.hpp"

namespace fieldgate::cli {
namespace {

using Json = nlohmann::ordered_json;

struct Options {
  Where where;
  std::string adapter;
  std::string device;
  std::string filter;
  std::uint64_t count = 0;
  bool raw = false;
  bool json = false;
};

std::string target(const Options& options) {
  std::string out = options.raw ? "/tail?raw=true" : "/tail?raw=false";
  const auto add = [&out](std::string_view name, const std::string& value) {
    if (!value.empty()) out += fmt::format("&{}={}", name, http::percent_encoded(value));
  };
  add("adapter", options.adapter);
  add("device", options.device);
  add("where", options.filter);
  return out;
}

/// A message in a line: when, from where, what.
std::string message_text(const Json& message, const Painter& paint) {
  const auto text = [&message](const char* name) {
    return telemetry::escaped(message.value(name, std::string()), 256);
  };
  const std::string data = message.value("data", Json()).dump(-1, ' ', false, Json::error_handler_t::replace);
  return fmt::format("{} {} {} {}\n", paint(Style::dim, text("time")), paint(Style::name, text("adapter")),
                     paint(Style::strong, text("device")), telemetry::escaped(data, 64 * 1024));
}

int tail(const Options& options) {
  const Painter paint = Painter::for_output();
  std::uint64_t shown = 0;
  bool written = true;
  const auto ended = read_running(options.where, target(options), [&](std::string_view line) {
    const Json json = Json::parse(line, nullptr, false);
    if (!json.is_object()) return true;
    if (json.contains("lost")) {
      complain(fmt::format("{} lost: they came faster than they could be shown", json["lost"].dump()));
      if (!options.json) return true;
    } else {
      ++shown;
    }
    written = print(options.json  ? std::string(line) + "\n"
                    : options.raw ? frame_text(json, paint)
                                  : message_text(json, paint));
    return written && (options.count == 0 || shown < options.count);
  });
  if (!ended) {
    complain(ended.error().text);
    return cannot_run;
  }
  if (!*ended) {
    complain("the gateway has ended");
    return cannot_run;
  }
  return written ? success : cannot_run;
}

}  // namespace

void add_tail(CLI::App& app, int& status) {
  CLI::App* command = app.add_subcommand("tail", "Messages of the running gateway as they pass; Ctrl-C ends it");
  const auto options = std::make_shared<Options>();
  add_where(*command, options->where);
  command->add_option("-a,--adapter", options->adapter, "only of this adapter");
  command->add_option("--device", options->device, "only of these devices: a name, or a glob like 'press-*'");
  auto* where = command->add_option("--where", options->filter, "only where this is true, like 'data.voltage > 250'");
  command->add_flag("--raw", options->raw, "frames in place of messages, both ways, with what became of each")
      ->excludes(where);
  command->add_flag("--json", options->json, "for machines: a line each");
  command->add_option("--count", options->count, "ends after so many")->check(CLI::PositiveNumber);
  command->callback([options, &status] { status = tail(*options); });
}

}  // namespace fieldgate::cli
