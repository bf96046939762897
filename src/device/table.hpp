// The insides of Devices: one node for each device, which hangs in up to three lists.
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "device/devices.hpp"
#include "message/siphash.hpp"

namespace fieldgate::device {

using SteadyTime = std::chrono::steady_clock::time_point;

/// A place in a list; lists are rings of these.
struct Link {
  Link() = default;
  Link(const Link&) = delete;
  Link& operator=(const Link&) = delete;
  ~Link() { leave(); }

  void leave() {
    if (next == nullptr) return;
    next->before = before;
    before->next = next;
    next = before = nullptr;
  }
  /// Behind all others of a ring.
  void join(Link& ring) {
    leave();
    before = ring.before;
    next = &ring;
    before->next = this;
    ring.before = this;
  }
  Link* next = nullptr;
  Link* before = nullptr;
};

/// The place that all others stand round.
struct Ring : Link {
  Ring() { next = before = this; }
  bool empty() const { return next == this; }
};

struct InTime : Link {};
struct OfPeer : Link {};
struct Unregistered : Link {};

struct Node : InTime, OfPeer, Unregistered {
  const std::string* id = nullptr;
  const Registry::Row* row = nullptr;
  Source* source = nullptr;
  protocol::Peer* peer = nullptr;
  SteadyTime heard{};
  SteadyTime refilled{};
  TimePoint heard_at{};
  TimePoint since{};
  std::uint64_t messages = 0;
  float tokens = 0;
  std::uint16_t port = 0;
  State state = State::unseen;
  std::string ip;  // or the topic
};

/// Of devices of one adapter by when they were heard: those that will be late next, and those that are it.
struct Times {
  Ring fresh;
  Ring quiet;
};

struct Devices::Table {
  struct Sourced : Source {
    std::vector<Meta> tags;  // of the gateway and the adapter
    Times times;
  };
  using Nodes = std::unordered_map<std::string, Node, SipHash, std::equal_to<>>;

  Table(const Options& options, Tags of_gateway);

  Node& insert(const std::string& id, const Registry::Row* row);
  /// The device of this id; null where it may not be.
  Node* meet(std::string_view id);
  void forget_oldest();
  void enter(Node& node, State state, std::string_view why, const Instant& now);
  /// Whether the device is within its rate. What need not be dropped pauses its peer instead.
  bool within_rate(Node& node, const Sourced& sourced, protocol::Peer* peer, const Instant& now);
  void move_to(Node& node, Sourced& sourced, protocol::Peer* peer, const Origin& origin);
  /// Names of the gateway's, the adapter's and its own; where two have the same, the later counts.
  void give_tags(const Node& node, const Sourced& sourced, Message& message);
  void keep_time(Node& node, Sourced& sourced);
  /// Goes through those of an adapter for whom something is due. False: there is more to do.
  bool look(Sourced& sourced, const Instant& now, int& looks, std::optional<SteadyTime>& next);
  View view(const Node& node) const;

  std::shared_ptr<const Registry> registry;
  Options::Unknown unknown;
  Tags gateway_tags;
  std::deque<Sourced> sources;
  Nodes nodes;
  Ring unregistered;  // by when they were heard
  std::size_t unregistered_count = 0;
  std::size_t counts[4] = {};
  std::vector<Meta> tags;  // of the message in hand
  std::vector<Listener*> listeners;
  std::function<void()> due_changed;
  telemetry::Counter* forgotten = nullptr;
};

}  // namespace fieldgate::device
