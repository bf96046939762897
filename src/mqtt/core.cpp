// Core: the coroutine that keeps a client connected.
#include "mqtt/core.hpp"

#include <algorithm>
#include <limits>

#include <fmt/format.h>

#include "mqtt/reason.hpp"
#include "reactor/backoff.hpp"

namespace fieldgate::mqtt {
namespace {

using namespace std::chrono_literals;

// A connection that ended sooner is a failure: of a broker that lets in and throws out, or of a name used twice.
constexpr auto stable_after = 10s;
// How late Paho may notice a new socket: its thread sleeps on the old ones. Not the broker's fault, so not on its
// account.
constexpr auto paho_lag = 1500ms;
constexpr std::size_t max_addresses = 4;
constexpr int version_5 = 5;
constexpr int version_3_1_1 = 4;

std::uint32_t whole_seconds(Duration duration) {
  const auto seconds = std::chrono::ceil<std::chrono::seconds>(duration).count();
  return static_cast<std::uint32_t>(std::clamp<std::int64_t>(seconds, 0, std::numeric_limits<std::uint32_t>::max()));
}

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
  reactor::Backoff backoff(options_.reconnect_initial, options_.reconnect_max);
  while (!stopping_) {
    if (held) {
      co_await wait_until(Clock::time_point::max());
      continue;
    }
    const bool was_stable = co_await round();
    if (was_stable) backoff.reset();
    if (leaving()) continue;
    const Duration pause = backoff.next(reactor::random_number());
    log_.limited(telemetry::Level::warn, "connection", "{}; next attempt in {:.1f} s", text_, seconds(pause));
    const auto until = Clock::now() + pause;
    while (!leaving() && Clock::now() < until) co_await wait_until(until);
  }
  running_ = false;
  finished_.cancel();
}

/// Tries the servers in order, and stays with the first that lets us in until that connection ends. True if it was
/// stable.
Awaitable<bool> Client::Core::round() {
  for (std::size_t i = 0; i < options_.servers.size() && !leaving(); ++i) {
    co_await connect(i);
    if (!connected) {
      if (handler_ != nullptr && !leaving()) handler_->disconnected(text_);
      continue;
    }
    const auto since = Clock::now();
    text_.clear();
    log_.info("connected to {} (MQTT {})", where_, versions_[i] == version_5 ? "5" : "3.1.1");
    handler_->connected(session_present_);
    co_await stay();
    connected = false;
    const bool was_stable = Clock::now() - since >= stable_after;
    if (text_.empty()) fail(leaving() ? std::string("we ended the connection") : loss(was_stable));
    if (handler_ != nullptr) handler_->disconnected(text_);
    co_await close();
    co_return was_stable;
  }
  co_return false;
}

/// One server: each of its addresses, in the versions that it may speak, all within `connect_timeout`.
Awaitable<> Client::Core::connect(std::size_t index) {
  const Server& server = options_.servers[index];
  where_ = server.text();
  const auto deadline = Clock::now() + options_.connect_timeout;
  const std::vector<std::string> found = co_await addresses(server);
  for (const std::string& address : found) {
    int version = versions_[index] != 0                 ? versions_[index]
                  : options_.version == Version::v3_1_1 ? version_3_1_1
                                                        : version_5;
    for (;;) {
      if (leaving() || Clock::now() >= deadline) co_return;
      co_await attempt(server, address, version, deadline);
      if (connected) {
        versions_[index] = version;
        co_return;
      }
      co_await close();
      if (shorter_keepalive_) continue;
      versions_[index] = 0;
      if (!falls_back(version)) break;
      log_.info("{}: does not speak MQTT 5, trying 3.1.1", where_);
      version = version_3_1_1;
    }
    if (refusal_.code > 0) co_return;  // its other addresses would say the same
  }
}

std::string Client::Core::loss(bool was_stable) const {
  if (!farewell_.empty()) return farewell_;
  if (was_stable) return "the connection was lost";
  return fmt::format("the connection was lost soon after it began; does another client use the client_id '{}'?",
                     setup_.client_id);
}

bool Client::Core::falls_back(int version) const {
  const bool old_broker = is_version_refusal(refusal_.code) || refusal_.unanswered;
  return old_broker && version == version_5 && options_.version == Version::automatic;
}

// A lookup inside of Paho holds its process-wide lock, which stops all other clients: so Paho gets literals. With TLS
// it must have the name, to verify it; then at least one that cannot be found does not reach Paho.
Awaitable<std::vector<std::string>> Client::Core::addresses(const Server& server) {
  const auto found = co_await reactor_.resolve(server.host, options_.connect_timeout);
  std::vector<std::string> names;
  if (!found) {
    fail(found.error().text);
  } else if (server.tls) {
    names.push_back(server.host);
  } else {
    for (const auto& address : *found) {
      if (names.size() < max_addresses) names.push_back(address.to_string());
    }
  }
  co_return names;
}

Awaitable<> Client::Core::attempt(const Server& server, const std::string& address, int version,
                                  Clock::time_point deadline) {
  ++session_;
  answered_ = let_in_ = shorter_keepalive_ = false;
  refusal_ = {};
  farewell_.clear();
  worker->open(plan(server, address, version));
  deadline += paho_lag;
  while (!answered_ && !leaving() && Clock::now() < deadline) co_await wait_until(deadline);
  if (!answered_) {
    fail(fmt::format("no answer within {:.1f} s", seconds(options_.connect_timeout)));
  } else if (let_in_) {
    if (!connected) fail(loss(false));  // it was over before we came to look
  } else {
    fail(refusal_.code > 0 ? connect_refusal(refusal_.code) : refusal_.text);
  }
}

Plan Client::Core::plan(const Server& server, const std::string& address, int version) const {
  Plan plan;
  plan.session = session_;
  plan.server = server;
  plan.address = address;
  plan.version = version;
  plan.client_id = setup_.client_id;
  plan.clean_start = setup_.clean_start;
  plan.session_expiry_s = whole_seconds(setup_.session_expiry);
  plan.username = options_.username;
  plan.password = options_.password.reveal();
  plan.tls = options_.tls;
  plan.keepalive_s = static_cast<int>(keepalive_s_);
  plan.connect_timeout_s = static_cast<int>(whole_seconds(options_.connect_timeout)) + 5;  // ours comes first
  plan.will = setup_.will;
  plan.window = static_cast<int>(setup_.window);
  // Room for the topic and the properties, which count as well.
  plan.max_packet = static_cast<std::uint32_t>(setup_.max_message + 128 * 1024);
  return plan;
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
