// The API's routes of commands: giving one to a device, and asking what became of it.
#include <algorithm>
#include <charconv>

#include "admin/api.hpp"
#include "admin/devices.hpp"
#include "config/values.hpp"
#include "message/json.hpp"

namespace fieldgate::admin {

namespace {

constexpr std::size_t default_commands = 20;
constexpr std::size_t max_commands = 500;
constexpr auto longest_wait = std::chrono::seconds(60);
constexpr auto patience = std::chrono::seconds(90);

using Answering = Awaitable<http::ServerResponse>;

Answering now(http::ServerResponse response) { co_return response; }

Answering list(device::Commands& commands, std::string device, std::size_t limit, bool known) {
  const std::vector<device::CommandStatus> given = co_await commands.of_device(device, limit);
  if (!known && given.empty()) co_return refuse(404, no_such_device);
  co_return answer({{"commands", commands_value(given)}});
}

Answering list(const ApiParts& parts, const http::ServerRequest& request) {
  const auto query = Query::read(request, {"limit"});
  if (!query) return now(refuse_query({"limit"}));
  const auto limit = query->count("limit", default_commands, max_commands);
  if (!limit) return now(refuse(400, "'limit' is a whole number from 1 to 500."));
  const std::string& device = request.segments.at(0);
  return list(parts.commands, device, *limit, parts.devices.find(device).has_value());
}

constexpr std::string_view no_such_command = "There is no such command, or it is forgotten by now.";

/// Our number of a command; 0: it is none.
std::int64_t number_of(std::string_view text) {
  std::int64_t number = 0;
  const auto end = std::from_chars(text.data(), text.data() + text.size(), number);
  return end.ec == std::errc() && end.ptr == text.data() + text.size() ? std::max<std::int64_t>(number, 0) : 0;
}

/// By the asker's id, or else by our number.
Answering find(device::Commands& commands, std::string id) {
  std::vector<device::CommandStatus> found = co_await commands.find(id);
  const std::int64_t number = number_of(id);
  if (found.empty() && number > 0) found = co_await commands.find({}, number);
  if (found.empty()) co_return refuse(404, no_such_command);
  co_return answer(command_value(found.front()));
}

/// By our number alone: other devices, and other askers, may use the same ids.
Answering find_number(device::Commands& commands, std::string device, std::int64_t number) {
  std::vector<device::CommandStatus> found;
  if (number > 0) found = co_await commands.find({}, number);
  if (found.empty() || found.front().request.device != device) co_return refuse(404, no_such_command);
  co_return answer(command_value(found.front()));
}

Answering give(device::Commands& commands, CommandDesk& desk, device::CommandRequest command, Duration wait) {
  const std::optional<device::CommandStatus> status = co_await desk.give(commands, std::move(command), wait);
  if (!status) co_return refuse(503, "The command was not taken in time; ask for it by its id before giving it again.");
  co_return answer(command_value(*status), status->state == device::CommandState::refused ? 409 : 202);
}

Answering post(device::Commands& commands, CommandDesk& desk, const http::ServerRequest& request) {
  const auto query = Query::read(request, {"wait"});
  if (!query) return now(refuse_query({"wait"}));
  Duration wait{};
  if (query->has("wait")) {
    const auto given = config::parse_duration(query->text("wait"));
    if (!given || *given < Duration::zero() || *given > longest_wait) {
      return now(refuse(400, "'wait' is a time up to 60s, like 10s."));
    }
    wait = *given;
  }
  const std::string& device = request.segments.at(0);
  if (json::find_invalid_utf8(device) != std::string_view::npos) {
    return now(refuse(400, "A device's id is UTF-8, percent-encoded once in the path."));
  }
  device::ParsedCommand parsed = device::parse_command(request.body);
  if (!parsed.error.empty()) return now(refuse(400, "The command is not understood: " + parsed.error));
  if (!parsed.request.device.empty() && parsed.request.device != device) {
    return now(refuse(400, "The command names another device than its path does."));
  }
  parsed.request.device = device;
  return give(commands, desk, std::move(parsed.request), wait);
}

}  // namespace

void add_command_routes(http::Server& server, const ApiParts& parts, CommandDesk& desk) {
  const std::string base(api_base);
  server.route_waiting("GET", base + "/devices/*/commands",
                       [parts](const http::ServerRequest& request) { return list(parts, request); });
  server.route_waiting(
      "POST", base + "/devices/*/commands",
      [&commands = parts.commands, &desk](const http::ServerRequest& request) { return post(commands, desk, request); },
      patience);
  server.route_waiting("GET", base + "/commands/*", [&commands = parts.commands](const http::ServerRequest& request) {
    return find(commands, request.segments.at(0));
  });
  server.route_waiting("GET", base + "/devices/*/commands/*",
                       [&commands = parts.commands](const http::ServerRequest& request) {
                         return find_number(commands, request.segments.at(0), number_of(request.segments.at(1)));
                       });
}

}  // namespace fieldgate::admin
