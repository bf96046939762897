// Devices::Table: what a message changes, and what time does.
#include "device/table.hpp"

#include <algorithm>

namespace fieldgate::device {

namespace {

std::string address_of(const Node& node) {
  if (node.port == 0) return node.ip;
  return (node.ip.find(':') == std::string::npos ? node.ip : "[" + node.ip + "]") + ":" + std::to_string(node.port);
}

}  // namespace

Devices::Table::Table(const Options& options, Tags of_gateway)
    : registry(options.registry), unknown(options.unknown), gateway_tags(std::move(of_gateway)) {
  if (!registry) return;
  nodes.reserve(registry->rows().size());
  for (const Registry::Row& row : registry->rows()) {
    if (!row.is_glob()) insert(row.id(), &row);
  }
  counts[static_cast<std::size_t>(State::unseen)] = nodes.size();
}

Node& Devices::Table::insert(const std::string& id, const Registry::Row* row) {
  const auto made = nodes.try_emplace(id).first;
  made->second.id = &made->first;
  made->second.row = row;
  return made->second;
}

Node* Devices::Table::meet(std::string_view id) {
  if (const auto known = nodes.find(id); known != nodes.end()) return &known->second;
  const Registry::Row* const row = registry ? registry->fitting(id) : nullptr;
  if (row == nullptr && unknown == Options::Unknown::reject) return nullptr;
  if (unregistered_count >= max_unregistered) forget_oldest();
  Node& node = insert(std::string(id), row);
  ++unregistered_count;
  ++counts[0];
  return &node;
}

void Devices::Table::forget_oldest() {
  auto& oldest = static_cast<Node&>(static_cast<Unregistered&>(*unregistered.next));
  --counts[static_cast<std::size_t>(oldest.state)];
  --unregistered_count;
  ++*forgotten;
  nodes.erase(nodes.find(*oldest.id));
}

void Devices::Table::enter(Node& node, State state, std::string_view why, const Instant& now) {
  if (node.state == state) return;
  const State before = std::exchange(node.state, state);
  --counts[static_cast<std::size_t>(before)];
  ++counts[static_cast<std::size_t>(state)];
  node.since = now.wall;
  if (listeners.empty()) return;
  const View seen = view(node);
  for (Listener* listener : listeners) listener->changed(seen, before, why, now);
}

bool Devices::Table::within_rate(Node& node, const Sourced& sourced, protocol::Peer* peer, const Instant& now) {
  const SourceOptions& options = sourced.options;
  if (!options.rate) return true;
  const double rate = options.rate->per_second;
  const double burst = options.burst.value_or(5 * rate);
  const double earned =
      node.refilled == SteadyTime() ? burst : std::chrono::duration<double>(now.steady - node.refilled).count() * rate;
  const double tokens = std::min(std::max(1.0, burst), static_cast<double>(node.tokens) + earned);
  node.refilled = now.steady;
  const bool drops = options.when_over == SourceOptions::WhenOver::drop || peer == nullptr;
  node.tokens = static_cast<float>(drops && tokens < 1 ? tokens : tokens - 1);
  if (drops) return tokens >= 1;
  if (node.tokens < 0) {
    const auto pause = std::chrono::duration<double>(-static_cast<double>(node.tokens) / rate);
    peer->paused_until = std::max(peer->paused_until, now.steady + std::chrono::duration_cast<Duration>(pause));
  }
  return true;
}

void Devices::Table::move_to(Node& node, Sourced& sourced, protocol::Peer* peer, const Origin& origin) {
  node.source = &sourced;
  if (node.peer != peer) {
    node.peer = peer;
    node.OfPeer::leave();
    if (peer != nullptr) {
      if (!peer->kept) peer->kept = std::make_shared<Ring>();
      node.OfPeer::join(*static_cast<Ring*>(peer->kept.get()));
    }
  }
  const std::string_view where = origin.peer_ip.empty() ? origin.topic : std::string_view(origin.peer_ip);
  if (node.port != origin.peer_port || node.ip != where) {
    node.ip = where;
    node.port = origin.peer_port;
  }
}

void Devices::Table::give_tags(const Node& node, const Sourced& sourced, Message& message) {
  message.tags = sourced.tags;
  if (node.row == nullptr) return;
  tags = sourced.tags;
  const auto base = static_cast<std::ptrdiff_t>(tags.size());
  node.row->append_tags(tags);
  for (std::size_t i = tags.size(); i-- > static_cast<std::size_t>(base);) {
    const auto same =
        std::find_if(tags.begin(), tags.begin() + base, [&](const Meta& tag) { return tag.name == tags[i].name; });
    if (same == tags.begin() + base) continue;
    same->value = tags[i].value;
    tags.erase(tags.begin() + static_cast<std::ptrdiff_t>(i));
  }
  message.tags = tags;
}

void Devices::Table::keep_time(Node& node, Sourced& sourced) {
  const bool watched = sourced.options.expected_interval || (sourced.remember && node.peer == nullptr);
  if (!watched) return node.InTime::leave();
  const bool first = sourced.times.fresh.empty();
  node.InTime::join(sourced.times.fresh);
  if (first && due_changed) due_changed();
}

bool Devices::Table::look(Sourced& sourced, const Instant& now, int& looks, std::optional<SteadyTime>& next) {
  const auto expected = sourced.options.expected_interval;
  const auto remember = sourced.remember;
  for (Ring* ring : {&sourced.times.fresh, &sourced.times.quiet}) {
    while (!ring->empty()) {
      auto& node = static_cast<Node&>(static_cast<InTime&>(*ring->next));
      const bool forgets = remember && node.peer == nullptr;
      const bool fresh = ring == &sourced.times.fresh;
      const bool late_first = fresh && expected && (!forgets || *expected < *remember);
      const SteadyTime due = node.heard + (late_first ? *expected : *remember);
      if (due > now.steady) {
        next = next ? std::min(*next, due) : due;
        break;
      }
      if (looks-- == 0) return false;
      node.InTime::leave();
      if (late_first && forgets) node.InTime::join(sourced.times.quiet);
      enter(node, late_first ? State::late : State::offline, late_first ? "expected_interval" : "session", now);
    }
  }
  return true;
}

View Devices::Table::view(const Node& node) const {
  return {*node.id,         node.state, node.row,      node.source,  node.peer,
          address_of(node), node.since, node.heard_at, node.messages};
}

}  // namespace fieldgate::device
