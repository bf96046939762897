// A client of one HTTP service: keep-alive, TLS, proxy, deadlines and limits. The face of this room, beside server.hpp.
#pragma once

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "config/tls.hpp"
#include "http/fields.hpp"
#include "http/url.hpp"
#include "message/result.hpp"
#include "reactor/reactor.hpp"
#include "reactor/tls_context.hpp"

namespace fieldgate::http {

class Connection;

/// Where a client connects to.
struct Origin {
  Url url;                  ///< its target does not matter here
  reactor::TlsContext tls;  ///< of an https URL
  config::TlsClientOptions tls_options;
  std::optional<Url> proxy;  ///< http only; https goes through it by CONNECT (RFC 9110 9.3.6)
};

/// What is asked. The body's pieces go out one behind the other and are not copied; whoever waits keeps them alive.
struct Request {
  std::string_view method = "POST";
  std::string_view target = "/";
  const Fields* fields = nullptr;  ///< besides Host, Content-Length and Connection, which are the client's
  std::array<std::string_view, 3> body;
};

/// What came back. Interim answers (1xx) are passed over.
struct Response {
  unsigned status = 0;
  Fields fields;
  std::string body;  ///< its first `Client::keep_body` bytes

  /// The first field of this name, in any case; empty if there is none.
  std::string_view field(std::string_view name) const { return find_field(fields, name); }
};

/// Sends requests to one origin, one at a time, over one connection that it keeps. If a kept connection turns out to be
/// closed before any byte of an answer has come, the request is sent once more over a new one.
class Client {
 public:
  /// More of a response's body is read and forgotten.
  static constexpr std::size_t keep_body = 64 * 1024;

  /// A response that is longer ends the connection; its status counts all the same.
  static constexpr std::size_t max_body = 1024 * 1024;

  Client(reactor::Reactor& reactor, Origin origin);
  ~Client();
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  /// Connects if need be, sends, and reads the answer, all within `timeout`. The error's reason is a literal:
  /// "dns", "connect", "proxy", "tls", "timeout", "closed", "protocol", "request"; its text names the origin.
  Awaitable<Result<Response>> send(Request request, Duration timeout);

  /// Bytes written to sockets since this was last asked: TLS, handshakes and second attempts included.
  std::uint64_t take_sent();

  /// When the certificate ends that the server showed last; nothing without TLS.
  std::optional<TimePoint> peer_certificate_end() const;

  void close();
  const Origin& origin() const { return origin_; }

 private:
  Awaitable<Result<Response>> exchange(Request request, Duration timeout, bool& untouched);

  reactor::Reactor& reactor_;
  Origin origin_;
  std::unique_ptr<Connection> connection_;
  std::uint64_t sent_ = 0;   // by connections that have gone
  std::uint64_t taken_ = 0;  // of all that was sent
};

}  // namespace fieldgate::http
