// Watching a protocol at work: for `fieldgate decode` and `test`, and for the flight recorder.
#pragma once

#include <string_view>

#include "codec/codec.hpp"
#include "framing/framer.hpp"
#include "message/message.hpp"

namespace fieldgate::protocol {

/// Told what becomes of the bytes, in their order. Views live only until the call returns.
class Observer : public codec::Trace {
 public:
  /// Bytes of the stream became a frame, or were rejected; `raw` are those bytes as they came.
  virtual void cut(const framing::Cut& cut, Bytes raw) = 0;

  /// Bytes outside of the framing: "registration", "heartbeat".
  virtual void aside(std::string_view what, Bytes raw) = 0;

  /// What a frame became, just before it is passed on.
  virtual void message(const Message& message) = 0;

  /// A frame, or a message of it, got no further: `reason` as it is counted, and the text that the log would hold.
  virtual void failed(std::string_view reason, std::string_view text) = 0;

  /// What the protocol sends; `what` is "reply", "request", "command", "heartbeat".
  virtual void sent(std::string_view what, Bytes bytes) = 0;

 protected:
  ~Observer() = default;
};

}  // namespace fieldgate::protocol
