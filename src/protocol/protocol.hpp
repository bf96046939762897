// What a connection speaks: bytes into messages, and what is answered. The face of this room.
#pragma once

#include <cstddef>
#include <memory>
#include <string_view>

#include "message/message.hpp"
#include "transport/transport.hpp"

namespace fieldgate::protocol {

/// Takes the messages of a protocol on towards the router, and knows what became of them.
class Receiver {
 public:
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

  /// Called once, before any bytes. Answers go to `transport`, which outlives the protocol.
  virtual void connection_made(transport::Transport& transport) = 0;

  /// Takes what it can use of `bytes` and returns how much that was; the rest comes again, in front of what follows.
  /// `close` is set when the stream cannot be followed any further: a word for the counter, a literal.
  virtual std::size_t data_received(Bytes bytes, const Origin& from, const Instant& now, std::string_view& close) = 0;

  /// `bytes`, all that have not been used, have waited for frame_timeout to become a frame: gives some of them up and
  /// goes on behind. As data_received.
  virtual std::size_t stalled(Bytes bytes, const Origin& from, const Instant& now, std::string_view& close) = 0;

  /// Whether answers wait to be settled.
  virtual bool answers_wait() const = 0;

  /// Whether so many wait that data_received takes nothing until some went out.
  virtual bool full() const = 0;
};

}  // namespace fieldgate::protocol
