// Presence: from the table's changes to messages, in another turn of the reactor.
#include "adapter/presence.hpp"

#include <algorithm>

#include "config/node.hpp"
#include "message/glob.hpp"
#include "message/json.hpp"

namespace fieldgate::adapter {

namespace {

constexpr int changes_a_turn = 256;
constexpr auto look_again_after = std::chrono::milliseconds(5);
constexpr int calm_looks = 10;

/// The adapters of the file that it may hear of.
std::vector<std::string_view> others(const config::Section& s) {
  std::vector<std::string_view> names;
  const config::Node* const adapters = s.reader().root == nullptr ? nullptr : s.reader().root->find("adapters");
  if (adapters == nullptr) return names;
  for (const config::Node::Entry& entry : adapters->entries) {
    const config::Node* const type = entry.value.find("type");
    if (type == nullptr || type->text != Presence::type) names.push_back(entry.key);
  }
  return names;
}

}  // namespace

Presence::Config Presence::Config::read(config::Section& s) {
  Config config;
  config.adapters =
      s.texts("adapters", config::Default<std::vector<std::string>>(std::vector<std::string>(), "every adapter"),
              "Adapters whose devices it is about; names and globs.");
  if (s.describing() || s.reader().partial) return config;
  const auto known = others(s);
  for (std::size_t i = 0; i < config.adapters.size(); ++i) {
    const std::string& wanted = config.adapters[i];
    const auto fits = [&wanted](std::string_view name) { return glob_matches(wanted, name); };
    if (std::none_of(known.begin(), known.end(), fits))
      s.error(s.mark("adapters", i), "adapters",
              "no adapter that devices reach is called '" + wanted + "'" + config::did_you_mean(wanted, known));
  }
  return config;
}

Presence::Presence(const Config& config, const Context& context)
    : config_(config),
      reactor_(context.reactor),
      devices_(context.devices),
      log_(context.log),
      counters_(context.metrics, context.name),
      name_(context.name),
      checker_(context.paths) {
  origin_.adapter = name_;
}

Presence::~Presence() { devices_.unlisten(*this); }

Result<void> Presence::start(router::Inlet* const& inlet) {
  inlet_ = &inlet;
  devices_.listen(*this);
  return {};
}

bool Presence::hears(std::string_view adapter) const {
  const auto fits = [adapter](const std::string& glob) { return glob_matches(glob, adapter); };
  return config_.adapters.empty() || std::any_of(config_.adapters.begin(), config_.adapters.end(), fits);
}

void Presence::changed(const device::View& device, device::State, std::string_view why, const Instant& now) {
  if (device.source == nullptr || !hears(device.source->adapter)) return;
  Change change{device.state, why, &device.source->adapter, device.address, now};
  if (const auto waits = waiting_.find(device.id); waits != waiting_.end()) {
    waits->second = std::move(change);
  } else if (waiting_.size() < max_waiting) {
    order_.push_back(&waiting_.emplace(device.id, std::move(change)).first->first);
  } else {
    counters_.errors.count("overflow");
    log_.limited(telemetry::Level::error, "overflow",
                 "changes of devices are lost: more than {} wait for the sinks to take them", max_waiting);
  }
  if (!std::exchange(sending_, true)) reactor_.spawn(send());
}

Awaitable<> Presence::send() {
  do {
    co_await asio::post(reactor_.io(), use_awaitable);
    if (!(*inlet_)->open()) co_await (*inlet_)->opened();
    for (int i = 0; i < changes_a_turn && !order_.empty() && (*inlet_)->open(); ++i) send_first();
  } while (!order_.empty());
  sending_ = false;
}

void Presence::send_first() {
  auto node = waiting_.extract(*order_.front());
  order_.pop_front();
  const Change& change = node.mapped();
  json_ = "{\"state\":";
  json::append_string(json_, device::name_of(change.state));
  json_ += ",\"adapter\":";
  json::append_string(json_, *change.adapter);
  if (!change.address.empty()) {
    json_ += ",\"address\":";
    json::append_string(json_, change.address);
  }
  json_ += ",\"reason\":";
  json::append_string(json_, change.reason);
  json_ += ",\"since\":\"";
  append_rfc3339(json_, change.at.wall);
  json_ += "\"}";
  Message message;
  message.device = node.key();
  message.origin = &origin_;
  message.received = change.at;
  message.time = change.at.wall;
  message.frame = json_;
  message.tags = devices_.tags(node.key());
  checker_.check(json_, message.document);
  ++counters_.messages;
  (*inlet_)->dispatch(message);
}

Awaitable<> Presence::quiet(Duration deadline) {
  // Connections that other adapters close end in some turns of the reactor, and nothing says which was the last.
  const auto end = std::chrono::steady_clock::now() + deadline;
  for (int calm = 0; calm < calm_looks && std::chrono::steady_clock::now() < end;) {
    co_await reactor::sleep(look_again_after);
    calm = sending_ ? 0 : calm + 1;
  }
  devices_.unlisten(*this);
  if (!order_.empty()) log_.error("{} changes of devices are lost: the sinks take nothing", order_.size());
}

}  // namespace fieldgate::adapter
