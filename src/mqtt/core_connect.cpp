// Core: one attempt to connect, and who is asked for it.
#include <algorithm>
#include <limits>

#include <fmt/format.h>

#include "mqtt/core.hpp"
#include "mqtt/reason.hpp"

namespace fieldgate::mqtt {
namespace {

using namespace std::chrono_literals;

// How late Paho may notice a new socket: its thread sleeps on the old ones. Not the broker's fault, so not on its
// account.
constexpr auto paho_lag = 1500ms;
constexpr std::size_t max_addresses = 4;

}  // namespace

std::uint32_t whole_seconds(Duration duration) {
  const auto seconds = std::chrono::ceil<std::chrono::seconds>(duration).count();
  return static_cast<std::uint32_t>(std::clamp<std::int64_t>(seconds, 0, std::numeric_limits<std::uint32_t>::max()));
}

/// One server: each of its addresses, in the versions that it may speak, all within `connect_timeout`.
Awaitable<> Client::Core::connect(std::size_t index) {
  const Server& server = options_.servers[index];
  where_ = server.text();
  let_in_ = false;
  refusal_ = {};
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
  farewell_code_ = 0;
  worker->open(plan(server, address, version));
  deadline += paho_lag;
  while (!answered_ && !leaving() && Clock::now() < deadline) co_await wait_until(deadline);
  if (!answered_) {
    fail(fmt::format("no answer within {:.1f} s", std::chrono::duration<double>(options_.connect_timeout).count()));
    co_return;
  }
  if (let_in_ || refusal_.code > 0) {
    count("fieldgate_mqtt_connack_total", "Answers of brokers to CONNECT, by their code.", let_in_ ? 0 : refusal_.code);
  }
  if (let_in_) {
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
  plan.password = password_.reveal();
  plan.tls = options_.tls;
  plan.keepalive_s = static_cast<int>(keepalive_s_);
  plan.connect_timeout_s = static_cast<int>(whole_seconds(options_.connect_timeout)) + 5;  // ours comes first
  plan.will = setup_.will;
  plan.window = static_cast<int>(setup_.window);
  // Room for the topic and the properties, which count as well.
  plan.max_packet = static_cast<std::uint32_t>(setup_.max_message + 128 * 1024);
  return plan;
}

}  // namespace fieldgate::mqtt
