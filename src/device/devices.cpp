// Devices: the table's outside.
#include "device/devices.hpp"

#include <algorithm>

#include "device/table.hpp"

namespace fieldgate::device {

namespace {

/// Devices that are looked at in a row: well below a millisecond.
constexpr int max_looks = 1024;

}  // namespace

std::string_view name_of(State state) {
  static constexpr std::string_view names[] = {"unseen", "online", "late", "offline"};
  return names[static_cast<std::size_t>(state)];
}

Devices::Devices(const Options& options, Tags gateway_tags, telemetry::Metrics& metrics)
    : table_(std::make_unique<Table>(options, std::move(gateway_tags))) {
  for (const State state : {State::unseen, State::online, State::late, State::offline}) {
    metrics.gauge(
        "fieldgate_devices", {{"state", std::string(name_of(state))}}, "Devices that are known, by their state.",
        [table = table_.get(), state] { return static_cast<double>(table->counts[static_cast<std::size_t>(state)]); });
  }
  table_->forgotten = &metrics.counter("fieldgate_devices_forgotten_total", {},
                                       "Devices that are not registered, forgotten because there were too many.");
}

Devices::~Devices() = default;

Source& Devices::add_source(std::string adapter, const SourceOptions& options, std::optional<Duration> remember) {
  Table::Sourced& sourced = table_->sources.emplace_back();
  static_cast<Source&>(sourced) = {std::move(adapter), options, remember, nullptr};
  for (const Tags* tags : {&table_->gateway_tags, &sourced.options.tags}) {
    for (const auto& [name, value] : *tags) {
      const auto same = std::find_if(sourced.tags.begin(), sourced.tags.end(),
                                     [&label = name](const Meta& tag) { return tag.name == label; });
      if (same != sourced.tags.end()) {
        same->value = value;
      } else {
        sourced.tags.push_back({name, value});
      }
    }
  }
  return sourced;
}

std::string_view Devices::admit(Source& source, Message& message, protocol::Peer* peer, const protocol::Proof* proof) {
  auto& sourced = static_cast<Table::Sourced&>(source);
  Node* node = nullptr;
  if (const auto refusal = table_->let_in(message, peer, proof, node); !refusal.empty()) return refusal;
  if (!Table::within_rate(*node, sourced, peer, message.received)) return "rate";
  ++node->messages;
  table_->hear(*node, sourced, message, peer, proof != nullptr);
  message.tags = table_->tags_of(*node);
  table_->enter(*node, State::online, "message", message.received);
  return {};
}

std::string_view Devices::present(Source& source, const Message& device, protocol::Peer& peer,
                                  const protocol::Proof* proof) {
  Node* node = nullptr;
  if (const auto refusal = table_->let_in(device, &peer, proof, node); !refusal.empty()) return refusal;
  table_->hear(*node, static_cast<Table::Sourced&>(source), device, &peer, proof != nullptr);
  table_->enter(*node, State::online, "connected", device.received);
  return {};
}

std::span<const Meta> Devices::tags(std::string_view id) const {
  const Node* const node = table_->find(id);
  return node == nullptr ? std::span<const Meta>() : table_->tags_of(*node);
}

void Devices::gone(protocol::Peer& peer, std::string_view why, const Instant& now) {
  const auto kept = std::exchange(peer.kept, nullptr);
  auto* const ring = static_cast<PeerRing*>(kept.get());
  while (ring != nullptr && !ring->empty()) {
    Node& node = ring->release();
    node.InTime::leave();
    table_->enter(node, State::offline, why, now);
  }
}

std::optional<SteadyTime> Devices::sweep(const Instant& now) {
  std::optional<SteadyTime> next;
  int looks = max_looks;
  for (Table::Sourced& sourced : table_->sources) {
    if (!table_->look(sourced, now, looks, next)) return now.steady;
  }
  return next;
}

void Devices::on_due(std::function<void()> due_changed) { table_->due_changed = std::move(due_changed); }

std::optional<View> Devices::find(std::string_view id) const {
  const Node* const known = table_->find(id);
  return known == nullptr ? std::nullopt : std::optional<View>(Table::view(*known));
}

bool Devices::may_exist(std::string_view id) const {
  if (table_->unknown == Options::Unknown::accept) return true;
  const Node* const node = table_->find(id);
  return table_->row_of(node, id) != nullptr;
}

std::vector<const Source*> Devices::sources() const {
  std::vector<const Source*> all;
  for (const Source& source : table_->sources) all.push_back(&source);
  return all;
}

std::vector<View> Devices::list(std::string_view after, std::size_t limit, std::optional<State> only) const {
  std::vector<const Node*> found;
  for (const auto& [id, node] : table_->nodes) {
    if (id > after && (!only || node.state == *only)) found.push_back(&node);
  }
  const auto end = found.begin() + static_cast<std::ptrdiff_t>(std::min(limit, found.size()));
  std::partial_sort(found.begin(), end, found.end(), [](const Node* a, const Node* b) { return *a->id < *b->id; });
  std::vector<View> views;
  for (auto node = found.begin(); node != end; ++node) views.push_back(Table::view(**node));
  return views;
}

std::size_t Devices::count(State state) const { return table_->counts[static_cast<std::size_t>(state)]; }

void Devices::listen(Listener& listener) { table_->listeners.push_back(&listener); }

void Devices::unlisten(Listener& listener) { std::erase(table_->listeners, &listener); }

}  // namespace fieldgate::device
