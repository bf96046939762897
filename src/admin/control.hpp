// The control socket: what the command line asks a running gateway.
#pragma once

#include <filesystem>
#include <functional>

#include "admin/status.hpp"
#include "buffer/dead_letters.hpp"
#include "http/server.hpp"
#include "telemetry/log.hpp"

namespace fieldgate::admin {

/// Serves, on a Unix socket that only its owner may use: GET /status, GET /dead-letters (and /dead-letters/ID),
/// POST /dead-letters/replay and /dead-letters/purge. Filters stand in the query: `id`, `component`, `reason`, `limit`;
/// the latter two routes want `all=true` where there is none.
/// Everything it names outlives it.
class Control {
 public:
  using GiveStatus = std::function<Status()>;

  Control(reactor::Reactor& reactor, const std::filesystem::path& socket, buffer::DeadLetters& letters,
          GiveStatus status);

  /// Binds. The error names the socket and what to do.
  Result<void> start() { return server_.start(); }
  void stop() { server_.stop(); }

 private:
  http::Server server_;
};

}  // namespace fieldgate::admin
