// Entrance: waiting for receipts while an answer does, and for the time while something will fall due.
#include "adapter/entrance.hpp"

namespace fieldgate::adapter {

Entrance::Entrance(const Context& context, const device::SourceOptions& options, std::optional<Duration> remember)
    : reactor_(context.reactor),
      devices_(context.devices),
      source_(context.devices.add_source(context.name, options, remember)),
      recorder_(context.recorder),
      due_(context.reactor.io()) {}

void Entrance::gone(protocol::Peer& peer, std::string_view why) {
  if (peer.kept) devices_.gone(peer, why, Instant::now());
}

void Entrance::recorded(const protocol::FrameRecord& record) {
  protocol::FrameRecord whole = record;
  whole.adapter = source_.adapter;
  recorder_.record(whole);
}

void Entrance::connect(router::Inlet* const& inlet, protocol::Framed& protocol) {
  inlet_ = &inlet;
  protocol_ = &protocol;
  source_.protocol = &protocol;
}

void Entrance::hurry(After after) {
  (*inlet_)->hurry(after);
  if (!std::exchange(settling_, true)) reactor_.spawn(settle());
}

Awaitable<> Entrance::settle() {
  // Settled first: until this runs, the event may have been notified.
  while (true) {
    while (protocol_->settled()) co_await asio::post(reactor_.io(), use_awaitable);
    if (!protocol_->answers_wait()) break;
    co_await (*inlet_)->settled().wait();
  }
  settling_ = false;
}

void Entrance::due_changed() {
  if (stopped_) return;
  if (!std::exchange(keeping_time_, true)) {
    reactor_.spawn(keep_time());
  } else {
    due_.cancel();
  }
}

void Entrance::stop() {
  stopped_ = true;
  due_.cancel();
}

/// One timer for all that falls due on all connections.
Awaitable<> Entrance::keep_time() {
  error_code ignored;
  while (!stopped_) {
    const auto due = protocol_->due();
    if (!due) break;
    const Instant now = Instant::now();
    if (*due > now.steady) {
      due_.expires_at(*due);
      co_await due_.async_wait(into(ignored));
    } else if (protocol_->tick(now)) {
      co_await asio::post(reactor_.io(), use_awaitable);
    }
  }
  keeping_time_ = false;
}

}  // namespace fieldgate::adapter
