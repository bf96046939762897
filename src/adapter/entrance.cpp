// Entrance: waiting for receipts, but only while an answer does.
#include "adapter/entrance.hpp"

namespace fieldgate::adapter {

void Entrance::connect(router::Inlet* const& inlet, protocol::Framed& protocol) {
  inlet_ = &inlet;
  protocol_ = &protocol;
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

}  // namespace fieldgate::adapter
