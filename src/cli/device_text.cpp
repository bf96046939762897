// `fieldgate devices`, `device`, `send` and `tail` for people.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "cli/operator_texts.hpp"
#include "config/values.hpp"
#include "telemetry/log.hpp"

namespace fieldgate::cli {
namespace {

using Json = nlohmann::ordered_json;

/// What stands there, as text; "-" for null, and where there is nothing.
std::string word(const Json& json, const char* name) {
  const auto found = json.find(name);
  if (found == json.end() || found->is_null()) return "-";
  return found->is_string() ? found->get<std::string>() : found->dump();
}

/// A time of day in a list of today's: "2026-01-31 08:15:30".
std::string to_seconds(std::string time) {
  if (const std::size_t dot = time.find('.'); dot != std::string::npos) time.erase(dot);
  if (const std::size_t t = time.find('T'); t != std::string::npos) time[t] = ' ';
  return time;
}

std::string tags_text(const Json& tags) {
  std::string out;
  for (const auto& [name, value] : tags.items()) {
    out += (out.empty() ? "" : ", ") + name + "=" + (value.is_string() ? value.get<std::string>() : value.dump());
  }
  return out;
}

/// What became something is good; the reasons why others did not are bad.
bool is_good(std::string_view verdict) {
  for (const std::string_view good : {"message", "reply", "request", "command", "answer", "heartbeat"}) {
    if (verdict == good) return true;
  }
  return false;
}

std::string commands_text(const Json& commands, const Painter& paint) {
  std::string out = "\ncommands\n";
  for (const Json& command : commands) {
    out += fmt::format("  {}  {:<20}  {}\n", to_seconds(word(command, "changed")),
                       fitting(word(command, "command"), 20), command_line(command, paint));
  }
  return out;
}

}  // namespace

std::string devices_head() {
  return cell("device", 26) + cell("state", 7) + cell("since", 19) + cell("adapter", 14) +
         fmt::format("{:>10}", "messages") + "  address\n";
}

std::string device_row(const Json& device) {
  return cell(word(device, "id"), 26) + cell(word(device, "state"), 7) + cell(to_seconds(word(device, "since")), 19) +
         cell(word(device, "adapter"), 14) + fmt::format("{:>10}  ", word(device, "messages")) +
         fitting(word(device, "address"), 24) + "\n";
}

std::string command_line(const Json& command, const Painter& paint) {
  const std::string state = word(command, "state");
  const bool bad = state == "failed" || state == "refused" || state == "expired";
  std::string out = paint(bad ? Style::bad : Style::good, state);
  if (command.contains("error")) out += ": " + telemetry::escaped(word(command, "error"), 1024);
  if (command.contains("data")) out += " " + telemetry::escaped(command["data"].dump(), 4096);
  if (state == "queued" && command.contains("expires") && command["expires"].is_string()) {
    out += " until " + to_seconds(word(command, "expires"));
  }
  return out;
}

std::string frame_text(const Json& frame, const Painter& paint) {
  const std::string verdict = word(frame, "verdict");
  const std::string hex = frame.value("hex", std::string());
  const auto parsed = config::parse_hex(hex);
  const std::string bytes = parsed ? *parsed : std::string();
  const auto size = frame.value("size", std::uint64_t{0});
  std::string out = fmt::format("{} {} {}  {}", word(frame, "time"), word(frame, "direction") == "out" ? "->" : "<-",
                                fitting(word(frame, "peer"), 40),
                                paint(is_good(verdict) ? Style::good : Style::bad, fitting(verdict, 40)));
  if (const std::string text = frame.value("text", std::string()); !text.empty()) {
    out += ": " + telemetry::escaped(text, 1024);
  }
  out += paint(Style::dim, "  " + count_text(size, "byte", "bytes")) + "\n" + hex_dump(bytes);
  if (size > bytes.size()) out += fmt::format("    .. and {} more\n", count_text(size - bytes.size(), "byte", "bytes"));
  for (const Json& document : frame.value("decoded", Json::array())) {
    out += "    " + telemetry::escaped(document.dump(-1, ' ', false, Json::error_handler_t::replace), 4096) + "\n";
  }
  return out;
}

std::string device_text(const Json& device, const Painter& paint) {
  std::string out;
  const auto row = [&out](std::string_view name, const std::string& value) {
    out += fmt::format("{:<10} {}\n", name, telemetry::escaped(value, 4096));
  };
  row("device", word(device, "id"));
  const std::string state = word(device, "state");
  out += fmt::format("{:<10} {} since {}\n", "state", paint(state == "online" ? Style::good : Style::bad, state),
                     to_seconds(word(device, "since")));
  row("heard", to_seconds(word(device, "heard")));
  row("adapter", word(device, "adapter"));
  row("address", word(device, "address") + (device.value("connected", false) ? ", connected" : ""));
  row("messages", word(device, "messages"));
  row("registered", device.value("registered", false) ? "yes" : "no");
  if (const std::string tags = tags_text(device.value("tags", Json::object())); !tags.empty()) row("tags", tags);
  std::string accepts;
  for (const Json& name : device.value("accepts", Json::array())) {
    accepts += (accepts.empty() ? "" : ", ") + (name.is_string() ? name.get<std::string>() : name.dump());
  }
  const bool heard = device.contains("adapter") && device["adapter"].is_string();
  if (accepts.empty()) {
    accepts = heard ? "no commands: its adapter names none in 'commands'" : "what its adapter names, once it is heard";
  }
  row("accepts", accepts);
  if (const Json commands = device.value("commands", Json::array()); !commands.empty()) {
    out += commands_text(commands, paint);
  }
  const Json frames = device.value("frames", Json::array());
  out += frames.empty() ? "\nno frames of it are recorded\n" : "\nlast frames, the newest first\n";
  for (const Json& frame : frames) out += frame_text(frame, paint);
  return out;
}

}  // namespace fieldgate::cli
