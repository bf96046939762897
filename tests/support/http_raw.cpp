// RawClient, raw_exchange: one blocking socket.
#include "support/http_raw.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>

namespace fieldgate::test {

RawClient::RawClient(std::uint16_t port) : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  connected_ = ::connect(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
}

RawClient::~RawClient() { ::close(socket_); }

void RawClient::send(std::string_view text) const {
  while (!text.empty()) {
    const ssize_t sent = ::send(socket_, text.data(), text.size(), MSG_NOSIGNAL);
    if (sent <= 0) return;
    text.remove_prefix(static_cast<std::size_t>(sent));
  }
}

std::string RawClient::receive(int patience_ms) const {
  pollfd wait{socket_, POLLIN, 0};
  if (::poll(&wait, 1, patience_ms) <= 0) return {};
  std::array<char, 4096> part{};
  const ssize_t got = ::recv(socket_, part.data(), part.size(), 0);
  return got <= 0 ? std::string(closed) : std::string(part.data(), static_cast<std::size_t>(got));
}

std::string raw_exchange(std::uint16_t port, std::string_view text, int patience_ms) {
  const RawClient client(port);
  if (!client.connected()) return "<refused>" + std::string(RawClient::closed);
  client.send(text);
  std::string received;
  for (;;) {
    const std::string part = client.receive(patience_ms);
    received += part;
    if (part.empty() || part == RawClient::closed) return received;
  }
}

}  // namespace fieldgate::test
