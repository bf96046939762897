// StreamServer: taking connections in: accepted within limits, or dialled.
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

#include "adapter/stream_connection.hpp"

namespace fieldgate::adapter {

using std::chrono::steady_clock;

namespace {

/// How long to leave the kernel's queue alone when no descriptor is left (a listener that retries at once spins).
constexpr Duration descriptor_pause = std::chrono::milliseconds(100);

}  // namespace

Result<void> StreamServer::listen() {
  auto listening = transport::listen(reactor_.io(), options_.listen, {options_.reuse_port, options_.backlog, 0});
  if (!listening) return listening.error();
  acceptor_.emplace(std::move(*listening));
  reserve_fd_ = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
  reactor_.spawn(accept());
  log_.info("listening at {}", options_.listen.text());
  return {};
}

Awaitable<> StreamServer::accept() {
  asio::generic::stream_protocol::endpoint peer;
  while (!stopping_) {
    transport::StreamSocket socket(reactor_.io());
    error_code failed;
    co_await acceptor_->async_accept(socket, peer, into(failed));
    if (stopping_) co_return;
    if (failed == asio::error::no_descriptors || failed.value() == ENFILE) {
      co_await refuse_for_want_of_descriptors();
      continue;
    }
    if (failed) continue;  // the peer left before it was accepted
    admit(std::move(socket), peer);
    if (options_.limits.accept_rate) co_await slow_down();
    while (tls_.context != nullptr && handshakes_ >= options_.limits.handshakes && !stopping_)
      co_await handshake_done_.wait();
  }
}

Awaitable<> StreamServer::slow_down() {
  const double rate = options_.limits.accept_rate->per_second;
  const auto now = steady_clock::now();
  const double earned = std::chrono::duration<double>(now - accept_refilled_).count() * rate;
  accept_refilled_ = now;
  accept_tokens_ = std::min(std::max(1.0, rate), accept_tokens_ + earned) - 1;
  if (accept_tokens_ < 0)
    co_await reactor::sleep(
        std::chrono::duration_cast<Duration>(std::chrono::duration<double>(-accept_tokens_ / rate)));
}

Awaitable<> StreamServer::refuse_for_want_of_descriptors() {
  // With the descriptor kept for this, the connection can at least be taken and closed, so that its peer knows.
  ::close(std::exchange(reserve_fd_, -1));
  const int refused = ::accept4(acceptor_->native_handle(), nullptr, nullptr, SOCK_CLOEXEC);
  if (refused >= 0) ::close(refused);
  reserve_fd_ = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
  counters_.rejected.count("descriptors");
  log_.limited(telemetry::Level::error, "descriptors",
               "connections are refused: no file descriptor is left; raise LimitNOFILE= of the service, or lower "
               "limits.connections");
  co_await reactor::sleep(descriptor_pause);
}

std::string_view StreamServer::refusal(const asio::ip::address* ip) const {
  if (connections_.size() >= options_.limits.connections) return "connections";
  if (ip == nullptr) return {};
  if (!allowed(options_.limits.allow, *ip)) return "allow";
  if (!options_.limits.per_ip) return {};
  const auto known = by_ip_.find(ip->to_string());
  return known != by_ip_.end() && known->second >= *options_.limits.per_ip ? "per_ip" : "";
}

void StreamServer::admit(transport::StreamSocket socket, const asio::generic::stream_protocol::endpoint& peer) {
  asio::ip::address ip;
  std::uint16_t port = 0;
  const bool internet = transport::peer_of(peer.data(), peer.size(), ip, port);
  const std::string_view limit = refusal(internet ? &ip : nullptr);
  if (!limit.empty()) {
    counters_.rejected.count(limit);
    log_.limited(telemetry::Level::warn, limit, "refused {}: limits.{} forbids it",
                 internet ? ip.to_string() : "a local peer", limit);
    return;
  }
  const auto self = take_in(std::move(socket), nullptr);
  if (options_.limits.per_ip && internet) {
    self->counted_by_ip = true;
    ++by_ip_[self->origin.peer_ip];
  }
  reactor_.spawn(serve(self));
}

Awaitable<> StreamServer::serve(transport::StreamSocket& socket, const DialOptions::Target& target) {
  co_await serve(take_in(std::move(socket), &target));
}

StreamServer::Connections::iterator StreamServer::take_in(transport::StreamSocket socket,
                                                          const DialOptions::Target* target) {
  error_code ignored;
  const auto peer = socket.remote_endpoint(ignored);
  asio::ip::address ip;
  std::uint16_t port = 0;
  const bool internet = transport::peer_of(peer.data(), peer.size(), ip, port);
  if (internet) {
    transport::set_keepalive(socket.native_handle(), options_.limits.keepalive);
    transport::set_no_delay(socket.native_handle());
  }
  const auto self = connections_.emplace(connections_.end(), *this, std::move(socket));
  Connection& connection = *self;
  connection.origin.adapter = name_;
  if (internet) connection.origin.peer_ip = ip.to_string();
  connection.origin.peer_port = port;
  connection.target = target;
  if (target != nullptr) connection.origin.peer_name = target->name;
  connection.last_byte = connection.progress = steady_clock::now();
  connection.protocol = protocol_.connection();
  if (tls_.context == nullptr) connection.protocol->connection_made(connection, connection.origin);
  ++counters_.connections;
  ++counters_.connections_total;
  if (!std::exchange(sweeping_, true)) reactor_.spawn(sweep());
  return self;
}

}  // namespace fieldgate::adapter
