// The API's routes of devices: lists of them, and one with its last frames.
#include <algorithm>
#include <map>

#include "admin/api.hpp"
#include "admin/decoded.hpp"
#include "admin/devices.hpp"

namespace fieldgate::admin {

namespace {

constexpr std::size_t default_devices = 100;
constexpr std::size_t max_devices = 1000;
constexpr std::size_t default_frames = 20;
constexpr std::size_t max_frames = 500;
constexpr std::size_t max_commands = 20;

http::ServerResponse list(const ApiParts& parts, const http::ServerRequest& request) {
  const auto query = Query::read(request, {"after", "limit", "state"});
  if (!query) return refuse_query({"after", "limit", "state"});
  const auto limit = query->count("limit", default_devices, max_devices);
  if (!limit) return refuse(400, "'limit' is a whole number from 1 to 1000.");
  std::optional<device::State> only;
  if (query->has("state")) {
    only = state_of(query->text("state"));
    if (!only) return refuse(400, "'state' is online, late, offline or unseen.");
  }
  // One more than is wanted says whether there are more.
  auto views = parts.devices.list(query->text("after"), *limit + 1, only);
  const bool more = views.size() > *limit;
  if (more) views.pop_back();
  Json devices = Json::array();
  for (const device::View& view : views) devices.push_back(device_value(view, parts.gateway_tags));
  return answer({{"devices", std::move(devices)},
                 {"next", more ? Json(views.back().id) : Json()},
                 {"counts", counts_value(parts.devices)}});
}

/// The newest first, with what they were decoded to.
Json frames_value(const ApiParts& parts, const std::vector<device::Recorded>& frames) {
  std::map<std::string_view, Decoder> decoders;
  for (const device::Source* source : parts.devices.sources()) {
    const auto sent_by = [source](const device::Recorded& frame) { return frame.adapter == source->adapter; };
    if (source->protocol == nullptr || std::none_of(frames.begin(), frames.end(), sent_by)) continue;
    decoders.try_emplace(source->adapter, source->protocol->config(), parts.environment);
  }
  Json list = Json::array();
  for (const device::Recorded& frame : frames) {
    list.push_back(frame_value(frame));
    const auto decoder = decoders.find(frame.adapter);
    if (decoder == decoders.end()) continue;
    if (Json documents = decoder->second.documents(frame); !documents.is_null()) {
      list.back()["decoded"] = std::move(documents);
    }
  }
  return list;
}

/// All but its commands.
Json whole_value(const ApiParts& parts, const device::View& view, std::size_t frames) {
  Json json = device_value(view, parts.gateway_tags);
  json["connected"] = view.peer != nullptr;
  json["accepts"] = view.source == nullptr ? Json::array() : Json(view.source->options.commands);
  json["frames"] = frames_value(parts, parts.recorder.last(view.id, view.address, frames));
  return json;
}

/// A device that was not heard yet may have commands that wait for it.
Awaitable<http::ServerResponse> show(device::Commands& commands, std::string id, Json json, bool known) {
  const std::vector<device::CommandStatus> given = co_await commands.of_device(id, max_commands);
  if (!known && given.empty()) co_return refuse(404, no_such_device);
  json["commands"] = commands_value(given);
  co_return answer(json);
}

Awaitable<http::ServerResponse> refuse_later(http::ServerResponse response) { co_return response; }

Awaitable<http::ServerResponse> find(const ApiParts& parts, const http::ServerRequest& request) {
  const auto query = Query::read(request, {"frames"});
  if (!query) return refuse_later(refuse_query({"frames"}));
  const auto frames = query->count("frames", default_frames, max_frames);
  if (!frames) return refuse_later(refuse(400, "'frames' is a whole number from 1 to 500."));
  const std::string& id = request.segments.at(0);
  const auto found = parts.devices.find(id);
  device::View unheard;
  unheard.id = id;
  return show(parts.commands, id, whole_value(parts, found ? *found : unheard, *frames), found.has_value());
}

}  // namespace

void add_device_routes(http::Server& server, const ApiParts& parts) {
  const std::string base = std::string(api_base) + "/devices";
  server.route("GET", base, [parts](const http::ServerRequest& request) { return list(parts, request); });
  server.route_waiting("GET", base + "/*",
                       [parts](const http::ServerRequest& request) { return find(parts, request); });
}

}  // namespace fieldgate::admin
