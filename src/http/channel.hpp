// The bytes of one of the server's connections: plain, or through TLS.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/ssl/stream.hpp>

#include "reactor/asio.hpp"

namespace fieldgate::http {

using AnySocket = asio::basic_stream_socket<asio::generic::stream_protocol, asio::io_context::executor_type>;

/// One read and one write may be under way at a time. Lives no longer than the socket.
class Channel {
 public:
  /// `context`: of TLS; null: none.
  Channel(AnySocket& socket, asio::ssl::context* context);

  /// Of TLS, if there is any.
  Awaitable<> shake_hands(error_code& ec);

  Awaitable<std::size_t> read(asio::mutable_buffer bytes, error_code& ec);
  Awaitable<> write(std::string_view bytes, error_code& ec);

  /// Says that no more comes, and reads a little on: a client that is still sending must not lose the answer to a
  /// reset.
  Awaitable<> close_gently();

  bool is_secure() const { return tls_.has_value(); }
  AnySocket& socket() { return socket_; }

 private:
  AnySocket& socket_;
  std::optional<asio::ssl::stream<AnySocket&>> tls_;
};

/// The IP address of an endpoint as text; empty for others.
std::string address_of(const asio::generic::stream_protocol::endpoint& endpoint);

/// The same for whom a limit counts: of IPv6 the /64, of which a host has all addresses.
std::string network_of(const asio::generic::stream_protocol::endpoint& endpoint);

}  // namespace fieldgate::http
