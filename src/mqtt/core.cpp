// Core: the coroutine that keeps a client connected.
#include "mqtt/core.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "mqtt/reason.hpp"

namespace fieldgate::mqtt {
namespace {

using namespace std::chrono_literals;

// A connection that ended sooner is a failure: of a broker that lets in and throws out, or of a name used twice.
constexpr auto stable_after = 10s;
// One that ended so soon after it began was ended by the broker, which is there.
constexpr auto kicked_within = 1s;
constexpr int session_taken_over = 0x8e;

double seconds(Duration duration) { return std::chrono::duration<double>(duration).count(); }

}  // namespace

Client::Core::Core(reactor::Reactor& reactor, Options options, Setup setup, telemetry::Log log, Handler& handler)
    : mailbox(std::make_shared<Mailbox>(reactor.io(), setup.window, setup.inbox_limit, setup.max_message)),
      reactor_(reactor),
      options_(std::move(options)),
      setup_(std::move(setup)),
      log_(std::move(log)),
      handler_(&handler),
      changed_(reactor.io()),
      finished_(reactor.io()),
      password_(options_.password),
      versions_(options_.servers.size()),
      keepalive_s_(whole_seconds(options_.keepalive)) {
  prepare_process();
}

void Client::Core::start() {
  running_ = true;
  mailbox->open([this] { drain(); });
  worker = std::make_unique<Worker>(mailbox);
  reactor_.spawn(life(shared_from_this()));
}

void Client::Core::abandon() {
  handler_ = nullptr;
  stopping_ = true;
  connected = false;
  mailbox->close();
  worker.reset();
  changed();
}

Awaitable<> Client::Core::stop(std::shared_ptr<Core> self, Duration deadline) {
  self->stopping_ = true;
  self->connected = false;
  self->changed();
  error_code ignored;
  self->finished_.expires_after(deadline);
  if (self->running_) co_await self->finished_.async_wait(into(ignored));
}

void Client::Core::publish(std::shared_ptr<Bundle> bundle) {
  if (bundle->empty() || !connected) {
    for (Bundle::Item& item : bundle->items_) item.outcome = Bundle::lost;
    bundle->settled_ = true;
    return;
  }
  mailbox->publish(std::move(bundle));
  if (watching_) return;
  watching_ = true;
  changed();
}

void Client::Core::hold(bool want) {
  held = want;
  if (held) connected = false;
  changed();
}

Awaitable<> Client::Core::wait_until(Clock::time_point time) {
  error_code ignored;
  changed_.expires_at(time);
  co_await changed_.async_wait(into(ignored));
}

Awaitable<> Client::Core::life(std::shared_ptr<Core>) {
  Patience patience(options_.reconnect_initial, options_.reconnect_max);
  while (!stopping_) {
    if (held) {
      co_await wait_until(Clock::time_point::max());
      continue;
    }
    const Ending ending = co_await round();
    if (leaving()) continue;
    if (ending == Ending::refused) co_await read_password_again();
    const Duration pause = patience.next(ending, reactor::random_number());
    tell(ending, pause);
    const auto until = Clock::now() + pause;
    while (!leaving() && Clock::now() < until) co_await wait_until(until);
  }
  running_ = false;
  finished_.cancel();
}

void Client::Core::tell(Ending ending, Duration pause) {
  const bool serious = ending == Ending::refused || ending == Ending::taken_over;
  const std::string key = ending == Ending::refused      ? fmt::format("refused {:#04x}", refusal_.code)
                          : ending == Ending::taken_over ? "taken over"
                                                         : "connection";
  log_.limited(serious ? telemetry::Level::error : telemetry::Level::warn, key, "{}; next attempt in {:.1f} s", text_,
               seconds(pause));
}

/// A file that the password came from may hold another by now.
Awaitable<> Client::Core::read_password_again() {
  if (!password_.has_source()) co_return;
  const auto fresh = std::make_shared<config::Secret>(password_);
  std::function<void()> job = [fresh] {
    if (auto again = fresh->read_again()) *fresh = *again;
  };
  co_await reactor_.blocking(std::move(job));
  password_ = *fresh;
}

/// Tries the servers in order, and stays with the first that lets us in until that connection ends.
Awaitable<Ending> Client::Core::round() {
  Ending ending = Ending::unstable;
  for (std::size_t i = 0; i < options_.servers.size() && !leaving(); ++i) {
    co_await connect(i);
    if (!connected) {
      ending = ending_of(Clock::duration::zero());
      if (handler_ != nullptr && !leaving()) handler_->disconnected(text_);
      continue;
    }
    const auto since = Clock::now();
    text_.clear();
    log_.info("connected to {} (MQTT {})", where_, versions_[i] == version_5 ? "5" : "3.1.1");
    handler_->connected(session_present_);
    co_await stay();
    connected = false;
    const auto lasted = Clock::now() - since;
    // Where we ended it ourselves, for a broker that acknowledges nothing, nobody threw us out.
    ending = text_.empty() ? ending_of(lasted) : lasted >= stable_after ? Ending::stable : Ending::unstable;
    if (text_.empty()) fail(leaving() ? std::string("we ended the connection") : loss(lasted >= stable_after));
    if (handler_ != nullptr) handler_->disconnected(text_);
    co_await close();
    break;
  }
  if (ending == Ending::taken_over && !leaving())
    count("fieldgate_mqtt_takeovers_total", "Connections lost to another client of the same client_id.");
  co_return ending;
}

Ending Client::Core::ending_of(Clock::duration lasted) {
  const bool thrown_out = let_in_ && farewell_.empty() && lasted < kicked_within;
  kicks_ = thrown_out ? kicks_ + 1 : 0;
  // Once may be a broker that goes down.
  if (let_in_ && (farewell_code_ == session_taken_over || kicks_ > 1)) return Ending::taken_over;
  if (let_in_) return lasted >= stable_after ? Ending::stable : Ending::unstable;
  return is_credential_refusal(refusal_.code) ? Ending::refused : Ending::unstable;
}

void Client::Core::count(std::string_view name, std::string_view help, int code) {
  if (setup_.metrics == nullptr) return;
  telemetry::Labels labels{{"component", log_.component()}};
  if (code >= 0) labels.emplace_back("code", fmt::format("{:#04x}", code));
  ++setup_.metrics->counter(name, labels, help);
}

std::string Client::Core::loss(bool was_stable) const {
  if (!farewell_.empty()) return farewell_;
  if (was_stable) return "the connection was lost";
  return fmt::format("the connection was lost soon after it began; does another client use the client_id '{}'?",
                     setup_.client_id);
}

/// While the connection stands. A broker that takes publications and acknowledges none is left.
Awaitable<> Client::Core::stay() {
  const auto tick = setup_.progress_timeout / 4;
  std::uint64_t progress = 0;
  Clock::time_point since = Clock::now();
  bool was_watching = false;
  while (connected && !leaving()) {
    if (!watching_) {
      was_watching = false;
      co_await wait_until(Clock::time_point::max());
      continue;
    }
    const std::uint64_t now_at = mailbox->progress();
    if (!was_watching || now_at != progress) since = Clock::now();
    was_watching = true;
    progress = now_at;
    if (Clock::now() - since >= setup_.progress_timeout) {
      fail(fmt::format("the broker has acknowledged nothing for {:.0f} s", seconds(setup_.progress_timeout)));
      co_return;
    }
    co_await wait_until(Clock::now() + tick);
    if (!mailbox->outstanding()) watching_ = false;
  }
}

Awaitable<> Client::Core::close() {
  if (!worker) co_return;
  closed_ = false;
  worker->close();
  while (worker && !closed_) co_await wait_until(Clock::time_point::max());
}

}  // namespace fieldgate::mqtt
