// The option `checksum`: what is summed, how, and where in the frame the sum stands.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "config/section.hpp"
#include "framing/crc.hpp"
#include "framing/framer.hpp"
#include "framing/range.hpp"
#include "message/bytes.hpp"

namespace fieldgate::framing {

/// A value; cheap to copy. Ranges count in the frame after unescaping.
class Checksum {
 public:
  /// Reads the map that `section` is. `behind`: bytes of a frame behind its checksum, where `at` does not say it.
  static Checksum read(config::Section& section, std::size_t behind);

  /// Whether the frame holds what it should; one without room for it does not. With `verify: false` always.
  bool holds(Bytes frame) const;

  /// What it should be, and what stands in the frame; nothing where there is no room for it, or no digits.
  std::optional<Cut::Sums> sums(Bytes frame) const;

  /// Whether a frame can fail.
  bool verifies() const { return verify_; }

  /// Writes it into the frame. False: there is no room.
  bool fill(char* frame, std::size_t size) const;

  /// Bytes at the end of a frame that are not before the checksum; 0 where it stands at a place counted from the start.
  std::size_t tail() const { return at_ < 0 ? static_cast<std::size_t>(-at_) : 0; }

  /// Of the last `tail` bytes of a frame those that are not its own, where `behind` more stand at the very end.
  std::size_t gap(std::size_t tail, std::size_t behind) const;

  bool operator==(const Checksum& other) const;

 private:
  enum class Kind : std::uint8_t { crc, exclusive_or, sum, lrc };

  void read_algorithm(config::Section& section);
  bool sums_itself() const;
  Wide of(Bytes frame) const;
  std::optional<Wide> stored(Bytes frame) const;
  /// Digits or bytes on the wire.
  std::size_t width() const { return hex_ ? 2 * size_ : size_; }

  Kind kind_ = Kind::exclusive_or;
  std::optional<Crc> crc_;
  Range over_{0, -1};
  std::int64_t at_ = -1;
  std::size_t size_ = 1;   // bytes of the number
  bool wide_sum_ = false;  // of 16 bits
  bool little_ = false;
  bool hex_ = false;
  bool may_be_absent_ = false;
  bool verify_ = true;
};

}  // namespace fieldgate::framing
