// Turning the bytes of one frame into documents. The face of this room.
#pragma once

#include "config/registry.hpp"
#include "expression/paths.hpp"
#include "message/message.hpp"
#include "message/result.hpp"

namespace fieldgate::codec {

/// Takes the documents of a frame, in their order. A document and all its views live only until the call returns.
class Receiver {
 public:
  virtual void document(const Document& document) = 0;

 protected:
  ~Receiver() = default;
};

/// Why a frame is no document. Both are literals; `reason` is the label of a counter.
struct Failure {
  std::string_view reason;
  std::string_view text;
  std::size_t offset = 0;  ///< where in the frame
};

/// Decodes frames. One for all connections of an adapter, so it may keep scratch buffers but nothing of a device.
/// Pure: no I/O, no clock, no log; at rest it allocates nothing for a frame.
class Codec {
 public:
  virtual ~Codec() = default;

  /// Gives each document of `frame` to `out`, or none at all and the failure.
  virtual std::optional<Failure> decode(Bytes frame, Receiver& out) = 0;
};

/// Makes an adapter's codec out of `codec: { type: ... }`. The paths outlive the codec; they are complete before the
/// first frame.
using Factory = config::Factory<Codec, const expression::Paths&>;

}  // namespace fieldgate::codec
