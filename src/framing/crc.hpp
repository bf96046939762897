// Cyclic redundancy checks by their parameters, as the catalogue of reveng describes them.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "message/bytes.hpp"

namespace fieldgate::framing {

/// Wide enough for the widest check of the catalogue, CRC-82/DARC.
__extension__ typedef unsigned __int128 Wide;

/// https://reveng.sourceforge.io/crc-catalogue: `init` is the register at the start, not reflected.
struct CrcParameters {
  unsigned width = 16;  ///< bits, 1 to 128
  std::uint64_t poly = 0;
  std::uint64_t init = 0;
  bool refin = false;
  bool refout = false;
  std::uint64_t xorout = 0;
  std::uint64_t poly_high = 0;  ///< bits of the polynomial from 64 on

  bool operator==(const CrcParameters&) const = default;
};

/// One algorithm with its tables; cheap to copy. Eight bytes a step up to 64 bits, a bit a step above.
class Crc {
 public:
  explicit Crc(const CrcParameters& parameters);

  Wide operator()(Bytes bytes) const;
  const CrcParameters& parameters() const { return parameters_; }

 private:
  using Tables = std::array<std::array<std::uint64_t, 256>, 8>;

  std::uint64_t reflected(Bytes bytes) const;
  std::uint64_t straight(Bytes bytes) const;
  Wide bit_by_bit(Bytes bytes) const;

  CrcParameters parameters_;
  std::shared_ptr<const Tables> tables_;
};

/// The parameters of a name of the catalogue, or of a common other name. How it is written does not matter:
/// crc16_modbus, CRC-16/MODBUS. Nothing where there is none.
std::optional<CrcParameters> crc_called(std::string_view name);

/// The names of the catalogue.
std::vector<std::string_view> crc_names();

}  // namespace fieldgate::framing
