// The face that everything downstream of an adapter shows to the router: a transform, or a sink's outlet.
#pragma once

#include "message/message.hpp"

namespace fieldgate::router {

/// Takes messages. Lives on the reactor's thread.
class Input {
 public:
  virtual ~Input() = default;

  /// Takes a message; its views are good only until this returns. Never blocks, never fails: what cannot be taken is
  /// counted.
  virtual void accept(const Message& message) = 0;
};

}  // namespace fieldgate::router
