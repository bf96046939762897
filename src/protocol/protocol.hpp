// What a connection speaks: bytes into messages. The face of this room.
#pragma once

#include <cstddef>
#include <memory>

#include "message/message.hpp"

namespace fieldgate::protocol {

/// Takes the messages of a protocol on towards the router.
class Receiver {
 public:
  /// Gives the message its number and hands it on; its views need live only until this returns.
  virtual Receipt message(Message& message) = 0;

  /// False while the gateway can take no more: a protocol looks at it after every frame and returns early.
  virtual bool open() const = 0;

 protected:
  ~Receiver() = default;
};

/// What one connection speaks. Built per connection by a ProtocolFactory; lives on the reactor's thread only.
class Protocol {
 public:
  virtual ~Protocol() = default;

  /// Takes what it can use of `bytes` and returns how much that was; the rest comes again, in front of what follows.
  /// `close` is set when the stream cannot be followed any further: a word for the counter, a literal.
  virtual std::size_t data_received(Bytes bytes, const Origin& from, const Instant& now, std::string_view& close) = 0;
};

}  // namespace fieldgate::protocol
