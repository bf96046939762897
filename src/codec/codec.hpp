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

/// Why a frame is no document. `reason`, the label of a counter, and `text` are literals.
struct Failure {
  std::string_view reason;
  std::string_view text;
  std::size_t offset = 0;    ///< where in the frame
  std::string_view field{};  ///< which one, where the codec knows it by a name; good as long as the codec
  std::string_view found{};  ///< its text; good until the next frame
};

/// Told of each field of a frame while it is decoded: for `fieldgate decode` and the flight recorder.
class Trace {
 public:
  struct Field {
    std::string_view path;   ///< where it goes in the document: "cells.3.voltage"; empty: nowhere
    std::size_t bit = 0;     ///< where it starts in the frame, in bits
    std::size_t bits = 0;    ///< how many
    std::string_view raw;    ///< the number, or text, before scale, offset and enum; empty: the bytes say it
    std::string_view value;  ///< JSON
    std::string_view unit;
    std::string_view type;  ///< as in the YAML
  };
  virtual void field(const Field& field) = 0;

 protected:
  ~Trace() = default;
};

/// Decodes frames, and encodes where it can. One for all connections of an adapter, so it may keep scratch buffers but
/// nothing of a device. Pure: no I/O, no clock, no log; at rest it allocates nothing for a frame.
class Codec {
 public:
  virtual ~Codec() = default;

  /// Gives each document of `frame` to `out`, or none at all and the failure.
  virtual std::optional<Failure> decode(Bytes frame, Receiver& out) = 0;

  /// Appends the frame that decodes to the document `json`, an object's text. The error's reason is a counter's label;
  /// `out` is then as before. Not on the hot path: it may allocate.
  virtual Result<void> encode(std::string_view json, std::string& out) const {
    static_cast<void>(json), static_cast<void>(out);
    return Error{"encode", "this codec only decodes"};
  }

  /// The bytes of a field of the document that was given last, as they stood in the frame: what a name in `hex` of a
  /// reply stands for (config.md, Bytes out). Empty where they are not known (then the text of its value is taken).
  /// Good until the next call.
  virtual Bytes raw_field(expression::Slot slot) const { return static_cast<void>(slot), Bytes(); }

  /// Tells `trace` of the fields of all frames from now on; null: no longer. Codecs without fields tell nothing.
  virtual void trace(Trace* trace) { static_cast<void>(trace); }
};

/// Makes an adapter's codec out of `codec: { type: ... }`. The paths outlive the codec; they are complete before the
/// first frame.
using Factory = config::Factory<Codec, const expression::Paths&>;

}  // namespace fieldgate::codec
