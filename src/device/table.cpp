// Devices::Table: what a message changes, and what time does.
#include "device/table.hpp"

#include <algorithm>

namespace fieldgate::device {

namespace {

/// 32 KiB.
constexpr std::size_t remembered_strangers = 4096;

std::string address_of(const Node& node) {
  if (node.port == 0) return node.ip;
  return (node.ip.find(':') == std::string::npos ? node.ip : "[" + node.ip + "]") + ":" + std::to_string(node.port);
}

/// Takes as long for whatever was said, so that nobody finds a secret byte by byte.
bool same_secret(std::string_view registered, std::string_view said) {
  unsigned different = registered.size() == said.size() ? 0U : 1U;
  for (std::size_t i = 0; i < said.size(); ++i)
    different |= static_cast<unsigned char>(said[i]) ^ static_cast<unsigned char>(registered[i % registered.size()]);
  return different == 0;
}

}  // namespace

Devices::Table::Table(const Options& options, Tags of_gateway)
    : registry(options.registry ? options.registry : std::make_shared<Registry>()),
      unknown(options.unknown),
      gateway_tags(std::move(of_gateway)),
      strangers(registry->globs() == 0 ? 0 : remembered_strangers) {
  nodes.reserve(registry->rows().size() - registry->globs());
  for (const Registry::Row& row : registry->rows()) {
    if (!row.is_glob()) insert(row.id(), &row);
  }
  counts[static_cast<std::size_t>(State::unseen)] = nodes.size();
}

Node* Devices::Table::find(std::string_view id) {
  const auto known = nodes.find(id);
  return known == nodes.end() ? nullptr : &known->second;
}

const Registry::Row* Devices::Table::row_of(const Node* node, std::string_view id) {
  if (node != nullptr) return node->row;
  if (registry->globs() == 0) return nullptr;
  const std::uint64_t hash = nodes.hash_function()(id);
  std::uint64_t& stranger = strangers[hash % strangers.size()];
  if (stranger == hash) return nullptr;
  const Registry::Row* const row = registry->fitting(id);
  if (row == nullptr) stranger = hash;
  return row;
}

Node& Devices::Table::insert(std::string_view id, const Registry::Row* row) {
  const auto made = nodes.try_emplace(id).first;
  made->second.id = &made->first;
  made->second.row = row;
  return made->second;
}

Node& Devices::Table::meet(std::string_view id, const Registry::Row* row, const Instant& now) {
  if (unregistered_count >= max_unregistered) forget_oldest(now);
  auto own = std::make_unique<char[]>(id.size());
  std::copy(id.begin(), id.end(), own.get());
  Node& node = insert({own.get(), id.size()}, row);
  node.own_id = std::move(own);
  node.Unregistered::join(unregistered);
  ++unregistered_count;
  ++counts[static_cast<std::size_t>(State::unseen)];
  return node;
}

void Devices::Table::forget_oldest(const Instant& now) {
  auto& oldest = static_cast<Node&>(static_cast<Unregistered&>(*unregistered.next));
  enter(oldest, State::offline, "forgotten", now);
  --counts[static_cast<std::size_t>(oldest.state)];
  --unregistered_count;
  ++*forgotten;
  // The key is a view of what the node owns: both go in one.
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

std::string_view Devices::Table::let_in(const Message& message, const protocol::Peer* peer,
                                        const protocol::Proof* proof, Node*& node) {
  node = find(message.device);
  const Registry::Row* const row = row_of(node, message.device);
  if (row == nullptr && unknown == Options::Unknown::reject) return "unknown_device";
  if (proof != nullptr && !has_proven(node, row, peer, *proof)) return "secret";
  if (node == nullptr) node = &meet(message.device, row, message.received);
  return {};
}

void Devices::Table::hear(Node& node, Sourced& sourced, const Message& message, protocol::Peer* peer, bool proven) {
  move_to(node, sourced, peer, *message.origin);
  node.proven = proven;
  node.heard = message.received.steady;
  node.heard_at = message.received.wall;
  if (node.own_id) node.Unregistered::join(unregistered);
  keep_time(node, sourced);
}

bool Devices::Table::has_proven(const Node* node, const Registry::Row* row, const protocol::Peer* peer,
                                const protocol::Proof& proof) {
  if (proof.secret) return row != nullptr && !row->secret().empty() && same_secret(row->secret(), *proof.secret);
  return node != nullptr && peer != nullptr && node->peer == peer && node->proven;
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
    node.proven = false;
    node.OfPeer::leave();
    if (peer != nullptr) {
      if (!peer->kept) peer->kept = std::make_shared<PeerRing>();
      node.OfPeer::join(*static_cast<PeerRing*>(peer->kept.get()));
    }
  }
  const std::string_view where = origin.peer_ip.empty() ? origin.topic : std::string_view(origin.peer_ip);
  if (node.port != origin.peer_port || node.ip != where) {
    node.ip = where;
    node.port = origin.peer_port;
  }
}

std::span<const Meta> Devices::Table::tags_of(const Node& node) {
  static const std::vector<Meta> none;
  const std::vector<Meta>& base = node.source != nullptr ? static_cast<const Sourced*>(node.source)->tags : none;
  if (node.row == nullptr) return base;
  tags = base;
  node.row->append_tags(tags);
  for (std::size_t i = tags.size(); i-- > base.size();) {
    const auto end = tags.begin() + static_cast<std::ptrdiff_t>(base.size());
    const auto same = std::find_if(tags.begin(), end, [&](const Meta& tag) { return tag.name == tags[i].name; });
    if (same == end) continue;
    same->value = tags[i].value;
    tags.erase(tags.begin() + static_cast<std::ptrdiff_t>(i));
  }
  return tags;
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

View Devices::Table::view(const Node& node) {
  return {*node.id,         node.state, node.row,      node.source,  node.peer,
          address_of(node), node.since, node.heard_at, node.messages};
}

}  // namespace fieldgate::device
