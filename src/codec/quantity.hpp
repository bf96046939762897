// What the number of a field means: its scale, its words, its bounds.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "config/section.hpp"
#include "message/result.hpp"

namespace fieldgate::codec {

/// number x scale + offset, or the word that the number stands for. Shared by all codecs that have typed fields.
/// A decimal scale is exact: 3 with `scale: 0.1` is 0.3, not 0.30000000000000004.
struct Quantity {
  double scale = 1;
  double offset = 0;
  int decimals = 0;  ///< places behind the point where scale is a power of ten and offset 0; else negative
  std::string unit;  ///< shown by `decode` and in the reference, not sent
  std::optional<double> min;
  std::optional<double> max;
  std::optional<std::int64_t> missing;                      ///< the raw number that means there is no value: null
  std::vector<std::pair<std::int64_t, std::string>> words;  ///< `enum`, by number

  /// Reads the options scale, offset, unit, min, max, missing, enum of a field.
  static Quantity read(config::Section& field);

  /// Appends the JSON value. False: outside of min and max, and nothing is appended.
  bool append(std::string& out, std::int64_t raw) const;
  bool append_unsigned(std::string& out, std::uint64_t raw) const;
  bool append(std::string& out, double raw) const;

  /// The way back: the raw number of a JSON value (a number, or a word of the enum, as text without quotes).
  /// The error says what it may be.
  Result<std::int64_t> raw(std::string_view value, bool is_string) const;
  Result<double> raw_real(std::string_view value, bool is_string) const;

  bool operator==(const Quantity&) const = default;
};

}  // namespace fieldgate::codec
