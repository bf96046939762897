// Sockets of any address family: opening listeners, and telling who is at the other end.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>

#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/ip/address.hpp>

#include "config/section.hpp"
#include "message/result.hpp"
#include "reactor/asio.hpp"

namespace fieldgate::transport {

using StreamSocket = asio::basic_stream_socket<asio::generic::stream_protocol, asio::io_context::executor_type>;
using Acceptor = asio::basic_socket_acceptor<asio::generic::stream_protocol, asio::io_context::executor_type>;

/// A file descriptor with its owner.
class Descriptor {
 public:
  explicit Descriptor(int fd = -1) : fd_(fd) {}
  Descriptor(Descriptor&& other) noexcept : fd_(other.release()) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    reset(other.release());
    return *this;
  }
  ~Descriptor() { reset(); }

  int get() const { return fd_; }
  int release() { return std::exchange(fd_, -1); }
  void reset(int fd = -1);
  explicit operator bool() const { return fd_ >= 0; }

 private:
  int fd_;
};

struct ListenOptions {
  bool reuse_port = false;         ///< several processes share the port, the kernel spreads the load
  int backlog = 4096;              ///< streams only
  std::size_t receive_buffer = 0;  ///< bytes; 0 leaves the kernel's default
};

/// Listens at `address` for connections, or takes over the socket that the service manager passed. The error says what
/// to do.
Result<Acceptor> listen(asio::io_context& io, const config::Address& address, const ListenOptions& options);

/// Binds a datagram socket at `address`; it does not block.
Result<Descriptor> bind_datagrams(const config::Address& address, const ListenOptions& options);

/// The other end of a connection or datagram; an IPv4 address in IPv6 clothes is undressed. False for a Unix socket.
bool peer_of(const sockaddr* address, std::size_t size, asio::ip::address& ip, std::uint16_t& port);

/// Finds a half-open peer: TCP probes after `idle`, and unacknowledged data for as long, end the connection.
void set_keepalive(int fd, Duration idle);

/// Small writes leave at once.
void set_no_delay(int fd);

}  // namespace fieldgate::transport
