// The REST API: the same routes on the admin listener and on the control socket.
#pragma once

#include <functional>
#include <string>

#include "admin/command_desk.hpp"
#include "admin/status.hpp"
#include "buffer/dead_letters.hpp"
#include "device/commands.hpp"
#include "device/devices.hpp"
#include "device/recorder.hpp"
#include "expression/reference.hpp"
#include "http/server.hpp"

namespace fieldgate::admin {

/// What the API shows. All of it outlives the servers.
struct ApiParts {
  std::function<Status()> status;
  device::Devices& devices;
  device::Recorder& recorder;
  device::Commands& commands;
  buffer::DeadLetters& letters;
  const expression::Environment& environment;
  device::Tags gateway_tags;
};

/// Where all paths of the API begin.
inline constexpr std::string_view api_base = "/api/v1";

/// Adds all routes to `server`; docs/openapi.yaml says what they answer. Commands that come there go by `desk`, which
/// outlives it.
void add_api(http::Server& server, const ApiParts& parts, CommandDesk& desk);

// The parts of it, one file each.
void add_status_routes(http::Server& server, const ApiParts& parts);
void add_device_routes(http::Server& server, const ApiParts& parts);
void add_command_routes(http::Server& server, const ApiParts& parts, CommandDesk& desk);
void add_letter_routes(http::Server& server, const ApiParts& parts);
void add_tail_route(http::Server& server, const ApiParts& parts);

}  // namespace fieldgate::admin
