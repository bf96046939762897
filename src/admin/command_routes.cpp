// The API's routes of commands: giving one to a device, and asking what became of it.
#include <charconv>

#include "admin/api.hpp"
#include "admin/devices.hpp"
#include "config/values.hpp"

namespace fieldgate::admin {

namespace {

constexpr std::size_t default_commands = 20;
constexpr std::size_t max_commands = 500;
constexpr auto longest_wait = std::chrono::seconds(60);
constexpr auto patience = std::chrono::seconds(90);

using Answering = Awaitable<http::ServerResponse>;

Answering now(http::ServerResponse response) { co_return response; }

Answering list(device::Commands& commands, std::string device, std::size_t limit) {
  const std::vector<device::CommandStatus> given = co_await commands.of_device(device, limit);
  co_return answer({{"commands", commands_value(given)}});
}

Answering list(const ApiParts& parts, const http::ServerRequest& request) {
  const auto query = Query::read(request, {"limit"});
  if (!query) return now(refuse_query({"limit"}));
  const auto limit = query->count("limit", default_commands, max_commands);
  if (!limit) return now(refuse(400, "'limit' is a whole number from 1 to 500."));
  if (!parts.devices.find(request.segments.at(0))) return now(refuse(404, no_such_device));
  return list(parts.commands, request.segments.at(0), *limit);
}

/// By the asker's id, or else by our number.
Answering find(device::Commands& commands, std::string id) {
  std::vector<device::CommandStatus> found = co_await commands.find(id);
  std::int64_t number = 0;
  const auto end = std::from_chars(id.data(), id.data() + id.size(), number);
  const bool is_number = end.ec == std::errc() && end.ptr == id.data() + id.size() && number > 0;
  if (found.empty() && is_number) found = co_await commands.find({}, number);
  if (found.empty()) co_return refuse(404, "There is no such command, or it is forgotten by now.");
  co_return answer(command_value(found.front()));
}

Answering give(device::Commands& commands, CommandDesk& desk, device::CommandRequest command, Duration wait) {
  const std::optional<device::CommandStatus> status = co_await desk.give(commands, std::move(command), wait);
  if (!status) co_return refuse(503, "The command was not taken in time; ask for it by its id before giving it again.");
  co_return answer(command_value(*status), status->state == device::CommandState::refused ? 409 : 202);
}

Answering post(const ApiParts& parts, CommandDesk& desk, const http::ServerRequest& request) {
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
  if (!parts.devices.find(device)) return now(refuse(404, no_such_device));
  device::ParsedCommand parsed = device::parse_command(request.body);
  if (!parsed.error.empty()) return now(refuse(400, "The command is not understood: " + parsed.error));
  if (!parsed.request.device.empty() && parsed.request.device != device) {
    return now(refuse(400, "The command names another device than its path does."));
  }
  parsed.request.device = device;
  return give(parts.commands, desk, std::move(parsed.request), wait);
}

}  // namespace

void add_command_routes(http::Server& server, const ApiParts& parts, CommandDesk& desk) {
  const std::string base(api_base);
  server.route_waiting("GET", base + "/devices/*/commands",
                       [parts](const http::ServerRequest& request) { return list(parts, request); });
  server.route_waiting(
      "POST", base + "/devices/*/commands",
      [parts, &desk](const http::ServerRequest& request) { return post(parts, desk, request); }, patience);
  server.route_waiting("GET", base + "/commands/*", [&commands = parts.commands](const http::ServerRequest& request) {
    return find(commands, request.segments.at(0));
  });
}

}  // namespace fieldgate::admin
