// Opening sockets: plain system calls, because the address family is known only at run time.
#include "transport/socket.hpp"

#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string_view>

namespace fieldgate::transport {

namespace {

/// The first descriptor that the service manager passes: sd_listen_fds(3).
constexpr int first_passed_fd = 3;

Error failure(const config::Address& address, const std::string& what, int error) {
  std::string text = "cannot " + what + " " + address.text() + ": " + std::strerror(error);
  if (error == EADDRINUSE) text += "; another program has it: `ss -lntup` shows which";
  if (error == EACCES) text += "; ports below 1024 need CAP_NET_BIND_SERVICE";
  if (error == EADDRNOTAVAIL) text += "; this machine has no such address";
  return {"bind", text};
}

void set_option(int fd, int level, int name, int value) { ::setsockopt(fd, level, name, &value, sizeof value); }

/// The socket called `name` among those that the service manager passed.
Result<int> passed_socket(const config::Address& address) {
  const char* pid = std::getenv("LISTEN_PID");
  const char* count = std::getenv("LISTEN_FDS");
  const char* names = std::getenv("LISTEN_FDNAMES");
  if (pid == nullptr || count == nullptr || std::to_string(::getpid()) != pid) {
    return Error{"bind",
                 "cannot use " + address.text() + ": the service manager passed no sockets; is there a .socket unit?"};
  }
  std::string_view rest = names == nullptr ? "" : names;
  for (int i = 0; i < std::atoi(count); ++i) {
    const std::string_view name = rest.substr(0, rest.find(':'));
    if (name == address.host) return first_passed_fd + i;
    rest.remove_prefix(std::min(rest.size(), name.size() + 1));
  }
  return Error{"bind", "cannot use " + address.text() +
                           ": the service manager passed no socket of this name (FileDescriptorName=)"};
}

Result<int> bind_unix(const config::Address& address, int type) {
  sockaddr_un name{};
  name.sun_family = AF_UNIX;
  if (address.host.size() >= sizeof name.sun_path)
    return Error{"bind", "cannot listen at " + address.text() + ": the path is too long"};
  address.host.copy(name.sun_path, sizeof name.sun_path - 1);
  Descriptor socket(::socket(AF_UNIX, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  struct stat info {};
  // What a killed process left behind would be in the way for ever.
  if (::stat(name.sun_path, &info) == 0 && S_ISSOCK(info.st_mode)) ::unlink(name.sun_path);
  if (socket.get() < 0 || ::bind(socket.get(), reinterpret_cast<const sockaddr*>(&name), sizeof name) != 0) {
    return failure(address, "listen at", errno);
  }
  return socket.release();
}

Result<int> bind_internet(const config::Address& address, int type, const ListenOptions& options) {
  addrinfo hints{};
  hints.ai_socktype = type;
  hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV;
  addrinfo* found = nullptr;
  const int status = ::getaddrinfo(address.host.c_str(), std::to_string(address.port).c_str(), &hints, &found);
  if (status != 0) return Error{"bind", "cannot listen at " + address.text() + ": " + gai_strerror(status)};
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> owner(found, ::freeaddrinfo);
  Descriptor socket(::socket(found->ai_family, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (socket.get() < 0) return failure(address, "listen at", errno);
  if (type == SOCK_STREAM) set_option(socket.get(), SOL_SOCKET, SO_REUSEADDR, 1);
  if (options.reuse_port) set_option(socket.get(), SOL_SOCKET, SO_REUSEPORT, 1);
  if (found->ai_family == AF_INET6) set_option(socket.get(), IPPROTO_IPV6, IPV6_V6ONLY, 1);
  if (::bind(socket.get(), found->ai_addr, found->ai_addrlen) != 0) return failure(address, "listen at", errno);
  return socket.release();
}

Result<int> bind_address(const config::Address& address, int type, const ListenOptions& options) {
  switch (address.kind) {
    case config::Address::Kind::systemd:
      return passed_socket(address);
    case config::Address::Kind::unix_socket:
      return bind_unix(address, type);
    case config::Address::Kind::tcp:
      break;
  }
  return bind_internet(address, type, options);
}

int family_of(int fd) {
  int family = AF_UNSPEC;
  socklen_t size = sizeof family;
  ::getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &family, &size);
  return family;
}

}  // namespace

void Descriptor::reset(int fd) {
  if (fd_ >= 0) ::close(fd_);
  fd_ = fd;
}

Result<Acceptor> listen(asio::io_context& io, const config::Address& address, const ListenOptions& options) {
  const auto bound = bind_address(address, SOCK_STREAM, options);
  if (!bound) return bound.error();
  Descriptor socket(*bound);
  if (::listen(socket.get(), options.backlog) != 0) return failure(address, "listen at", errno);
  Acceptor acceptor(io);
  const int family = family_of(socket.get());
  acceptor.assign(asio::generic::stream_protocol(family, family == AF_UNIX ? 0 : IPPROTO_TCP), socket.release());
  return acceptor;
}

Result<Descriptor> bind_datagrams(const config::Address& address, const ListenOptions& options) {
  const auto bound = bind_address(address, SOCK_DGRAM, options);
  if (!bound) return bound.error();
  Descriptor socket(*bound);
  if (options.receive_buffer != 0) {
    const int wanted = static_cast<int>(std::min<std::size_t>(options.receive_buffer, 1U << 30));
    // FORCE may exceed net.core.rmem_max, but wants CAP_NET_ADMIN.
    if (::setsockopt(socket.get(), SOL_SOCKET, SO_RCVBUFFORCE, &wanted, sizeof wanted) != 0)
      set_option(socket.get(), SOL_SOCKET, SO_RCVBUF, wanted);
  }
  set_option(socket.get(), SOL_SOCKET, SO_RXQ_OVFL, 1);
  return socket;
}

bool peer_of(const sockaddr* address, std::size_t size, asio::ip::address& ip, std::uint16_t& port) {
  if (size >= sizeof(sockaddr_in) && address->sa_family == AF_INET) {
    sockaddr_in v4;
    std::memcpy(&v4, address, sizeof v4);
    ip = asio::ip::address_v4(ntohl(v4.sin_addr.s_addr));
    port = ntohs(v4.sin_port);
    return true;
  }
  if (size >= sizeof(sockaddr_in6) && address->sa_family == AF_INET6) {
    sockaddr_in6 v6;
    std::memcpy(&v6, address, sizeof v6);
    asio::ip::address_v6::bytes_type bytes;
    std::memcpy(bytes.data(), &v6.sin6_addr, bytes.size());
    const asio::ip::address_v6 dressed(bytes, v6.sin6_scope_id);
    ip = dressed.is_v4_mapped() ? asio::ip::address(asio::ip::make_address_v4(asio::ip::v4_mapped, dressed)) : dressed;
    port = ntohs(v6.sin6_port);
    return true;
  }
  return false;
}

void set_keepalive(int fd, Duration idle) {
  const auto seconds =
      static_cast<int>(std::max<std::int64_t>(1, std::chrono::duration_cast<std::chrono::seconds>(idle).count()));
  set_option(fd, SOL_SOCKET, SO_KEEPALIVE, 1);
  set_option(fd, IPPROTO_TCP, TCP_KEEPIDLE, seconds);
  set_option(fd, IPPROTO_TCP, TCP_KEEPINTVL, std::max(1, seconds / 6));
  set_option(fd, IPPROTO_TCP, TCP_KEEPCNT, 3);
  set_option(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, seconds * 1000);
}

void set_no_delay(int fd) { set_option(fd, IPPROTO_TCP, TCP_NODELAY, 1); }

}  // namespace fieldgate::transport
