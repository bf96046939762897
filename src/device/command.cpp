// Commands: their text, as it comes in and as it goes north.
#include "device/command.hpp"

#include <algorithm>
#include <array>
#include <vector>

#include <nlohmann/json.hpp>

#include "config/problem.hpp"
#include "config/values.hpp"
#include "message/json.hpp"

namespace fieldgate::device {

namespace {

using Json = nlohmann::json;

constexpr std::array<std::string_view, 8> keys = {"id", "command", "args", "hex", "json", "frame", "time", "device"};

/// Numbers count as text, since people write ids so.
bool take_text(const Json& value, std::string& out) {
  if (value.is_number_integer()) return out = value.dump(), true;
  if (!value.is_string()) return false;
  out = value.get<std::string>();
  return true;
}

/// Of the four ways to say what is wanted, exactly one.
std::string take_form(const Json& given, CommandRequest& request) {
  const bool hex = given.contains("hex");
  const bool json = given.contains("json");
  if (hex && json) return "'hex' and 'json' stand side by side; give one of them";
  const std::string_view form = hex ? "raw" : "json";
  if (!hex && !json) {
    if (request.name.empty()) return "'command' is missing: {\"id\": \"42\", \"command\": \"NAME\", \"args\": {}}";
    if (request.name == "raw" || request.name == "json")
      return "'command' is " + request.name + ", but there is no '" + (request.name == "raw" ? "hex" : "json") + "'";
    if (given.contains("frame")) return "'frame' goes with 'hex' only";
    if (given.contains("args") && !given["args"].is_object()) return "'args' is no object, such as {\"state\": 1}";
    request.content = given.contains("args") ? given["args"].dump() : "{}";
    return {};
  }
  if (given.contains("args")) return "'args' goes with 'command', not with 'hex' or 'json'";
  if (!request.name.empty() && request.name != form)
    return "'command' stands beside '" + std::string(hex ? "hex" : "json") + "'; leave it out";
  request.name = form;
  if (!hex && given.contains("frame")) return "'frame' goes with 'hex' only";
  if (!hex && !given["json"].is_object()) return "'json' is no object";
  if (!hex) return request.content = given["json"].dump(), std::string();
  if (given.contains("frame") && !given["frame"].is_boolean()) return "'frame' is neither true nor false";
  request.framed = given.value("frame", false);
  const auto bytes = given["hex"].is_string() ? config::parse_hex(given["hex"].get<std::string>())
                                              : Result<std::string>(Error{"hex", "it is no text"});
  if (!bytes || bytes->empty()) return "'hex' holds no bytes: " + (bytes ? "it is empty" : bytes.error().text);
  request.content = *bytes;
  return {};
}

std::string take(const Json& given, CommandRequest& request) {
  // First who is to be told what is wrong with the rest.
  const std::pair<const char*, std::string*> texts[] = {
      {"id", &request.id}, {"command", &request.name}, {"device", &request.device}};
  for (const auto& [key, text] : texts) {
    if (given.contains(key) && (!take_text(given[key], *text) || text->empty()))
      return std::string("'") + key + "' is no text, or empty";
  }
  if (request.id.size() > CommandRequest::max_id) return request.id.clear(), "'id' is longer than 128 bytes";
  const std::vector<std::string_view> known(keys.begin(), keys.end());
  for (const auto& [key, value] : given.items()) {
    if (std::find(keys.begin(), keys.end(), key) == keys.end())
      return "unknown key '" + key.substr(0, 64) + "'" + config::did_you_mean(key, known);
  }
  if (given.contains("time")) {
    if (given["time"].is_string()) request.issued = parse_time(given["time"].get<std::string>(), TimeFormat::rfc3339);
    if (!request.issued) return "'time' is no time as in 2026-01-31T08:15:30Z";
  }
  return take_form(given, request);
}

}  // namespace

std::string_view name_of(CommandState state) {
  static constexpr std::string_view names[] = {"queued", "sent", "answered", "expired", "failed", "refused"};
  return names[static_cast<std::size_t>(state)];
}

std::string to_json(const CommandStatus& status) {
  std::string out = "{";
  const auto add = [&out](std::string_view name, std::string_view text) {
    if (text.empty()) return;
    out += out.size() > 1 ? ",\"" : "\"";
    out.append(name).append("\":");
    json::append_string(out, text);
  };
  add("id", status.request.id);
  add("device", status.request.device);
  add("command", status.request.name);
  add("state", name_of(status.state));
  add("error", status.error);
  if (!status.data.empty()) out += ",\"data\":" + status.data;
  return out + "}";
}

ParsedCommand parse_command(std::string_view json) {
  ParsedCommand parsed;
  if (json.size() > CommandRequest::max_size) {
    parsed.error = "it is larger than 64 KiB";
    return parsed;
  }
  // The depth is bounded as well: nothing that deep is a command, and what is made of it is copied recursively.
  const auto shallow = [](int depth, Json::parse_event_t, Json&) { return depth <= 64; };
  const Json given = Json::parse(json, shallow, false);
  parsed.error = given.is_object() ? take(given, parsed.request)
                                   : "it is no JSON object, such as {\"id\": \"42\", \"command\": \"NAME\"}";
  return parsed;
}

}  // namespace fieldgate::device
