// Cutting a stream of bytes into frames, and making frames of what goes out. The face of this room.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "config/registry.hpp"
#include "message/bytes.hpp"
#include "message/result.hpp"

namespace fieldgate::framing {

/// A case of a switch, in the order of the YAML; 0 where there is no switch.
using Branch = std::uint16_t;

/// What a framer found at the front of its input.
struct Cut {
  enum class Kind : unsigned char {
    frame,       ///< a whole frame: `frame` is for the codec, `consumed` (at least 1) is done with
    incomplete,  ///< more bytes are needed; `consumed` of them (often 0) are done with, the rest must come again
    rejected,    ///< something that cannot be a frame; `reason` says why, `consumed` (at least 1 unless `lost`) is
                 ///< skipped
  };

  Kind kind = Kind::incomplete;
  std::size_t consumed = 0;
  Bytes frame;              ///< what the codec reads; a view of the input, or of the framer's own scratch until the
                            ///< next call
  Bytes entire;             ///< the frame that it stands in, escapes undone: what ranges count in (config.md, Values)
  std::string_view reason;  ///< a literal, label of a counter: too_long, bad_length, bad_end, ...
  bool lost = false;        ///< the stream cannot be followed any further: the connection must close
  Branch branch = 0;        ///< of a switch: the case that cut the frame; an answer is wrapped by the same

  /// Of a checksum that does not hold: what it should be, and what stands in the frame; the lower 64 bits.
  struct Sums {
    std::uint64_t computed = 0;
    std::uint64_t found = 0;
    std::size_t size = 0;  ///< in bytes
  };
  std::optional<Sums> sums{};  ///< where `reason` is bad_checksum: for people

  static Cut whole(Bytes frame, std::size_t consumed) { return whole(frame, consumed, frame); }
  static Cut whole(Bytes frame, std::size_t consumed, Bytes entire) {
    return {Kind::frame, consumed, frame, entire, {}, false, 0, {}};
  }
  static Cut more(std::size_t consumed = 0) { return {Kind::incomplete, consumed, {}, {}, {}, false, 0, {}}; }
  static Cut reject(std::string_view reason, std::size_t consumed) {
    return {Kind::rejected, consumed, {}, {}, reason, false, 0, {}};
  }
  /// Bytes in front of a frame's start: counted one by one, not as one bad frame.
  static Cut garbage(std::size_t bytes) { return reject(garbage_bytes, bytes); }
  static Cut lose(std::string_view reason) { return {Kind::rejected, 0, {}, {}, reason, true, 0, {}}; }

  static constexpr std::string_view garbage_bytes = "garbage_bytes";
};

/// Cuts the stream of one connection. Pure: no I/O, no clock, no log, and no allocation for a frame.
/// However the stream is split into inputs, the frames are the same.
class Framer {
 public:
  virtual ~Framer() = default;

  /// Looks at the front of `input`: all bytes of the stream that no call has yet consumed. Never asks for more once
  /// `input` exceeds its maximum, so that whoever keeps the unconsumed rest keeps no more than max_length and a header.
  virtual Cut next(Bytes input) = 0;

  /// Appends the frame that carries `payload` to `out`: what `next` would make this payload of. The error says why
  /// there is none; its reason is a counter's label, and `out` is then as before. Knows nothing of what was cut.
  virtual Result<void> wrap(Bytes payload, std::string& out) const = 0;

  /// The same by one case of a switch.
  virtual Result<void> wrap_as(Branch, Bytes payload, std::string& out) const { return wrap(payload, out); }

  /// How many bytes behind the payload, in what this case makes, no option says: they are zero.
  virtual std::size_t unsaid(Branch) const { return 0; }

  /// The case that the YAML calls so; nothing where there is none.
  virtual std::optional<Branch> branch(std::string_view) const { return std::nullopt; }

  /// Whether it is inside of something whose beginning was consumed: what comes next belongs to that.
  virtual bool midway() const { return false; }

  /// Where midway(): takes only what still belongs to that off the front. `incomplete`, or what is to be counted.
  virtual Cut resume(Bytes) { return Cut::more(); }

  /// The next bytes are others, and of those it took the last `untaken` were not. False: a new framer is needed.
  virtual bool restart(std::size_t untaken) {
    static_cast<void>(untaken);
    return false;
  }

  /// `input`, all that no call has consumed, has waited for frame_timeout to become a frame: what is given up of it.
  virtual Cut stalled(Bytes input) { return Cut::reject("frame_timeout", input.size()); }
};

/// Makes a framer for each connection out of `framing: { type: ... }`. The factory, and with it the framer's Config,
/// outlives them.
using Factory = config::Factory<Framer>;

}  // namespace fieldgate::framing
