// StreamServer: the lives of a listener and of its connections.
#include "adapter/stream_connection.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

namespace fieldgate::adapter {

using std::chrono::steady_clock;

namespace {

/// Reads in a row on one connection before others get their turn.
constexpr int reads_per_turn = 4;

/// How long to leave the kernel's queue alone when no descriptor is left (a listener that retries at once spins).
constexpr Duration descriptor_pause = std::chrono::milliseconds(100);

}  // namespace

StreamServer::StreamServer(const StreamOptions& options, const Context& context)
    : options_(options),
      reactor_(context.reactor),
      log_(context.log),
      counters_(context.metrics, context.name),
      entrance_(context, options_.source),
      protocol_(options_.protocol, context.environment, context.paths, counters_, context.log, entrance_,
                {options_.limits.write_queue, options_.limits.identify_within}),
      name_(context.name),
      handshake_done_(reactor_.io()),
      gathered_(reactor_.io()) {}

StreamServer::~StreamServer() {
  if (reserve_fd_ >= 0) ::close(reserve_fd_);
}

Result<void> StreamServer::start(router::Inlet* const& inlet, SSL_CTX* tls) {
  entrance_.connect(inlet, protocol_);
  tls_ = tls;
  auto listening = transport::listen(reactor_.io(), options_.listen, {options_.reuse_port, options_.backlog, 0});
  if (!listening) return listening.error();
  acceptor_.emplace(std::move(*listening));
  reserve_fd_ = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
  reactor_.spawn(accept());
  log_.info("listening at {}", options_.listen.text());
  return {};
}

void StreamServer::stop() {
  stopping_ = true;
  error_code ignored;
  if (acceptor_) acceptor_->close(ignored);
  for (Connection& connection : connections_) connection.close();
  entrance_.stop();
  handshake_done_.notify();
  gathered_.notify();
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
    while (tls_ != nullptr && handshakes_ >= options_.limits.handshakes && !stopping_) co_await handshake_done_.wait();
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
  if (internet) {
    transport::set_keepalive(socket.native_handle(), options_.limits.keepalive);
    transport::set_no_delay(socket.native_handle());
  }
  const auto self = connections_.emplace(connections_.end(), *this, std::move(socket));
  Connection& connection = *self;
  connection.origin.adapter = name_;
  if (internet) connection.origin.peer_ip = ip.to_string();
  connection.origin.peer_port = port;
  if (options_.limits.per_ip && internet) {
    connection.counted_by_ip = true;
    ++by_ip_[connection.origin.peer_ip];
  }
  connection.last_byte = connection.progress = steady_clock::now();
  connection.protocol = protocol_.connection();
  if (tls_ == nullptr) connection.protocol->connection_made(connection, connection.origin);
  ++counters_.connections;
  ++counters_.connections_total;
  reactor_.spawn(serve(self));
  if (!std::exchange(sweeping_, true)) reactor_.spawn(sweep());
}

Awaitable<> StreamServer::serve(Connections::iterator self) {
  Connection& connection = *self;
  error_code ignored;
  bool alive = true;
  bool look_again = true;  // at what was kept: the handshake, or a gate that closed, may have left whole frames in it
  if (tls_ != nullptr) alive = co_await shake_hands(connection);
  while (true) {
    const bool over = !alive || connection.stream.closed();
    if (over) connection.close();
    if (over && !connection.sending()) break;
    const bool all_said = connection.ended && !look_again;
    // One place to wait in: each more costs every idle connection some of its memory.
    if (over || connection.protocol->full() || (all_said && connection.answers_due())) {
      co_await connection.moved();
      look_again = true;
    } else if (!entrance_.open()) {
      co_await entrance_.opened();
      look_again = true;
    } else if (std::exchange(look_again, false)) {
      const Bytes kept = connection.stream.kept();
      if (!kept.empty()) alive = take(connection, kept, 0, Instant::now());
    } else if (connection.ended) {
      alive = false;
    } else {
      co_await connection.stream.readable(ignored);
      alive = !connection.stream.closed() && read_turn(connection);
      look_again = !entrance_.open() || connection.protocol->full();
      if (alive && options_.gather.count() > 0) co_await next_gathering();
    }
  }
  end(self);
}

Awaitable<bool> StreamServer::shake_hands(Connection& connection) {
  connection.handshaking = true;
  ++handshakes_;
  const auto shaken = co_await connection.stream.handshake(tls_);
  connection.handshaking = false;
  --handshakes_;
  handshake_done_.notify();
  if (shaken) {
    connection.origin.tls_common_name = connection.stream.tls()->common_name();
    connection.origin.tls_alternative_name = connection.stream.tls()->alternative_name();
    connection.protocol->connection_made(connection, connection.origin);  // nothing may be said before
    co_return true;
  }
  if (!connection.stream.closed()) {  // else the sweep has said it
    counters_.rejected.count(shaken.error().reason);
    log_.limited(telemetry::Level::warn, shaken.error().reason, "{}: TLS handshake failed: {}",
                 peer_text(connection.origin), shaken.error().text);
  }
  co_return false;
}

bool StreamServer::read_turn(Connection& connection) {
  const Instant now = Instant::now();
  for (int turn = 0; turn < reads_per_turn; ++turn) {
    const auto read = connection.stream.read();
    if (!read.bytes.empty() && !take(connection, read.bytes, read.fresh, now)) return false;
    if (read.ended) {
      connection.ended = true;
      if (!read.why.empty()) give_up(connection, read.why);
      break;
    }
    if (read.drained || !entrance_.open() || connection.protocol->full()) break;
  }
  connection.send_rest();  // TLS may have had to say something
  return true;
}

bool StreamServer::take(Connection& connection, Bytes bytes, std::size_t fresh, const Instant& now, bool stalled) {
  if (fresh > 0) {
    counters_.bytes += fresh;
    connection.last_byte = now.steady;
  }
  std::string_view lost;
  protocol::Protocol& protocol = *connection.protocol;
  const std::size_t used = stalled ? protocol.stalled(bytes, connection.origin, now, lost)
                                   : protocol.data_received(bytes, connection.origin, now, lost);
  if (connection.stream.closed()) return false;
  if (used > 0 || fresh == bytes.size()) connection.progress = now.steady;
  if (!lost.empty()) {  // the protocol has said what was wrong
    connection.close(lost);
    return false;
  }
  connection.stream.keep(bytes, used);
  return true;
}

void StreamServer::end(Connections::iterator self) {
  if (self->ended && !self->stream.kept().empty()) counters_.errors.count("incomplete");
  self->protocol->connection_lost(self->why);
  if (self->counted_by_ip && --by_ip_[self->origin.peer_ip] == 0) by_ip_.erase(self->origin.peer_ip);
  connections_.erase(self);
  --counters_.connections;
}

void StreamServer::close(Connection& connection, std::string_view limit) {
  counters_.rejected.count(limit);
  log_.limited(telemetry::Level::warn, limit, "{}: closed: limits.{} was reached", peer_text(connection.origin), limit);
  connection.why = limit;
  connection.close();
}

/// Ends it by its limit, or, where the peer is gone, sends it nothing more: what it has sent is still to be taken.
void StreamServer::give_up(Connection& connection, std::string_view why) {
  if (why == "write_queue") return close(connection, why);
  log_.debug("{}: the connection ended: {}", peer_text(connection.origin), why);
  connection.broken = true;
  connection.why = why;
}

/// The limit that the connection is over; empty if it is over none.
std::string_view StreamServer::overdue(Connection& connection, steady_clock::time_point now) const {
  const StreamLimits& limits = options_.limits;
  if (connection.handshaking) return now - connection.progress > limits.handshake ? "handshake" : "";
  if (connection.stuck_since(now - limits.keepalive)) return "keepalive";
  if (!entrance_.open() || connection.protocol->full()) {
    connection.last_byte = connection.progress = now;  // it is us who do not read
    return {};
  }
  const bool begun = !connection.ended && !connection.stream.kept().empty();
  if (begun && now - connection.progress > options_.protocol.frame_timeout) return "frame_timeout";
  return now - connection.last_byte > limits.idle ? "idle" : "";
}

Awaitable<> StreamServer::sweep() {
  // One timer for all connections: one for each read costs three times the CPU.
  const StreamLimits& limits = options_.limits;
  const Duration shortest =
      std::min({limits.idle, limits.keepalive, options_.protocol.frame_timeout, tls_ ? limits.handshake : limits.idle});
  const Duration period = std::clamp<Duration>(shortest / 4, std::chrono::milliseconds(10), std::chrono::seconds(30));
  while (!connections_.empty() && !stopping_) {
    co_await reactor::sleep(period);
    const auto now = steady_clock::now();
    for (Connection& connection : connections_) {
      if (connection.stream.closed()) continue;
      const std::string_view limit = overdue(connection, now);
      if (limit == "frame_timeout") {  // what is given up of it, the protocol knows
        take(connection, connection.stream.kept(), 0, Instant::now(), true);
        connection.progress = now;
      } else if (!limit.empty()) {
        close(connection, limit);
      }
    }
  }
  sweeping_ = false;
}

Awaitable<> StreamServer::next_gathering() {
  // One timer serves all connections that wait; whoever comes first runs it.
  if (gathering_) {
    co_await gathered_.wait();
    co_return;
  }
  gathering_ = true;
  co_await reactor::sleep(options_.gather);
  gathering_ = false;
  gathered_.notify();
}

}  // namespace fieldgate::adapter
