// A conduit of bytes to a peer, as protocols see it. The face of this room.
#pragma once

#include "message/bytes.hpp"

namespace fieldgate::transport {

/// A connection, or a socket of datagrams. Lives on the reactor's thread.
class Transport {
 public:
  /// Sends `bytes`: never blocks, keeps order, copies what cannot go at once. What waits is bounded: a connection
  /// beyond its bound ends, a datagram is dropped; both are counted. `to` is the address of a datagram's sender as the
  /// system gave it, empty for a connection.
  virtual void write(Bytes bytes, Bytes to) = 0;

 protected:
  ~Transport() = default;
};

}  // namespace fieldgate::transport
