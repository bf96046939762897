// One connection of the client: TCP or TLS, through a proxy or not.
#pragma once

#include <array>
#include <optional>

#include <boost/asio/ssl/stream.hpp>

#include "http/client.hpp"
#include "http/deadline.hpp"

namespace fieldgate::http {

using Socket = asio::basic_stream_socket<asio::ip::tcp, asio::io_context::executor_type>;

/// Not connected when made. An error of any wait leaves it closed.
class Connection {
 public:
  Connection(reactor::Reactor& reactor, const Origin& origin) : reactor_(reactor), origin_(origin) {}

  /// Resolves, connects, asks the proxy, shakes hands; all of it before `deadline` passes. The error's reason is
  /// "dns", "connect", "proxy", "tls" or "timeout".
  Awaitable<Result<void>> open(Duration timeout);

  bool is_open() const { return socket_.is_open(); }

  /// For a connection that lay idle: whether the server has not closed it since. (It may do so the next moment.)
  bool still_quiet();

  Awaitable<std::size_t> read(asio::mutable_buffer into_buffer, error_code& ec);

  /// A head and up to three pieces of a body.
  using Pieces = std::array<asio::const_buffer, 4>;
  Awaitable<> write(Pieces pieces, error_code& ec);

  /// Bytes handed to the socket so far, TLS included.
  std::uint64_t sent();

  /// When the server's certificate ends; nothing without TLS.
  std::optional<TimePoint> peer_certificate_end() const { return certificate_end_; }

  Deadline<Socket>& deadline() { return deadline_; }
  void close();

  /// What `ec` means for an operator, with the server's name.
  Error failure(const error_code& ec, std::string_view what) const;

 private:
  Awaitable<Result<void>> connect(std::vector<asio::ip::address> addresses, std::uint16_t port);
  Awaitable<Result<void>> tunnel();
  Awaitable<Result<void>> shake_hands();

  reactor::Reactor& reactor_;
  const Origin& origin_;
  std::uint64_t plain_sent_ = 0;
  std::optional<TimePoint> certificate_end_;
  Socket socket_{reactor_.io()};
  Deadline<Socket> deadline_{reactor_.io(), socket_};
  std::optional<asio::ssl::context> context_;
  std::optional<asio::ssl::stream<Socket&>> tls_;
};

}  // namespace fieldgate::http
