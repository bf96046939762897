// StreamServer: the lives of its connections.
#include "adapter/stream_connection.hpp"

#include <unistd.h>

#include <algorithm>
#include <utility>

namespace fieldgate::adapter {

using std::chrono::steady_clock;

namespace {

/// Reads in a row on one connection before others get their turn.
constexpr int reads_per_turn = 4;

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
      pause_(reactor_.io()),
      handshake_done_(reactor_.io()),
      gathered_(reactor_.io()) {}

StreamServer::~StreamServer() {
  if (reserve_fd_ >= 0) ::close(reserve_fd_);
}

Result<void> StreamServer::start(router::Inlet* const& inlet, const StreamTls& tls) {
  entrance_.connect(inlet, protocol_);
  tls_ = tls;
  if (!options_.dials()) return listen();
  Dialler::Host& self = *this;
  dialler_.emplace(options_.dial, reactor_, log_, counters_, self);
  dialler_->start();
  return {};
}

void StreamServer::stop() {
  stopping_ = true;
  error_code ignored;
  if (acceptor_) acceptor_->close(ignored);
  if (dialler_) dialler_->stop();
  for (Connection& connection : connections_) connection.close();
  entrance_.stop();
  pause_.cancel();
  handshake_done_.notify();
  gathered_.notify();
}

Awaitable<> StreamServer::serve(Connections::iterator self) {
  Connection& connection = *self;
  error_code ignored;
  bool alive = true;
  bool look_again = true;  // at what was kept: the handshake, or a gate that closed, may have left whole frames in it
  if (tls_.context != nullptr) alive = co_await shake_hands(connection);
  while (true) {
    const bool over = !alive || connection.stream.closed();
    if (over) connection.close();
    if (over && !connection.sending()) break;
    const bool all_said = connection.ended && !look_again;
    const bool paused = !over && connection.paused();
    // One place to wait in: each more costs every idle connection some of its memory.
    if (over || paused || connection.protocol->full() || (all_said && connection.answers_due())) {
      if (paused) pause(connection);
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
      look_again = held_back(connection);
      if (alive && options_.gather.count() > 0) co_await next_gathering();
    }
  }
  end(self);
}

/// Whether nothing more is to be read of it for now.
bool StreamServer::held_back(const Connection& connection) const {
  return !entrance_.open() || connection.protocol->full() || connection.paused();
}

/// Sees to it that the connection is looked at again when its pause is over. One timer serves all of them.
void StreamServer::pause(Connection& connection) {
  const auto until = connection.protocol->paused_until();
  const bool sooner = paused_.empty() || until < paused_.begin()->first;
  paused_.emplace(until, &connection);
  if (!std::exchange(pausing_, true)) {
    reactor_.spawn(end_pauses());
  } else if (sooner) {
    pause_.cancel();
  }
}

Awaitable<> StreamServer::end_pauses() {
  error_code ignored;
  while (!paused_.empty() && !stopping_) {
    const auto first = *paused_.begin();
    if (first.first > steady_clock::now()) {
      pause_.expires_at(first.first);
      co_await pause_.async_wait(into(ignored));
    } else {
      paused_.erase(paused_.begin());
      first.second->wake();
    }
  }
  pausing_ = false;
}

Awaitable<bool> StreamServer::shake_hands(Connection& connection) {
  connection.handshaking = true;
  ++handshakes_;
  auto session = connection.target == nullptr
                     ? std::make_unique<transport::TlsSession>(tls_.context)
                     : std::make_unique<transport::TlsSession>(tls_.context, *tls_.outbound, connection.target->host());
  const auto shaken = co_await connection.stream.handshake(std::move(session));
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
    if (read.drained || held_back(connection)) break;
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
  paused_.erase({self->protocol->paused_until(), &*self});
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
  if (why == "keepalive") counters_.rejected.count(why);  // the system's probes found that nobody is there
  log_.debug("{}: the connection ended: {}", peer_text(connection.origin), why);
  connection.broken = true;
  connection.why = why;
}

/// The limit that the connection is over; empty if it is over none.
std::string_view StreamServer::overdue(Connection& connection, steady_clock::time_point now) const {
  const StreamLimits& limits = options_.limits;
  if (connection.handshaking) return now - connection.progress > limits.handshake ? "handshake" : "";
  if (connection.stuck_since(now - limits.keepalive)) return "keepalive";
  if (held_back(connection)) {
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
  const Duration shortest = std::min(
      {limits.idle, limits.keepalive, options_.protocol.frame_timeout, tls_.context ? limits.handshake : limits.idle});
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
