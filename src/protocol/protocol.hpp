// What a connection speaks: bytes into messages, and what is answered. The face of this room.
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string_view>

#include "message/message.hpp"
#include "transport/transport.hpp"

namespace fieldgate::protocol {

/// One peer of an adapter for as long as it is there: a connection, or an address that datagrams come from.
struct Peer {
  transport::Transport* transport = nullptr;
  const Origin* origin = nullptr;  ///< of a connection, and lives with it
  std::shared_ptr<void> kept;      ///< the receiver's own
  /// Not before then is more read of it: a device was over its rate.
  std::chrono::steady_clock::time_point paused_until{};
};

/// Bytes that came from a device, or went to it, and what became of them. Lives for the length of a call.
struct FrameRecord {
  Bytes bytes;  ///< as on the wire
  bool outgoing = false;
  std::string_view device;         ///< empty: not known
  std::string_view verdict;        ///< "message", "reply", "request", "command", or the reason why it became nothing
  std::string_view text;           ///< what was wrong; empty: nothing
  const Origin* origin = nullptr;  ///< null: `peer` says whose it is
  std::string_view peer;
  Instant at{};
  std::string_view adapter;  ///< filled in by the adapter
  bool undecoded = false;    ///< it was no frame, or no message could be read out of it
  Bytes payload{};           ///< what the codec reads, in `bytes` or elsewhere; of what came in and was a frame
};

/// What a device has shown to prove that it is the one that it says.
struct Proof {
  std::optional<std::string_view> secret;  ///< nothing: the message does not say it
};

/// Takes the messages of a protocol on towards the router, and knows what became of them.
class Receiver {
 public:
  /// Whether the message's device may send it: asked before `message`, once for each. Gives the message its tags. Not
  /// empty: it may not, for this reason (a counter's label). `peer`: where answers to it would go; null: nowhere.
  virtual std::string_view admit(Message& message, Peer* peer) {
    static_cast<void>(message), static_cast<void>(peer);
    return {};
  }

  /// The same where the protocol carries a secret. What the device has proven to a peer holds for as long as that is
  /// there. Refused as `secret`: the connection must end.
  virtual std::string_view admit_proven(Message& message, Peer* peer, const Proof& proof) {
    static_cast<void>(message), static_cast<void>(peer), static_cast<void>(proof);
    return "secret";
  }

  /// The device, which has said who it is and may have nothing else to say for long, is there: it can be reached by
  /// `peer`. Refused as messages are. `proof`: as in admit_proven; null: none is needed.
  virtual std::string_view present(const Message& device, Peer& peer, const Proof* proof) {
    static_cast<void>(device), static_cast<void>(peer), static_cast<void>(proof);
    return {};
  }

  /// The peer, of which messages were admitted or devices present, is gone: why, a literal.
  virtual void gone(Peer& peer, std::string_view why) { static_cast<void>(peer), static_cast<void>(why); }

  /// For the flight recorder, and whoever watches. Called for each frame.
  virtual void recorded(const FrameRecord& record) { static_cast<void>(record); }

  /// Gives the message its number and hands it on; its views need live only until this returns.
  virtual Receipt message(Message& message) = 0;

  /// Takes what can be no message, with the reason (a counter's label) and what is wrong; it is settled as messages
  /// are.
  virtual Receipt dead_letter(const Message& message, std::string_view reason, std::string_view text) = 0;

  /// False while the gateway can take no more: a protocol looks at it after every frame and returns early.
  virtual bool open() const = 0;

  /// The lowest receipt that is not yet settled so; an answer for a lower one may go out.
  virtual Receipt open_from(After after) const = 0;

  /// Answers wait for all that came so far to be settled so: to be told (by Framed::settled) when more may be.
  virtual void hurry(After after) = 0;

  /// Framed::due() is sooner than it was, or there is nothing due any more.
  virtual void due_changed() {}

 protected:
  ~Receiver() = default;
};

/// What one connection speaks. Built per connection by a ProtocolFactory; lives on the reactor's thread only.
class Protocol {
 public:
  virtual ~Protocol() = default;

  /// Called once, before any bytes. Answers go to `transport`, which outlives the protocol, as `from` does.
  virtual void connection_made(transport::Transport& transport, const Origin& from) = 0;

  /// Takes what it can use of `bytes` and returns how much that was; the rest comes again, in front of what follows.
  /// `close` is set when the stream cannot be followed any further: a word for the counter, a literal.
  virtual std::size_t data_received(Bytes bytes, const Origin& from, const Instant& now, std::string_view& close) = 0;

  /// `bytes`, all that have not been used, have waited for frame_timeout to become a frame: gives some of them up and
  /// goes on behind. As data_received.
  virtual std::size_t stalled(Bytes bytes, const Origin& from, const Instant& now, std::string_view& close) = 0;

  /// The connection is over: why, a literal. Called once, before the end.
  virtual void connection_lost(std::string_view why) = 0;

  /// Whether answers wait to be settled.
  virtual bool answers_wait() const = 0;

  /// Whether so many wait that data_received takes nothing until some went out.
  virtual bool full() const = 0;

  /// Not before then does data_received take more; in the past: at once.
  virtual std::chrono::steady_clock::time_point paused_until() const = 0;
};

}  // namespace fieldgate::protocol
