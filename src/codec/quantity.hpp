// What the number of a field means: its scale, its words, its bounds.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "codec/decimal.hpp"
#include "config/section.hpp"
#include "message/result.hpp"

namespace fieldgate::codec {

/// number x scale + offset, or the word that the number stands for. Shared by all codecs that have typed fields.
/// A decimal scale is exact: 3 with `scale: 0.1` is 0.3, not 0.30000000000000004, and 2300 is 230.0.
struct Quantity {
  double scale = 1;
  double divisor = 1;  ///< of a scale like 1/1800000; then scale is the 1
  double offset = 0;
  int decimals = 0;             ///< places behind the point of each value where scale and offset are decimal
  bool decimal = true;          ///< whether they are
  std::int64_t multiplier = 1;  ///< the scale x 10^decimals
  std::int64_t addend = 0;      ///< the offset x 10^decimals
  std::string unit;             ///< shown by `decode` and in the reference, not sent
  std::optional<double> min;
  std::optional<double> max;
  std::vector<std::int64_t> missing;                        ///< the raw numbers that mean there is no value: null
  std::vector<std::pair<std::int64_t, std::string>> words;  ///< `enum`, by number
  std::vector<std::string> quoted;                          ///< the words as JSON strings

  /// Reads the options scale, offset, unit, min, max, missing, enum of a field. Where numbers arrive as text, `missing`
  /// takes texts as well: those go to `missing_texts`.
  static Quantity read(config::Section& field, std::vector<std::string>* missing_texts = nullptr);

  /// The number is its own value.
  bool plain() const;
  /// No bytes of any value are more than these.
  std::size_t longest() const;

  /// Appends the JSON value. False: outside of min and max, and nothing is appended.
  bool append(std::string& out, std::int64_t raw) const;
  bool append_unsigned(std::string& out, std::uint64_t raw) const;
  bool append(std::string& out, double raw) const;

  /// The same, to `longest()` bytes of room: where it ends, or null.
  char* write(char* to, std::int64_t raw) const;
  char* write_unsigned(char* to, std::uint64_t raw) const;
  /// `single`: the number came from 4 bytes or less, and has no more digits than those.
  char* write(char* to, double raw, bool single = false) const;

  /// number x scale + offset.
  double scaled(double raw) const { return raw * scale / divisor + offset; }

  /// The word that a number stands for; null if none.
  const std::string* word(std::int64_t raw) const;

  /// The way back: the raw number of a JSON value (a number, or a word of the enum, as text without quotes).
  /// The error says what it may be. Of what exceeds 63 bits, `raw` gives the same bits.
  Result<std::int64_t> raw(std::string_view value, bool is_string) const;
  Result<double> raw_real(std::string_view value, bool is_string) const;

  /// What a value may be, for people: "open, closed", "from 0 to 300 V"; empty: any number.
  std::string range() const;

  bool operator==(const Quantity&) const = default;

 private:
  std::size_t find_word(std::int64_t raw) const;
  char* write_exceptional(char* to, std::int64_t raw) const;
  bool within(double value) const { return !(min && value < *min) && !(max && value > *max); }
  std::optional<std::int64_t> named(std::string_view value) const;
};

/// Reads the option `missing` of a field that arrives as text: the texts that say there is no value.
std::vector<std::string> read_missing_texts(config::Section& field);

/// Reads the option `name` of a field as a number.
std::optional<double> read_number(config::Section& field, std::string_view name, std::string_view meaning);

}  // namespace fieldgate::codec
