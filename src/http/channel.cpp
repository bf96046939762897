// Channel: each call goes to the socket, or to TLS upon it.
#include "http/channel.hpp"

#include <algorithm>
#include <array>
#include <cstring>

#include <boost/asio/ip/network_v6.hpp>

namespace fieldgate::http {

namespace {

using AnyEndpoint = asio::generic::stream_protocol::endpoint;

asio::ip::tcp::endpoint ip_of(const AnyEndpoint& endpoint) {
  asio::ip::tcp::endpoint ip;
  std::memcpy(ip.data(), endpoint.data(), std::min(ip.capacity(), endpoint.size()));
  return ip;
}

bool is_ip(const AnyEndpoint& endpoint) {
  return endpoint.protocol().family() == AF_INET || endpoint.protocol().family() == AF_INET6;
}

}  // namespace

std::string address_of(const AnyEndpoint& endpoint) {
  return is_ip(endpoint) ? ip_of(endpoint).address().to_string() : std::string();
}

std::string network_of(const AnyEndpoint& endpoint) {
  if (!is_ip(endpoint)) return {};
  const asio::ip::address address = ip_of(endpoint).address();
  if (address.is_v4()) return address.to_string();
  return asio::ip::network_v6(address.to_v6(), 64).canonical().to_string();
}

Channel::Channel(AnySocket& socket, asio::ssl::context* context) : socket_(socket) {
  if (context != nullptr) tls_.emplace(socket_, *context);
}

Awaitable<> Channel::shake_hands(error_code& ec) {
  if (tls_) co_await tls_->async_handshake(asio::ssl::stream_base::server, into(ec));
}

// Not as conditional expressions: GCC 12 awaits both sides of those.

Awaitable<std::size_t> Channel::read(asio::mutable_buffer bytes, error_code& ec) {
  if (tls_) co_return co_await tls_->async_read_some(bytes, into(ec));
  co_return co_await socket_.async_read_some(bytes, into(ec));
}

Awaitable<> Channel::write(std::string_view bytes, error_code& ec) {
  if (tls_) {
    co_await asio::async_write(*tls_, asio::buffer(bytes), into(ec));
  } else {
    co_await asio::async_write(socket_, asio::buffer(bytes), into(ec));
  }
}

Awaitable<> Channel::close_gently() {
  error_code ec;
  if (tls_) co_await tls_->async_shutdown(into(ec));
  ec = {};
  socket_.shutdown(asio::socket_base::shutdown_send, ec);
  std::array<char, 4096> rest{};
  std::size_t budget = 64 * 1024;
  while (!ec && budget > 0) {
    const std::size_t got = co_await socket_.async_read_some(asio::buffer(rest), into(ec));
    budget -= std::min(budget, got);
  }
}

}  // namespace fieldgate::http
