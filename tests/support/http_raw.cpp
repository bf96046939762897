// raw_exchange: one blocking socket.
#include "support/http_raw.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>

namespace fieldgate::test {

std::string raw_exchange(std::uint16_t port, std::string_view text, int patience_ms) {
  const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  std::string received;
  if (::connect(socket, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) received = "<refused>";
  while (!text.empty() && received.empty()) {
    const ssize_t sent = ::send(socket, text.data(), text.size(), MSG_NOSIGNAL);
    if (sent <= 0) break;
    text.remove_prefix(static_cast<std::size_t>(sent));
  }
  for (;;) {
    pollfd wait{socket, POLLIN, 0};
    if (::poll(&wait, 1, patience_ms) <= 0) break;
    std::array<char, 4096> part{};
    const ssize_t got = ::recv(socket, part.data(), part.size(), 0);
    if (got <= 0) {
      received += "<closed>";
      break;
    }
    received.append(part.data(), static_cast<std::size_t>(got));
  }
  ::close(socket);
  return received;
}

}  // namespace fieldgate::test
