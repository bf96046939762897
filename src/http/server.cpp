// Server: listening and accepting.
#include "http/server.hpp"

#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>

#include <boost/asio/ip/v6_only.hpp>

#include <openssl/ssl.h>

#include "http/session.hpp"
#include "reactor/certificate.hpp"
#include "reactor/tls_context.hpp"

namespace fieldgate::http {

namespace {

constexpr auto accept_pause = std::chrono::milliseconds(200);

using TcpAcceptor = asio::basic_socket_acceptor<asio::ip::tcp, asio::io_context::executor_type>;
using UnixAcceptor = asio::basic_socket_acceptor<asio::local::stream_protocol, asio::io_context::executor_type>;

/// What a failed bind means for an operator.
Error bind_failure(const config::Address& address, const error_code& ec) {
  std::string text = "cannot listen on " + address.text() + ": " + ec.message();
  if (ec == asio::error::address_in_use) {
    text += "; another program (or another fieldgate) has it: stop that one or choose another address";
  } else if (ec == asio::error::access_denied) {
    text += address.kind == config::Address::Kind::tcp ? "; ports below 1024 need a privilege: choose a higher one"
                                                       : "; the directory must be writable for the service's user";
  } else if (ec == boost::system::errc::address_not_available) {
    text += "; this machine has no such address";
  }
  return {"listen", text};
}

template <class Acceptor, class Endpoint>
error_code listen(Acceptor& acceptor, const Endpoint& endpoint) {
  error_code ec;
  acceptor.open(endpoint.protocol(), ec);
  if (!ec && endpoint.protocol().family() == AF_INET6) acceptor.set_option(asio::ip::v6_only(true), ec);
  if (!ec && endpoint.protocol().family() != AF_UNIX) acceptor.set_option(asio::socket_base::reuse_address(true), ec);
  // Of a Unix socket Linux gives this mode to the file when it is bound: there is no moment at which others may
  // connect.
  if (!ec && endpoint.protocol().family() == AF_UNIX && ::fchmod(acceptor.native_handle(), 0600) != 0) {
    ec.assign(errno, boost::system::system_category());
  }
  if (!ec) acceptor.bind(endpoint, ec);
  if (!ec) acceptor.listen(asio::socket_base::max_listen_connections, ec);
  return ec;
}

}  // namespace

struct Server::State {
  State(asio::io_context& io, config::Address where, Deadlines times, Protection protects)
      : address(std::move(where)), protection(std::move(protects)), tcp(io), local(io) {
    service.deadlines = times;
  }

  config::Address address;
  Protection protection;
  TcpAcceptor tcp;
  UnixAcceptor local;
  Service service;
};

namespace {

/// Accepts until the acceptor is closed.
template <class Owner, class Acceptor>
Awaitable<> accept_all(reactor::Reactor& reactor, std::shared_ptr<Owner> owner, Acceptor& acceptor) {
  while (acceptor.is_open()) {
    error_code ec;
    auto socket = co_await acceptor.async_accept(into(ec));
    if (!acceptor.is_open()) co_return;
    if (ec) {  // most likely no descriptor is left: accepting again at once would spin
      co_await reactor::sleep(accept_pause);
      continue;
    }
    if (owner->service.sessions.size() >= Server::max_connections) {
      if (owner->service.refused) owner->service.refused("connections");
      continue;
    }
    reactor.spawn(serve(reactor, std::shared_ptr<Service>(owner, &owner->service), AnySocket(std::move(socket))));
  }
}

}  // namespace

Server::Server(reactor::Reactor& reactor, config::Address address, Deadlines deadlines, Protection protection)
    : reactor_(reactor),
      state_(std::make_shared<State>(reactor.io(), std::move(address), deadlines, std::move(protection))) {}

Server::~Server() { stop(); }

void Server::route(std::string method, std::string path, Handler handler, Access access) {
  Route& route = state_->service.routes.add(std::move(method), path);
  route.now = std::move(handler);
  route.access = access;
}

void Server::route_waiting(std::string method, std::string path, WaitingHandler handler, Duration patience) {
  Route& route = state_->service.routes.add(std::move(method), path);
  route.later = std::move(handler);
  route.patience = patience;
}

void Server::route_stream(std::string path, StreamHandler handler) {
  state_->service.routes.add("GET", path).stream = std::move(handler);
}

std::vector<std::string> Server::routes() const { return state_->service.routes.list(); }

void Server::on_refusal(std::function<void(std::string_view)> told) { state_->service.refused = std::move(told); }

Result<void> Server::start() {
  const config::Address& address = state_->address;
  error_code ec;
  if (address.kind == config::Address::Kind::unix_socket) {
    if (address.host.size() >= sizeof(sockaddr_un::sun_path)) {
      return Error{"listen", "cannot listen on " + address.text() + ": a socket's path has at most 107 bytes; " +
                                 "choose a shorter one"};
    }
    struct stat found {};
    // A socket that a process left behind when it was killed; a living one would be stolen, but so would its lock.
    if (::stat(address.host.c_str(), &found) == 0 && S_ISSOCK(found.st_mode)) ::unlink(address.host.c_str());
    ec = listen(state_->local, asio::local::stream_protocol::endpoint(address.host));
    if (ec) return bind_failure(address, ec);
    reactor_.spawn(accept_all(reactor_, state_, state_->local));
    return {};
  }
  const std::string host = address.host == "localhost" ? "127.0.0.1" : address.host;
  std::vector<std::string> names{host};
  if (auto tls = set_up_tls(names); !tls) return tls;
  const asio::ip::address ip = asio::ip::make_address(host, ec);
  if (ec) return Error{"listen", "cannot listen on " + address.text() + ": the host must be an IP address"};
  state_->service.guard.emplace(ip.is_loopback(), std::move(names), state_->protection.token);
  ec = listen(state_->tcp, asio::ip::tcp::endpoint(ip, address.port));
  if (ec) return bind_failure(address, ec);
  reactor_.spawn(accept_all(reactor_, state_, state_->tcp));
  return {};
}

Result<void> Server::set_up_tls(std::vector<std::string>& names) {
  if (!state_->protection.tls) return {};
  const auto context = reactor::tls_server_context(*state_->protection.tls);
  if (!context) return context.error();
  for (std::string& name : reactor::own_names(context->get())) names.push_back(std::move(name));
  SSL_CTX_up_ref(context->get());
  state_->service.tls = std::make_unique<asio::ssl::context>(context->get());
  return {};
}

void Server::stop() {
  error_code ignored;
  const bool was_unix = state_->local.is_open();
  state_->tcp.close(ignored);
  state_->local.close(ignored);
  if (was_unix) ::unlink(state_->address.host.c_str());
  state_->service.stopped = true;
  for (Streaming* streaming : state_->service.streams) streaming->source.reset();
  for (AnySocket* socket : state_->service.sessions) socket->close(ignored);
}

std::uint16_t Server::port() const {
  error_code ignored;
  return state_->tcp.local_endpoint(ignored).port();
}

}  // namespace fieldgate::http
