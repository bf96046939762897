// A conduit of bytes to a peer, as protocols see it. The face of this room.
#pragma once

#include <string_view>

#include "message/bytes.hpp"

namespace fieldgate::transport {

/// A connection, or a socket of datagrams. Lives on the reactor's thread.
class Transport {
 public:
  /// Sends `bytes`: never blocks, keeps order, copies what cannot go at once. What waits is bounded: a connection
  /// beyond its bound ends, a datagram is dropped; both are counted. `to` is the address of a datagram's sender as the
  /// system gave it, empty for a connection.
  virtual void write(Bytes bytes, Bytes to) = 0;

  /// Ends the connection, counted by `reason`, a literal. Only marks: the protocol lives on until the present turn of
  /// the reactor is over. Datagrams have nothing to end.
  virtual void close(std::string_view reason) { static_cast<void>(reason); }

  /// Gives the protocol of a connection once more what it has not used.
  virtual void look_again() {}

 protected:
  ~Transport() = default;
};

}  // namespace fieldgate::transport
