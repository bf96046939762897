// The options that all framers share, and what a type tells of the bytes in front of it.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "config/section.hpp"
#include "framing/checksum.hpp"
#include "framing/framer.hpp"
#include "framing/markers.hpp"
#include "framing/max_length.hpp"
#include "framing/range.hpp"

namespace fieldgate::framing {

struct Common {
  std::size_t max_length = default_max_length;
  Markers skip;   ///< dropped in front of a frame, and not counted
  Markers start;  ///< a frame begins with one of them; none: anywhere
  std::optional<Checksum> checksum;
  std::optional<Range> payload;  ///< none: the whole frame
  bool close = false;            ///< a bad frame loses the stream
  bool fail_fast = true;         ///< a frame is too long as soon as that is known; else when it is over
  bool shared_flag = false;      ///< the end of a frame may be the start of the next
  std::size_t unsaid = 0;        ///< bytes behind the payload that no option says; zero in what goes out

  /// `behind`: bytes of a frame behind its checksum, where that has no `at`. `start_required` as it says.
  static Common read(config::Section& section, std::size_t behind = 0, bool start_required = false);

  bool verifies() const { return checksum && checksum->verifies(); }

  /// What the codec reads of a frame, of which `strip` leading bytes are none of it.
  Bytes payload_of(Bytes frame, std::size_t strip) const {
    if (!payload) return frame.substr(std::min(strip, frame.size()));
    const Bytes cut = part(frame, *payload);
    const auto before = static_cast<std::size_t>(cut.data() - frame.data());
    return before >= strip ? cut : cut.substr(std::min(strip - before, cut.size()));
  }

  bool operator==(const Common&) const = default;
};

/// What a type finds at the front of its input, where a frame may begin.
struct Measure {
  enum class Kind : unsigned char {
    whole,     ///< a frame of `size` bytes on the wire; checksum and payload are not its type's affair
    more,      ///< more bytes are needed, so that there are at least `size`
    empty,     ///< `size` bytes that are nothing: no frame, and nothing to count
    garbage,   ///< `size` bytes in front of a frame
    bad,       ///< no frame begins here, for `reason`; looked at were `size` bytes, however many there are
    lost,      ///< the stream cannot be followed any further, for `reason`
    too_long,  ///< one that is too long: `size` bytes of it are done with, and the type skips the rest
  };

  Kind kind = Kind::more;
  std::size_t size = 0;
  Bytes frame;            ///< the frame that ranges count in: escapes undone, markers off where they are stripped
  std::size_t strip = 0;  ///< its leading bytes that the codec does not read
  std::string_view reason;
  std::size_t claim = 0;  ///< of `bad`: how long it says that it is, where that is more than was looked at

  static Measure whole(Bytes frame, std::size_t size, std::size_t strip = 0) {
    return {Kind::whole, size, frame, strip, {}, 0};
  }
  static Measure more(std::size_t size) { return {Kind::more, size, {}, 0, {}, 0}; }
  static Measure empty(std::size_t size) { return {Kind::empty, size, {}, 0, {}, 0}; }
  static Measure garbage(std::size_t size) { return {Kind::garbage, size, {}, 0, {}, 0}; }
  static Measure bad(std::string_view reason, std::size_t size, std::size_t claim = 0) {
    return {Kind::bad, size, {}, 0, reason, claim};
  }
  static Measure lost(std::string_view reason) { return {Kind::lost, 0, {}, 0, reason, 0}; }
  static Measure too_long(std::size_t size) { return {Kind::too_long, size, {}, 0, too_long_reason, 0}; }

  static constexpr std::string_view too_long_reason = "too_long";
};

/// A frame on its way out, whose parts are filled in.
class Draft {
 public:
  /// Appends to `out` room for `payload` where the common options, or else the type, put it: behind `front` bytes and
  /// before `back` more and the checksum. The payload stands in it already, all else is zero.
  static Result<Draft> make(const Common& common, Bytes payload, std::size_t front, std::size_t back, std::string& out);

  std::size_t size() const { return out_->size() - begin_; }
  std::size_t begin() const { return begin_; }
  Bytes bytes() const { return Bytes(*out_).substr(begin_); }
  void put(std::size_t at, Bytes bytes) { out_->replace(begin_ + at, bytes.size(), bytes); }
  void lengthen(std::size_t by) { out_->append(by, '\0'); }
  Result<void> fill_checksum(const Common& common);

 private:
  Draft(std::string& out, std::size_t begin) : out_(&out), begin_(begin) {}

  std::string* out_;
  std::size_t begin_;
};

}  // namespace fieldgate::framing
