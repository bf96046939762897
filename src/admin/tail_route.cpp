// The API's route of the live tail.
#include <algorithm>
#include <memory>

#include "admin/answers.hpp"
#include "admin/api.hpp"
#include "admin/tail.hpp"
#include "config/problem.hpp"

namespace fieldgate::admin {

namespace {

const std::initializer_list<std::string_view> parameters = {"adapter", "device", "where", "raw"};

http::StreamAnswer refuse_tail(http::ServerResponse refusal) {
  return {nullptr, std::make_shared<http::ServerResponse>(std::move(refusal))};
}

/// A name that no adapter has would show nothing for ever.
std::optional<http::ServerResponse> refuse_unknown(const Status& status, const std::string& adapter) {
  std::vector<std::string_view> known;
  for (const AdapterStatus& each : status.adapters) known.push_back(each.name);
  if (adapter.empty() || std::find(known.begin(), known.end(), adapter) != known.end()) return std::nullopt;
  return refuse(400, "There is no adapter '" + adapter + "'" + config::did_you_mean(adapter, known));
}

http::StreamAnswer tail(const ApiParts& parts, const http::ServerRequest& request, http::Lines& lines) {
  const auto query = Query::read(request, parameters);
  if (!query) return refuse_tail(refuse_query(parameters));
  TailFilter filter{std::string(query->text("adapter")), std::string(query->text("device")), {}, false};
  if (auto refused = refuse_unknown(parts.status(), filter.adapter)) return refuse_tail(std::move(*refused));
  const std::string_view raw = query->text("raw");
  if (!raw.empty() && raw != "true" && raw != "false") return refuse_tail(refuse(400, "'raw' is true or false."));
  filter.raw = raw == "true";
  if (query->has("where")) {
    if (filter.raw) return refuse_tail(refuse(400, "'where' is asked of messages; with 'raw' there are only frames."));
    auto where = expression::Condition::parse(query->text("where"));
    if (!where) return refuse_tail(refuse(400, "'where': " + where.error().text));
    filter.where = std::move(*where);
  }
  return {std::make_shared<Tail>(std::move(filter), parts.environment, parts.recorder, lines), nullptr};
}

}  // namespace

void add_tail_route(http::Server& server, const ApiParts& parts) {
  server.route_stream(std::string(api_base) + "/tail", [parts](const http::ServerRequest& request, http::Lines& lines) {
    return tail(parts, request, lines);
  });
}

}  // namespace fieldgate::admin
