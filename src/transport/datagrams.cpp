// Datagrams: the message headers of recvmmsg and what they say.
#include "transport/datagrams.hpp"

#include <sys/epoll.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <system_error>
#include <utility>

namespace fieldgate::transport {

Datagrams::Datagrams(asio::io_context& io, Descriptor socket)
    : socket_(std::move(socket)),
      ready_(io),
      buffer_(new char[gulp * max_size]),
      messages_(gulp),
      parts_(gulp),
      peers_(gulp),
      control_(gulp * control_size) {
  for (std::size_t i = 0; i < gulp; ++i) {
    parts_[i] = {buffer_.get() + i * max_size, max_size};
    msghdr& header = messages_[i].msg_hdr;
    header.msg_name = &peers_[i];
    header.msg_iov = &parts_[i];
    header.msg_iovlen = 1;
    header.msg_control = control_.data() + i * control_size;
  }
  Descriptor ready(::epoll_create1(EPOLL_CLOEXEC));
  epoll_event nothing{};
  if (!ready || ::epoll_ctl(ready.get(), EPOLL_CTL_ADD, socket_.get(), &nothing) != 0) {
    throw std::system_error(errno, std::generic_category(), "epoll");
  }
  ready_.assign(ready.release());
}

Awaitable<> Datagrams::readable() {
  epoll_event once{};
  once.events = EPOLLIN | EPOLLONESHOT;
  ::epoll_ctl(ready_.native_handle(), EPOLL_CTL_MOD, socket_.get(), &once);
  error_code ignored;
  co_await ready_.async_wait(asio::posix::descriptor_base::wait_read, into(ignored));
  if (socket_) ::epoll_wait(ready_.native_handle(), &once, 1, 0);  // only what is fetched is disarmed
}

std::size_t Datagrams::receive() {
  for (mmsghdr& message : messages_) {
    message.msg_hdr.msg_namelen = sizeof(sockaddr_storage);
    message.msg_hdr.msg_controllen = control_size;
  }
  const int received = ::recvmmsg(socket_.get(), messages_.data(), gulp, MSG_DONTWAIT, nullptr);
  if (received <= 0) return 0;
  // The kernel's count only grows, so the last datagram knows most.
  msghdr& last = messages_[static_cast<std::size_t>(received) - 1].msg_hdr;
  for (cmsghdr* c = CMSG_FIRSTHDR(&last); c != nullptr; c = CMSG_NXTHDR(&last, c)) {
    if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == SO_RXQ_OVFL)
      std::memcpy(&overflow_, CMSG_DATA(c), sizeof overflow_);
  }
  return static_cast<std::size_t>(received);
}

Bytes Datagrams::sender(std::size_t index) const {
  const std::size_t size = peer_size(index);
  return {reinterpret_cast<const char*>(&peers_[index]), size > sizeof(sa_family_t) ? size : 0};
}

bool Datagrams::send(Bytes bytes, Bytes to) {
  if (to.empty() || closed()) return false;
  sockaddr_storage address{};
  std::memcpy(&address, to.data(), std::min(to.size(), sizeof address));
  const ssize_t sent = ::sendto(socket_.get(), bytes.data(), bytes.size(), MSG_DONTWAIT | MSG_NOSIGNAL,
                                reinterpret_cast<const sockaddr*>(&address), static_cast<socklen_t>(to.size()));
  return sent >= 0;
}

std::uint32_t Datagrams::take_overflow() { return overflow_ - std::exchange(overflow_taken_, overflow_); }

std::size_t Datagrams::receive_buffer() {
  int size = 0;
  socklen_t length = sizeof size;
  ::getsockopt(socket_.get(), SOL_SOCKET, SO_RCVBUF, &size, &length);
  return static_cast<std::size_t>(size) / 2;  // the kernel doubles what was asked for
}

void Datagrams::close() {
  error_code ignored;
  ready_.close(ignored);
  socket_.reset();
}

}  // namespace fieldgate::transport
