// The operators' HTTP listener: health, readiness and metrics. The face of this room.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "config/section.hpp"
#include "http/server.hpp"
#include "telemetry/log.hpp"
#include "telemetry/metrics.hpp"

namespace fieldgate::admin {

/// Serves /healthz, /readyz and /metrics, and what is added. /healthz and /readyz need no token: probes have none.
/// Everything it names outlives it.
class Server {
 public:
  /// The adapters that do not take devices in, by name; empty if all do.
  using Readiness = std::function<std::vector<std::string>()>;

  Server(reactor::Reactor& reactor, telemetry::Metrics& metrics, const config::Address& listen,
         http::Protection protection, Readiness readiness, telemetry::Log log);

  /// Binds. The error names the address and what to do.
  Result<void> start();
  void stop() { server_.stop(); }

  /// For further routes, before start().
  http::Server& http() { return server_; }

  /// The port that was bound.
  std::uint16_t port() const { return server_.port(); }

 private:
  http::ServerResponse ready() const;

  const telemetry::Metrics& metrics_;
  Readiness readiness_;
  telemetry::Log log_;
  telemetry::Reasons refused_;
  bool secure_;
  config::Address address_;
  http::Server server_;
};

}  // namespace fieldgate::admin
