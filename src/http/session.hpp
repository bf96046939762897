// One connection of the server.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>

#include <boost/asio/generic/stream_protocol.hpp>

#include "http/server.hpp"

namespace fieldgate::http {

using AnySocket = asio::basic_stream_socket<asio::generic::stream_protocol, asio::io_context::executor_type>;

/// What answers on a route: one of both.
struct Route {
  Server::Handler now;
  Server::WaitingHandler later;
};

/// What all connections of a server share; the last of them frees it.
struct Service {
  std::map<std::string, std::map<std::string, Route, std::less<>>, std::less<>> routes;  // path, method
  Server::Deadlines deadlines;
  std::set<AnySocket*> sessions;
  std::size_t waiting = 0;  ///< handlers that have not answered yet
  bool stopped = false;
};

/// Serves one connection to its end.
Awaitable<> serve(reactor::Reactor& reactor, std::shared_ptr<Service> service, AnySocket socket);

}  // namespace fieldgate::http
