// ScriptedServer: blocking sockets, one thread.
#include "support/scripted_server.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <array>
#include <stdexcept>

namespace fieldgate::test {

std::string ScriptedServer::Peer::read() {
  std::array<char, 4096> buffer;
  const ssize_t got = recv(fd_, buffer.data(), buffer.size(), 0);
  return got > 0 ? std::string(buffer.data(), static_cast<std::size_t>(got)) : std::string();
}

void ScriptedServer::Peer::write(std::string_view bytes) {
  static_cast<void>(send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL));
}

ScriptedServer::ScriptedServer(std::function<void(Peer&, int)> script)
    : listener_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t length = sizeof address;
  auto* generic = reinterpret_cast<sockaddr*>(&address);
  if (bind(listener_, generic, sizeof address) != 0 || listen(listener_, 16) != 0 ||
      getsockname(listener_, generic, &length) != 0) {
    throw std::runtime_error("cannot listen on 127.0.0.1");
  }
  port_ = ntohs(address.sin_port);
  thread_ = std::thread([this, script = std::move(script)] {
    for (;;) {
      const int fd = accept(listener_, nullptr, nullptr);
      if (fd < 0) return;
      const timeval patience{10, 0};
      setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
      open_ = fd;
      Peer peer(fd);
      script(peer, connections_++);
      open_ = -1;
      close(fd);
    }
  });
}

ScriptedServer::~ScriptedServer() {
  shutdown(listener_, SHUT_RDWR);
  if (const int fd = open_; fd >= 0) shutdown(fd, SHUT_RDWR);
  thread_.join();
  close(listener_);
}

}  // namespace fieldgate::test
