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

/// What all connections of a server share; the last of them frees it.
struct Service {
  std::map<std::string, std::map<std::string, Server::Handler, std::less<>>, std::less<>> routes;  // path, method
  Server::Deadlines deadlines;
  std::set<AnySocket*> sessions;
  bool stopped = false;
};

/// The answer to a request that is well-formed.
ServerResponse answer(const Service& service, const ServerRequest& request);

/// Serves one connection to its end.
Awaitable<> serve(reactor::Reactor& reactor, std::shared_ptr<Service> service, AnySocket socket);

}  // namespace fieldgate::http
