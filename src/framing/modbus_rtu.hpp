// Modbus RTU without the silence between frames, as it comes over TCP: lengths follow from the function code.
#pragma once

#include <cstdint>
#include <optional>

#include "framing/cutter.hpp"

namespace fieldgate::framing {

/// MODBUS Application Protocol 1.1b3, chapter 6; the CRC is the low byte first. The frame is unit, PDU and CRC.
class ModbusRtuShape {
 public:
  static constexpr std::string_view type = "modbus_rtu";
  static constexpr std::string_view meaning =
      "Modbus RTU over a stream: the length follows from the function, the CRC tells.";
  static constexpr bool whole_frames = false;
  static constexpr bool can_flush = false;

  enum class Direction : std::uint8_t { any, request, response };

  struct Config {
    Common common;
    Direction direction = Direction::any;

    static Config read(config::Section& section);
    bool operator==(const Config&) const = default;
  };

  explicit ModbusRtuShape(const Config& config) : config_(config), crc_(shared()) {}

  Measure measure(Bytes rest) const;
  bool midway() const { return false; }
  std::size_t resume(Bytes) { return 0; }
  void forget() {}

  /// Adds the CRC.
  Result<void> wrap(Bytes payload, std::string& out) const;
  bool must_be_read_back() const { return false; }
  static Error unreadable() { return {"modbus", "it makes no frame"}; }

 private:
  bool good(Bytes frame) const;

  const Config& config_;
  static const Crc& shared();

  const Crc& crc_;
};

using ModbusRtu = Cutter<ModbusRtuShape>;

}  // namespace fieldgate::framing
