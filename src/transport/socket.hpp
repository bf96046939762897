// Sockets of any address family: opening listeners, and telling who is at the other end.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include <boost/asio/basic_datagram_socket.hpp>
#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/generic/datagram_protocol.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/ip/address.hpp>

#include "config/section.hpp"
#include "message/result.hpp"
#include "reactor/asio.hpp"

namespace fieldgate::transport {

using StreamSocket = asio::basic_stream_socket<asio::generic::stream_protocol, asio::io_context::executor_type>;
using Acceptor = asio::basic_socket_acceptor<asio::generic::stream_protocol, asio::io_context::executor_type>;
using DatagramSocket = asio::basic_datagram_socket<asio::generic::datagram_protocol, asio::io_context::executor_type>;

struct ListenOptions {
  bool reuse_port = false;          ///< several processes share the port, the kernel spreads the load
  int backlog = 4096;               ///< streams only
  std::size_t receive_buffer = 0;   ///< bytes; 0 leaves the kernel's default
};

/// Listens at `address` for connections, or takes over the socket that the service manager passed. The error says what to do.
Result<Acceptor> listen(asio::io_context& io, const config::Address& address, const ListenOptions& options);

/// Binds a datagram socket at `address`.
Result<DatagramSocket> bind_datagrams(asio::io_context& io, const config::Address& address, const ListenOptions& options);

/// The other end of a connection or datagram; an IPv4 address in IPv6 clothes is undressed. False for a Unix socket.
bool peer_of(const sockaddr* address, std::size_t size, asio::ip::address& ip, std::uint16_t& port);

/// Finds a half-open peer: TCP probes after `idle`, and unacknowledged data for as long, end the connection.
void set_keepalive(int fd, Duration idle);

/// Small writes leave at once.
void set_no_delay(int fd);

}  // namespace fieldgate::transport
