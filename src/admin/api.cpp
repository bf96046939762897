// The API: its parts, and what is of the gateway as a whole.
#include "admin/api.hpp"

#include "admin/answers.hpp"
#include "admin/devices.hpp"

namespace fieldgate::admin {

void add_api(http::Server& server, const ApiParts& parts, CommandDesk& desk) {
  add_status_routes(server, parts);
  add_device_routes(server, parts);
  add_command_routes(server, parts, desk);
  add_letter_routes(server, parts);
  add_tail_route(server, parts);
}

void add_status_routes(http::Server& server, const ApiParts& parts) {
  const std::string base(api_base);
  server.route("GET", base + "/status", [parts](const http::ServerRequest& request) {
    if (!Query::read(request, {})) return refuse_query({});
    Json json = status_value(parts.status());
    json["devices"] = counts_value(parts.devices);
    json["commands"] = {{"waiting", parts.commands.waiting()}};
    return answer(json);
  });
  server.route("GET", base + "/components", [parts](const http::ServerRequest& request) {
    if (!Query::read(request, {})) return refuse_query({});
    return answer(components_value(parts.status()));
  });
  server.route("GET", base + "/incidents", [parts](const http::ServerRequest& request) {
    if (!Query::read(request, {})) return refuse_query({});
    return answer(incidents_value(parts.recorder.incidents()));
  });
}

}  // namespace fieldgate::admin
