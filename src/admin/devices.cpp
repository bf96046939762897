// Devices as JSON.
#include "admin/devices.hpp"

#include <array>

namespace fieldgate::admin {

namespace {

constexpr std::array states{device::State::online, device::State::late, device::State::offline, device::State::unseen};

/// Those of the gateway, the adapter and the device; of two with one name the later counts.
Json tags_value(const device::View& view, const device::Tags& gateway_tags) {
  Json tags = Json::object();
  for (const auto& [name, value] : gateway_tags) tags[name] = value;
  if (view.source != nullptr) {
    for (const auto& [name, value] : view.source->options.tags) tags[name] = value;
  }
  std::vector<Meta> own;
  if (view.row != nullptr) view.row->append_tags(own);
  for (const Meta& each : own) tags[std::string(each.name)] = each.value;
  return tags;
}

}  // namespace

Json device_value(const device::View& view, const device::Tags& gateway_tags) {
  return {{"id", view.id},
          {"state", device::name_of(view.state)},
          {"since", time_value(view.since)},
          {"heard", time_value(view.heard)},
          {"adapter", view.source == nullptr ? Json() : Json(view.source->adapter)},
          {"address", view.address.empty() ? Json() : Json(view.address)},
          {"messages", view.messages},
          {"registered", view.row != nullptr},
          {"tags", tags_value(view, gateway_tags)}};
}

Json counts_value(const device::Devices& devices) {
  Json counts = Json::object();
  for (const device::State state : states) counts[std::string(device::name_of(state))] = devices.count(state);
  return counts;
}

Json frame_value(const device::Recorded& frame) {
  Json json = {{"number", frame.number},
               {"time", time_value(frame.at)},
               {"adapter", frame.adapter},
               {"peer", frame.peer},
               {"direction", frame.outgoing ? "out" : "in"},
               {"verdict", frame.verdict},
               {"text", frame.text},
               {"size", frame.size},
               {"hex", hex(frame.bytes)}};
  if (!frame.device.empty()) json["device"] = frame.device;
  return json;
}

Json incidents_value(const std::vector<device::Recorder::Incident>& incidents) {
  Json list = Json::array();
  for (const auto& incident : incidents) {
    Json frames = Json::array();
    for (const device::Recorded& frame : incident.frames) frames.push_back(frame_value(frame));
    list.push_back({{"reason", incident.reason}, {"frames", std::move(frames)}});
  }
  return {{"incidents", std::move(list)}};
}

Json command_value(const device::CommandStatus& status) {
  Json json = Json::parse(device::to_json(status), nullptr, false);
  if (!json.is_object()) json = Json::object();  // an answer's document that is no JSON
  json["number"] = status.number;
  json["from"] = status.request.from;
  json["accepted"] = time_value(status.accepted);
  json["changed"] = time_value(status.changed);
  json["expires"] = status.expires ? time_value(*status.expires) : Json();
  json["final"] = status.final;
  return json;
}

Json commands_value(const std::vector<device::CommandStatus>& all) {
  Json list = Json::array();
  for (const device::CommandStatus& status : all) list.push_back(command_value(status));
  return list;
}

std::optional<device::State> state_of(std::string_view name) {
  for (const device::State state : states) {
    if (device::name_of(state) == name) return state;
  }
  return std::nullopt;
}

}  // namespace fieldgate::admin
