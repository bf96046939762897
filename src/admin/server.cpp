// The admin server's routes.
#include "admin/server.hpp"

#include "message/json.hpp"

namespace fieldgate::admin {

Server::Server(reactor::Reactor& reactor, telemetry::Metrics& metrics, const config::Address& listen,
               http::Protection protection, Readiness readiness, telemetry::Log log)
    : metrics_(metrics),
      readiness_(std::move(readiness)),
      log_(std::move(log)),
      refused_(metrics, "fieldgate_admin_refused_total", {},
               "Requests to the admin listener that its rules of access refused, and connections above its limit."),
      secure_(protection.tls.has_value()),
      address_(listen),
      server_(reactor, listen, {}, std::move(protection)) {
  server_.on_refusal([this](std::string_view rule) { refused_.count(rule); });
  server_.route(
      "GET", "/healthz",
      [](const http::ServerRequest&) {
        http::ServerResponse response;
        response.body = "ok\n";
        return response;
      },
      http::Access::open);
  server_.route(
      "GET", "/readyz", [this](const http::ServerRequest&) { return ready(); }, http::Access::open);
  server_.route(
      "GET", "/metrics",
      [this](const http::ServerRequest&) {
        return http::ServerResponse{200, "text/plain; version=0.0.4; charset=utf-8", metrics_.prometheus(), {}};
      },
      http::Access::loopback);
}

Result<void> Server::start() {
  auto started = server_.start();
  if (!started) return started;
  if (address_.kind == config::Address::Kind::tcp) address_.port = server_.port();
  log_.info("listening on {}{}", address_.text(), secure_ ? " with TLS" : "");
  return {};
}

http::ServerResponse Server::ready() const {
  const std::vector<std::string> missing = readiness_();
  http::ServerResponse response{missing.empty() ? 200U : 503U, "application/json", "", {}};
  response.body = missing.empty() ? "{\"ready\":true" : "{\"ready\":false";
  response.body += ",\"not_ready\":[";
  for (std::size_t at = 0; at < missing.size(); ++at) {
    if (at > 0) response.body += ',';
    json::append_string(response.body, missing[at]);
  }
  response.body += "]}\n";
  return response;
}

}  // namespace fieldgate::admin
