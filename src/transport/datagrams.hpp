// Datagrams in gulps: as many as are there, with one system call (recvmmsg).
#pragma once

#include <sys/socket.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include <boost/asio/posix/basic_stream_descriptor.hpp>

#include "message/bytes.hpp"
#include "transport/socket.hpp"

namespace fieldgate::transport {

/// A bound datagram socket and the room for a gulp. The room is of full datagram size; memory is only used as it is
/// filled.
class Datagrams {
 public:
  static constexpr std::size_t gulp = 64;
  static constexpr std::size_t max_size = 65536;

  /// Throws std::system_error where the system has no descriptor left.
  Datagrams(asio::io_context& io, Descriptor socket);

  /// Waits until there is something to receive. Whoever does not wait is not woken: registered with the reactor as
  /// other sockets are, each datagram would wake it also while it gathers, which costs more than the datagram.
  Awaitable<> readable();

  /// Takes up to `gulp` datagrams without waiting and returns how many. They stay until the next call.
  std::size_t receive();

  Bytes bytes(std::size_t index) const { return {buffer_.get() + index * max_size, messages_[index].msg_len}; }
  const sockaddr* peer(std::size_t index) const { return reinterpret_cast<const sockaddr*>(&peers_[index]); }
  std::size_t peer_size(std::size_t index) const { return messages_[index].msg_hdr.msg_namelen; }

  /// The sender's address as the system gave it: for send(). Empty where it has none (a Unix socket without a name).
  Bytes sender(std::size_t index) const;

  /// Sends one datagram to such an address. False: it did not go, and never will.
  bool send(Bytes bytes, Bytes to);

  /// Datagrams that the kernel dropped since the last call because its receive buffer was full.
  std::uint32_t take_overflow();

  /// The size of the kernel's receive buffer, in bytes of payload and overhead.
  std::size_t receive_buffer();

  void close();
  bool closed() const { return !socket_; }

 private:
  static constexpr std::size_t control_size = CMSG_SPACE(sizeof(std::uint32_t));

  Descriptor socket_;
  asio::posix::basic_stream_descriptor<asio::io_context::executor_type>
      ready_;  // an epoll that holds the socket, one shot
  std::unique_ptr<char[]> buffer_;
  std::vector<mmsghdr> messages_;
  std::vector<iovec> parts_;
  std::vector<sockaddr_storage> peers_;
  std::vector<char> control_;
  std::uint32_t overflow_ = 0;
  std::uint32_t overflow_taken_ = 0;
};

}  // namespace fieldgate::transport
