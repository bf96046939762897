// The insides of Devices: one node for each device, which hangs in up to three lists.
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <span>
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
  const std::string_view* id = nullptr;  // the table's key
  std::unique_ptr<char[]> own_id;        // what it is a view of, where there is no row to hold it
  const Registry::Row* row = nullptr;    // that is its own, or a glob
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
  bool proven = false;  // to its peer
  std::string ip;       // or the topic
};

/// The devices that are reached by one peer: what a Peer keeps. Whatever becomes of the peer, they let go of it.
struct PeerRing : Ring {
  PeerRing() = default;
  ~PeerRing() {
    while (!empty()) release();
  }
  /// Of a ring that is not empty: the first device, which no peer reaches any more.
  Node& release() {
    auto& node = static_cast<Node&>(static_cast<OfPeer&>(*next));
    node.OfPeer::leave();
    node.peer = nullptr;
    node.proven = false;
    return node;
  }
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
  using Nodes = std::unordered_map<std::string_view, Node, SipHash>;

  Table(const Options& options, Tags of_gateway);

  Node* find(std::string_view id);
  /// What is registered of a device that is not in the table: what a glob says.
  const Registry::Row* row_of(const Node* node, std::string_view id);
  Node& insert(std::string_view id, const Registry::Row* row);
  /// Takes in a device that has no row of its own.
  Node& meet(std::string_view id, const Registry::Row* row, const Instant& now);
  void forget_oldest(const Instant& now);
  void enter(Node& node, State state, std::string_view why, const Instant& now);
  /// Finds the device that says it sent this, or takes it in; or the reason why it may not be here.
  std::string_view let_in(const Message& message, const protocol::Peer* peer, const protocol::Proof* proof,
                          Node*& node);
  /// Something came from it, by this peer.
  void hear(Node& node, Sourced& sourced, const Message& message, protocol::Peer* peer, bool proven);
  /// Whether the device is the one that it says, to this peer.
  static bool has_proven(const Node* node, const Registry::Row* row, const protocol::Peer* peer,
                         const protocol::Proof& proof);
  /// Whether the device is within its rate. What need not be dropped pauses its peer instead.
  static bool within_rate(Node& node, const Sourced& sourced, protocol::Peer* peer, const Instant& now);
  static void move_to(Node& node, Sourced& sourced, protocol::Peer* peer, const Origin& origin);
  /// Names of the gateway's, the adapter's and its own; where two have the same, the later counts.
  std::span<const Meta> tags_of(const Node& node);
  void keep_time(Node& node, Sourced& sourced);
  /// Goes through those of an adapter for whom something is due. False: there is more to do.
  bool look(Sourced& sourced, const Instant& now, int& looks, std::optional<SteadyTime>& next);
  static View view(const Node& node);

  std::shared_ptr<const Registry> registry;
  Options::Unknown unknown;
  Tags gateway_tags;
  std::deque<Sourced> sources;
  Nodes nodes;
  std::vector<std::uint64_t> strangers;  // hashes of ids that fit no glob: who repeats itself is not compared again
  Ring unregistered;                     // those without a row of their own, by when they were heard
  std::size_t unregistered_count = 0;
  std::size_t counts[4] = {};
  std::vector<Meta> tags;  // of the message in hand
  std::vector<Listener*> listeners;
  std::function<void()> due_changed;
  telemetry::Counter* forgotten = nullptr;
};

}  // namespace fieldgate::device
