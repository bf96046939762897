// Frames that say in a field how long they are.
#pragma once

#include <cstdint>
#include <optional>
#include <utility>

#include "framing/framer.hpp"
#include "framing/max_length.hpp"

namespace fieldgate::framing {

/// A frame is length_offset + length_size + the field's value + length_adjust bytes long (Netty's
/// LengthFieldBasedFrameDecoder).
class LengthField final : public Framer {
 public:
  static constexpr std::string_view type = "length_field";
  static constexpr std::string_view meaning = "Frames with a field that says how long they are.";

  enum class Endian : std::uint8_t { big, little };

  struct Config {
    std::size_t length_offset = 0;
    std::size_t length_size = 2;  ///< 1 to 8
    Endian endian = Endian::big;
    std::int64_t length_adjust = 0;
    std::optional<std::pair<std::int64_t, std::int64_t>> payload;  ///< as in Python; none: the whole frame
    std::size_t max_length = default_max_length;                   ///< of the whole frame

    static Config read(config::Section& section);
    bool operator==(const Config&) const = default;
  };

  /// `config` outlives the framer.
  explicit LengthField(const Config& config) : config_(config) {}

  Cut next(Bytes input) override;

  /// Fills the length in; the payload stands where `payload` begins, but never before the end of the length field.
  /// Other bytes round it are zero.
  Result<void> wrap(Bytes payload, std::string& out) const override;

 private:
  std::uint64_t field(Bytes rest) const;
  Bytes payload(Bytes frame) const;
  void append_field(std::uint64_t value, std::string& out) const;

  const Config& config_;
  std::size_t skip_ = 0;  // bytes still to come of a frame that was too long, and has been reported
};

}  // namespace fieldgate::framing
