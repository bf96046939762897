// Frames that say in a field how long they are.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "framing/cutter.hpp"
#include "framing/escape.hpp"

namespace fieldgate::framing {

/// A frame is length_offset + length_size + the field's value + length_adjust bytes long (Netty's
/// LengthFieldBasedFrameDecoder), and may begin, end, and be coded as the other options say.
class LengthFieldShape {
 public:
  static constexpr std::string_view type = "length_field";
  static constexpr std::string_view meaning = "Frames with a field that says how long they are.";
  static constexpr bool whole_frames = false;
  static constexpr bool can_flush = false;
  static constexpr bool drafts = true;
  static constexpr bool claims = true;

  enum class Endian : std::uint8_t { big, little };
  enum class Encoding : std::uint8_t { uint, ascii, ascii_hex, bcd, varint };
  enum class From : std::uint8_t { length_end, length_start, frame_start };

  /// Another number that counts: masked, scaled and added.
  struct Addend {
    std::size_t offset = 0;
    std::size_t size = 1;
    Endian endian = Endian::big;
    std::uint64_t mask = ~std::uint64_t{0};
    std::int64_t scale = 1;
    bool operator==(const Addend&) const = default;
  };

  struct Config {
    Common common;
    std::size_t length_offset = 0;
    std::size_t length_size = 2;  ///< 1 to 8; of a varint, and of digits up to a terminator: at most
    Endian endian = Endian::big;
    Encoding encoding = Encoding::uint;
    std::string terminator;  ///< behind the digits of an ASCII length; empty: it has length_size digits
    std::string after;       ///< the field stands behind the first of these from length_offset on
    std::uint64_t mask = ~std::uint64_t{0};
    std::int64_t scale = 1;
    std::vector<Addend> addends;
    From from = From::length_end;
    std::int64_t length_adjust = 0;
    std::size_t round_up = 1;
    std::size_t strip = 0;
    bool strip_header = false;
    std::size_t min_length = 0;
    Markers end;
    bool scan = false;  ///< where `end` is not at the frame's end: it ends at the next one
    Escape escape;

    static Config read(config::Section& section);
    bool operator==(const Config&) const = default;
  };

  /// `config` outlives the framer.
  explicit LengthFieldShape(const Config& config) : config_(config) {}

  Measure measure(Bytes rest);
  bool midway() const { return skip_ > 0; }
  std::size_t resume(Bytes input) {
    const std::size_t there = std::min(skip_, input.size());
    skip_ -= there;
    return there;
  }
  void forget() { skip_ = 0, scanned_ = 0, searched_ = 0, undone_ = 0; }

  /// Fills in the start, the length, the checksum, the end and the escapes. The payload stands where `payload` begins,
  /// else behind the length field; bytes that nothing is known of are zero.
  Result<void> wrap(Bytes payload, std::string& out) const;
  bool must_be_read_back() const { return config_.scan || !config_.after.empty(); }
  static Error unreadable() { return {"end", "it makes no frame: it holds what ends one (framing.end)"}; }

 private:
  /// The length field of the bytes in front.
  struct Field {
    Measure::Kind kind = Measure::Kind::more;  // whole, more, bad
    std::size_t need = 0;                      // of `more`
    std::size_t begin = 0;
    std::size_t end = 0;  // behind its terminator
    std::uint64_t value = 0;
  };

  Field field(Bytes frame);
  Field digits(Bytes frame, std::size_t begin) const;
  Field varint(Bytes frame, std::size_t begin) const;
  /// How long the frame is; negative where it cannot be.
  std::int64_t length(Bytes frame, const Field& field, std::int64_t value) const;
  Measure measure_plain(Bytes rest);
  Measure measure_escaped(Bytes rest);
  std::optional<Measure> refuse(std::int64_t length, const Field& field, std::size_t there);
  Measure finish(Bytes frame, std::size_t on_wire, const Field& field) const;
  Measure scan(Bytes rest, const Field& field);
  std::string written(std::uint64_t value, std::size_t width) const;
  Result<std::uint64_t> value_of(const Draft& draft, std::size_t begin, std::size_t header_end) const;
  bool fits(std::uint64_t value, std::size_t width) const;
  Result<void> wrap_with(std::size_t width, Bytes payload, std::string& out) const;
  Result<void> put_length(Draft& draft, std::size_t begin, std::size_t width) const;

  const Config& config_;
  std::size_t skip_ = 0;      // bytes still to come of a frame that was too long, and has been reported
  std::size_t scanned_ = 0;   // leading bytes in which no `end` begins
  std::size_t searched_ = 0;  // leading bytes in which no `length_after` begins
  std::size_t undone_ = 0;    // leading bytes on the wire that stand in scratch_
  std::string scratch_;       // of escaped frames
};

using LengthField = Cutter<LengthFieldShape>;

}  // namespace fieldgate::framing
