// One connection of the server.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <set>

#include "http/channel.hpp"
#include "http/guard.hpp"
#include "http/routes.hpp"
#include "http/server.hpp"
#include "http/streaming.hpp"

namespace fieldgate::http {

/// What all connections of a server share; the last of them frees it.
struct Service {
  Routes routes;
  Server::Deadlines deadlines;
  std::optional<Guard> guard;  ///< nothing: a Unix socket, which is its owner's alone
  std::unique_ptr<asio::ssl::context> tls;
  std::function<void(std::string_view)> refused;
  std::set<AnySocket*> sessions;
  std::set<Streaming*> streams;
  std::size_t waiting = 0;  ///< handlers that have not answered yet
  bool stopped = false;
};

/// Serves one connection to its end.
Awaitable<> serve(reactor::Reactor& reactor, std::shared_ptr<Service> service, AnySocket socket);

}  // namespace fieldgate::http
