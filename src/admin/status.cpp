// Status as JSON.
#include "admin/status.hpp"

#include "admin/answers.hpp"

namespace fieldgate::admin {

namespace {

double seconds(Duration duration) { return std::chrono::duration<double>(duration).count(); }

Json to_value(const AdapterStatus& adapter) {
  return {{"name", adapter.name},         {"type", adapter.type},
          {"ready", adapter.ready},       {"connections", adapter.connections},
          {"messages", adapter.messages}, {"errors", adapter.errors},
          {"rejected", adapter.rejected}, {"garbage_bytes", adapter.garbage_bytes}};
}

Json to_value(const TransformStatus& transform) {
  return {{"name", transform.name}, {"type", transform.type}, {"dropped", transform.dropped}};
}

Json to_value(const SinkStatus& sink) {
  Json json = {{"name", sink.name},
               {"type", sink.type},
               {"up", sink.up},
               {"accepted", sink.accepted},
               {"delivered", sink.delivered},
               {"expired", sink.expired},
               {"dropped", sink.dropped},
               {"dead_letters", sink.dead_letters},
               {"corrupt", sink.corrupt},
               {"backlog", sink.backlog},
               {"missing", sink.missing()},
               {"backlog_bytes", sink.backlog_bytes},
               {"oldest", nullptr},
               {"buffer", sink.buffer},
               {"buffer_state", sink.buffer_state},
               {"retries", sink.retries}};
  if (sink.oldest) json["oldest"] = seconds(*sink.oldest);
  return json;
}

template <class T>
Json to_values(const std::vector<T>& all) {
  Json list = Json::array();
  for (const T& each : all) list.push_back(to_value(each));
  return list;
}

}  // namespace

Json status_value(const Status& status) {
  std::string started;
  append_rfc3339(started, status.started);
  return {{"running", true},
          {"version", status.version},
          {"gateway", status.gateway},
          {"started", started},
          {"uptime", seconds(status.uptime)},
          {"adapters", to_values(status.adapters)},
          {"transforms", to_values(status.transforms)},
          {"sinks", to_values(status.sinks)},
          {"dead_letters", {{"letters", status.dead_letters}, {"bytes", status.dead_letter_bytes}}}};
}

Json components_value(const Status& status) {
  return {{"adapters", to_values(status.adapters)},
          {"transforms", to_values(status.transforms)},
          {"sinks", to_values(status.sinks)}};
}

}  // namespace fieldgate::admin
