// A small, strict HTTP server for the operators' side: exact routes, low limits, nothing lenient.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "config/section.hpp"
#include "http/fields.hpp"
#include "message/result.hpp"
#include "reactor/reactor.hpp"

namespace fieldgate::http {

struct ServerRequest {
  std::string method;
  std::string target;  ///< origin form: path and query
  Fields fields;
  std::string body;

  std::string_view path() const { return std::string_view(target).substr(0, target.find('?')); }
};

struct ServerResponse {
  unsigned status = 200;
  std::string content_type = "text/plain; charset=utf-8";
  std::string body;
};

/// Whether a host is this machine's loopback: localhost, 127.0.0.0/8, ::1.
bool is_loopback_host(std::string_view host);

/// Whether a Host field names one: any of those (IPv6 in brackets), with a port or without.
bool is_loopback_name(std::string_view host);

/// Listens on a TCP or Unix address. A request is refused as soon as two readers could understand it differently, and
/// the connection with it. Meant for loopback: other names than loopback's in Host are answered 421 (DNS rebinding).
class Server {
 public:
  static constexpr std::size_t max_connections = 32;
  static constexpr std::size_t max_head = 8 * 1024;
  static constexpr std::size_t max_body = 1024 * 1024;

  struct Deadlines {
    Duration head = std::chrono::seconds(5);   ///< from a request's first chance to its empty line
    Duration body = std::chrono::seconds(10);  ///< and from there to its end, and to the answer's
    Duration idle = std::chrono::seconds(30);  ///< between requests
  };

  using Handler = std::function<ServerResponse(const ServerRequest&)>;

  /// One that waits for something. The answer that is not there within `Deadlines::body` is 503, and is forgotten when
  /// it comes; the request lives until then.
  using WaitingHandler = std::function<Awaitable<ServerResponse>(const ServerRequest&)>;

  /// Such handlers under way at once; requests above them are answered 503.
  static constexpr std::size_t max_waiting = 64;

  Server(reactor::Reactor& reactor, config::Address address, Deadlines deadlines);
  Server(reactor::Reactor& reactor, config::Address address) : Server(reactor, std::move(address), Deadlines()) {}
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  /// Answers `method` on exactly this path, or, where it ends with "/*", on those with one more segment in its place;
  /// GET answers HEAD too. Before `start`.
  void route(std::string method, std::string path, Handler handler);
  void route_waiting(std::string method, std::string path, WaitingHandler handler);

  /// Binds and listens; a Unix socket is its owner's alone (0600) from its first moment on. The error names the address
  /// and what to do.
  Result<void> start();

  /// Closes everything; no handler is called afterwards.
  void stop();

  /// The TCP port that was bound (of use where 0 was asked for).
  std::uint16_t port() const;

 private:
  struct State;
  reactor::Reactor& reactor_;
  std::shared_ptr<State> state_;
};

}  // namespace fieldgate::http
