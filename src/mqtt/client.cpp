// Client: what it shows, and what it takes out of the mailbox.
#include "mqtt/client.hpp"

#include <algorithm>

#include "mqtt/core.hpp"
#include "mqtt/reason.hpp"

namespace fieldgate::mqtt {
namespace {

// Messages taken in one turn, so that a flood leaves others their turns.
constexpr int messages_a_turn = 256;

}  // namespace

void Client::Core::drain() {
  const auto self = shared_from_this();
  mailbox->take(arrived_);
  for (const Event& event : arrived_.events) handle(event);
  for (const auto& bundle : arrived_.settled) bundle->settled_ = true;
  if (handler_ != nullptr && !arrived_.settled.empty()) handler_->settled();
  if (handler_ != nullptr && arrived_.dropped + arrived_.too_large > 0)
    handler_->dropped(arrived_.dropped, arrived_.too_large);
  arrived_.events.clear();
  arrived_.settled.clear();
  arrived_.dropped = arrived_.too_large = 0;
  take_messages();
}

void Client::Core::handle(const Event& event) {
  if (event.kind == Event::Kind::closed) {
    closed_ = true;
    return changed();
  }
  if (event.kind == Event::Kind::pressure) {
    if (handler_ != nullptr) handler_->pressure();
    return;
  }
  if (event.session != session_) return;
  switch (event.kind) {
    case Event::Kind::connected:
      answered_ = let_in_ = true;
      shorter_keepalive_ = event.max_keepalive_s < keepalive_s_;
      connected = !leaving() && !shorter_keepalive_;
      session_present_ = event.session_present;
      broker = {event.max_packet, event.max_qos, event.retain_available};
      mailbox->limit(event.receive_maximum);
      keepalive_s_ = std::min(keepalive_s_, event.max_keepalive_s);
      break;
    case Event::Kind::refused:
      answered_ = true;
      refusal_ = event;
      break;
    case Event::Kind::farewell:
      farewell_ = disconnect_reason(event.code);
      farewell_code_ = event.code;
      connected = false;
      break;
    case Event::Kind::lost:
      connected = false;
      break;
    case Event::Kind::subscribed:
      if (handler_ != nullptr) handler_->subscribed(event.index, event.code);
      return;
    default:
      return;
  }
  changed();
}

void Client::Core::take_messages() {
  if (paused) return;
  const Instant now = Instant::now();
  for (int taken = 0; taken < messages_a_turn; ++taken) {
    if (paused || handler_ == nullptr) return;
    if (inbox_.empty()) mailbox->take(inbox_);
    if (inbox_.empty()) return;
    paused = !handler_->message(inbox_.front(properties_), now);
    inbox_.pop();
  }
  if (continuing_) return;
  continuing_ = true;
  asio::post(reactor_.io(), [self = shared_from_this()] {
    self->continuing_ = false;
    self->take_messages();
  });
}

Client::Client(reactor::Reactor& reactor, Options options, Setup setup, telemetry::Log log, Handler& handler)
    : core_(std::make_shared<Core>(reactor, std::move(options), std::move(setup), std::move(log), handler)) {}

Client::~Client() { core_->abandon(); }

void Client::start() { core_->start(); }
bool Client::connected() const { return core_->connected; }
std::size_t Client::max_packet() const { return core_->broker.max_packet; }
int Client::possible_qos(int wanted) const { return std::min(wanted, core_->broker.max_qos); }
bool Client::possible_retain(bool wanted) const { return wanted && core_->broker.retain_available; }
void Client::publish(std::shared_ptr<Bundle> bundle) { core_->publish(std::move(bundle)); }

void Client::subscribe(std::size_t index, Subscription subscription, bool want_retained) {
  if (core_->worker) core_->worker->subscribe(index, std::move(subscription), want_retained);
}

void Client::hold() { core_->hold(true); }
void Client::release() { core_->hold(false); }
bool Client::held() const { return core_->held; }

void Client::resume() {
  core_->paused = false;
  core_->take_messages();
}

std::size_t Client::waiting() const { return core_->waiting(); }
Awaitable<> Client::stop(Duration deadline) { return Core::stop(core_, deadline); }

}  // namespace fieldgate::mqtt
