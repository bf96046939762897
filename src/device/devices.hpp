// All devices of a gateway: who they are, whether they are there, how they are reached. The face of this room.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "device/options.hpp"
#include "message/message.hpp"
#include "protocol/framed.hpp"
#include "telemetry/metrics.hpp"

namespace fieldgate::device {

/// Whether a device is there.
enum class State : std::uint8_t {
  unseen,   ///< registered, and never heard
  online,   ///< it has a connection, or was heard lately
  late,     ///< nothing came within `expected_interval`
  offline,  ///< its connection ended, or nothing came from its address for long
};
std::string_view name_of(State state);

/// An adapter, as far as its devices go. Lives as long as the table.
struct Source {
  std::string adapter;
  SourceOptions options;
  std::optional<Duration> remember;      ///< of senders without a connection: then they count as gone
  protocol::Framed* protocol = nullptr;  ///< takes commands; null: it takes none
};

/// One device, as others see it. Good for the length of a call.
struct View {
  std::string_view id;
  State state = State::unseen;
  const Registry::Row* row = nullptr;  ///< what is registered of it; null: nothing
  const Source* source = nullptr;      ///< the adapter it was last heard on; null: none
  protocol::Peer* peer = nullptr;      ///< how it is reached now; null: not
  std::string address;                 ///< where it was last heard from, for people
  TimePoint since{};                   ///< of `state`
  TimePoint heard{};                   ///< last
  std::uint64_t messages = 0;
};

/// Hears of changes.
class Listener {
 public:
  /// `why` is a literal: "message", "connected", "closed", "idle", "expected_interval" and the like. Called in the
  /// midst of things: must not call back at once.
  virtual void changed(const View& device, State before, std::string_view why, const Instant& now) = 0;

 protected:
  ~Listener() = default;
};

/// The table. Finding a device, and what a message changes, is O(1), with a seeded hash, since peers choose ids. Lives
/// on the reactor's thread; knows no clock.
class Devices {
 public:
  /// Devices that are not registered are remembered up to so many; the one longest unheard makes room for a new one.
  static constexpr std::size_t max_unregistered = 200'000;

  Devices(const Options& options, Tags gateway_tags, telemetry::Metrics& metrics);
  ~Devices();
  Devices(const Devices&) = delete;
  Devices& operator=(const Devices&) = delete;

  /// For an adapter, before it sends messages. The source stays where it is.
  Source& add_source(std::string adapter, const SourceOptions& options, std::optional<Duration> remember = {});

  /// A message's device is heard, and the message gets its tags; or the reason why not (protocol::Receiver::admit).
  /// `proof`: see protocol::Receiver::admit_proven; null: none is needed.
  std::string_view admit(Source& source, Message& message, protocol::Peer* peer,
                         const protocol::Proof* proof = nullptr);

  /// A device is there before it has sent a message; or the reason why not (protocol::Receiver::present).
  std::string_view present(Source& source, const Message& device, protocol::Peer& peer,
                           const protocol::Proof* proof = nullptr);

  /// The tags of a device that is known, as its messages get them. Good until the next message.
  std::span<const Meta> tags(std::string_view id) const;

  /// See protocol::Receiver::gone.
  void gone(protocol::Peer& peer, std::string_view why, const Instant& now);

  /// Finds devices that have become late or are gone, of any number a bounded part. When to look again; nothing: when
  /// `due_changed` was called.
  std::optional<std::chrono::steady_clock::time_point> sweep(const Instant& now);
  void on_due(std::function<void()> due_changed);

  std::optional<View> find(std::string_view id) const;

  /// Whether a device of this id may send messages, as far as the registry goes.
  bool may_exist(std::string_view id) const;

  /// Of all adapters.
  std::vector<const Source*> sources() const;

  /// Those whose ids stand behind `after`, by their ids. For operators: looks at all.
  std::vector<View> list(std::string_view after, std::size_t limit, std::optional<State> only = {}) const;

  /// How many are in a state.
  std::size_t count(State state) const;

  /// Hears of every change from now on, until it is said otherwise.
  void listen(Listener& listener);
  void unlisten(Listener& listener);

 private:
  struct Table;
  std::unique_ptr<Table> table_;
};

}  // namespace fieldgate::device
