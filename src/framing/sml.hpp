// SML files in their transport protocol, version 1: what German electricity meters send.
#pragma once

#include <string>

#include "framing/cutter.hpp"

namespace fieldgate::framing {

/// BSI TR-03109-1, annex IV: 1B1B1B1B 01010101, the file filled up to a multiple of four, 1B1B1B1B 1A, how much was
/// filled, CRC-16/X-25 low byte first (old meters: Kermit). 1B1B1B1B in the file is doubled; in the frame it is not.
class SmlShape {
 public:
  static constexpr std::string_view type = "sml";
  static constexpr std::string_view meaning =
      "SML files in transport protocol version 1, of German electricity meters.";
  static constexpr bool whole_frames = false;
  static constexpr bool can_flush = false;

  struct Config {
    Common common;

    static Config read(config::Section& section);
    bool operator==(const Config&) const = default;
  };

  explicit SmlShape(const Config& config);

  Measure measure(Bytes rest);
  bool midway() const { return false; }
  std::size_t resume(Bytes) { return 0; }
  void forget() { scanned_ = 0; }

  Result<void> wrap(Bytes payload, std::string& out) const;
  bool must_be_read_back() const { return false; }
  static Error unreadable() { return {"sml", "it makes no frame"}; }

 private:
  Measure ended(Bytes frame);

  const Config& config_;
  const Crc& x25_;
  const Crc& kermit_;
  std::size_t scanned_ = 0;  // leading bytes in which the file does not end
  std::string scratch_;
};

using Sml = Cutter<SmlShape>;

}  // namespace fieldgate::framing
