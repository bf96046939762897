// Status as JSON.
#include "admin/status.hpp"

#include <nlohmann/json.hpp>

namespace fieldgate::admin {

namespace {

using Json = nlohmann::ordered_json;

double seconds(Duration duration) { return std::chrono::duration<double>(duration).count(); }

Json to_value(const AdapterStatus& adapter) {
  return {{"name", adapter.name},         {"type", adapter.type},
          {"ready", adapter.ready},       {"connections", adapter.connections},
          {"messages", adapter.messages}, {"errors", adapter.errors},
          {"rejected", adapter.rejected}};
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

std::string to_json(const Status& status) {
  std::string started;
  append_rfc3339(started, status.started);
  const Json json = {{"running", true},
                     {"version", status.version},
                     {"gateway", status.gateway},
                     {"started", started},
                     {"uptime", seconds(status.uptime)},
                     {"adapters", to_values(status.adapters)},
                     {"sinks", to_values(status.sinks)},
                     {"dead_letters", {{"letters", status.dead_letters}, {"bytes", status.dead_letter_bytes}}}};
  return json.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace fieldgate::admin
