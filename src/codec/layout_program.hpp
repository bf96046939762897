// What a list of fields is compiled to: operations in one flat list, each with what it needs to know.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "codec/calendar.hpp"
#include "codec/charset.hpp"
#include "codec/codec.hpp"
#include "codec/field_expression.hpp"
#include "codec/layout.hpp"
#include "codec/quantity.hpp"
#include "expression/template.hpp"

namespace fieldgate::codec {

inline constexpr std::uint32_t no_index = ~std::uint32_t{0};
inline constexpr std::size_t max_layout_depth = 16;  ///< of fields inside fields
inline constexpr std::size_t max_layout_operations = 4096;
inline constexpr std::int64_t max_repeat = 65536;

enum class Kind : std::uint8_t {
  // one value off the wire
  integer,
  real,
  bits,
  boolean,
  bcd,
  text,
  bytes,
  mac,
  ip,
  imei,
  unix_time,
  civil_time,
  gps_time,
  cp56time,
  flags,
  skip,
  constant,
  // no bytes of their own
  computed,
  nested,
  // round others, which follow up to `end`
  group,
  when,
  place,
  part,
  repeat,
  choose,
  tlv,
  verify,  ///< one value, which must be the one that `value:` says
  named,   ///< one value, whose name is made of another's
};

enum class Sign : std::uint8_t { none, twos_complement, magnitude };

/// One operation: what the hot loop looks at. Of one that stands round others, they follow, up to `end`.
struct Operation {
  Kind kind = Kind::skip;
  std::uint8_t width = 0;  ///< bytes of a number; bits of `bits`
  Sign sign = Sign::none;
  bool little = false;
  bool permuted = false;  ///< a byte_order other than ABCD and DCBA
  bool plain = true;      ///< the number is its own value
  bool shown = false;     ///< stands in the document
  bool is_time = false;
  bool least_first = false;         ///< bits from the least significant
  bool lenient = false;             ///< where what it stands round does not fit, that is left out
  std::uint32_t end = 0;            ///< what follows it
  std::uint32_t key = 0;            ///< in `Program::keys`: `"name":`
  std::uint32_t key_size = 0;       ///< 0: an item of an array
  std::uint32_t cell = no_index;    ///< where expressions find its value
  std::uint32_t member = no_index;  ///< where its last place in the document is kept, if it may come again
  std::uint32_t detail = 0;
  std::uint32_t slot = no_index;  ///< in `Document::picked`; filled in by who decodes
};

/// How many: bytes, items; or where.
struct Amount {
  enum class How : std::uint8_t { none, fixed, computed, prefixed, rest };
  How how = How::none;
  std::int64_t fixed = 0;
  std::uint32_t expression = no_index;
  std::uint8_t prefix = 0;  ///< bytes of a length that stands in front
  bool little = false;      ///< that length
};

/// A part of a time in the order of the wire.
enum class TimePart : std::uint8_t { year2, year4, month, day, hour, minute, second, millisecond, ignored };

struct Transform {
  enum class How : std::uint8_t { none, exclusive_or, add, reverse, swap };
  How how = How::none;
  std::string key;  ///< bytes, used in turn
  /// Undoes it, or applies it again on the way out.
  void apply(char* bytes, std::size_t size, bool outwards) const;
};

/// A case of `switch`: the operations from begin to end.
struct Case {
  std::int64_t number = 0;
  std::int64_t last = 0;  ///< a range of numbers, both included
  std::optional<std::string> word;
  std::uint32_t begin = 0;
  std::uint32_t end = 0;
};

/// The rest of an operation.
struct Detail {
  std::string name;
  std::string type;  ///< as in the YAML
  Quantity quantity;
  Amount amount;
  std::array<std::uint8_t, 8> order{};  ///< of `permuted`: which byte of the value, from the most significant
  std::optional<std::string> terminator;
  bool include = false;  ///< the terminator belongs to the value
  bool consume = true;   ///< the next field begins behind it
  Charset charset = Charset::utf8;
  std::string pad;         ///< the byte that fills up a text; empty: none
  bool trim = false;       ///< white space round a text
  bool as_number = false;  ///< digits are a number
  bool degrees = false;    ///< ddmm.mmmm
  bool low_nibble_first = false;
  bool top_is_sign = false;  ///< of BCD
  bool base64 = false;
  bool as_rfc3339 = false;              ///< a unix time as text
  bool is_truth = false;                ///< of a computed one: true or false
  bool optional = false;                ///< nothing, where there are no bytes
  std::uint8_t digits = 0;              ///< of BCD: half bytes; 0: whole bytes
  std::string constant;                 ///< of `verify`: the bytes of the value; of `named`: what stands in front
  std::string behind;                   ///< of `named`: what stands behind
  std::uint32_t expression = no_index;  ///< of if, until, value, switch, a name
  std::uint32_t negative = no_index;    ///< whether the number is negative
  expression::Template filled;          ///< `value:` on the way out
  std::uint32_t written = no_index;     ///< `value:` on the way out, as an expression
  TimePattern pattern;
  std::vector<TimePart> parts;
  bool parts_are_bytes = false;  ///< else BCD
  std::int64_t unit = 0;         ///< microseconds of a unix time
  std::int64_t epoch = 0;        ///< where it counts from, in those units after 1970
  std::chrono::minutes zone{0};
  std::vector<Case> cases;
  std::uint32_t otherwise = no_index;  ///< where `default` begins
  std::uint32_t otherwise_end = no_index;
  Transform transform;
  Factory codec;
  bool until_end = false;
  bool braces = false;                   ///< a group or repeat that is an object or array of its own
  bool split = false;                    ///< each item is a message
  std::vector<std::uint32_t> forgotten;  ///< cells that each item begins without
  std::vector<std::uint32_t> members;    ///< names that may come again
  std::vector<std::string> path;         ///< where it stands in the document; empty: in an array, or nowhere
};

struct Program {
  std::vector<Operation> operations;
  std::vector<Detail> details;
  std::vector<FieldExpression> expressions;
  std::string keys;
  std::uint32_t cells = 0;
  std::uint32_t members = 0;
  std::uint32_t index_cell = no_index;  ///< `_index`: which item of the innermost repeat
  std::uint32_t left_cell = no_index;   ///< `_left`: bytes left in the innermost part
  std::uint32_t size_cell = no_index;   ///< `_size`: bytes of the innermost part
  bool splits = false;
  bool has_unknown = false;  ///< names that only the frame knows
  bool trailing_error = false;
  std::string source;  ///< the YAML, for comparison

  /// The operations of the case that a value chooses; nothing where none fits.
  std::optional<std::pair<std::uint32_t, std::uint32_t>> choose(const Detail& detail, const Cell& value) const;

  const Detail& detail(const Operation& operation) const { return details[operation.detail]; }
};

/// A number of up to 8 bytes.
std::uint64_t load(const char* at, const Operation& operation, const Detail& detail);
void store(std::uint64_t value, const Operation& operation, const Detail& detail, std::string& out);

/// The first bytes, little endian or big.
inline std::uint64_t load_bytes(const char* at, std::size_t count, bool little) {
  std::uint64_t value = 0;
  if (little) {
    for (std::size_t i = count; i-- > 0;) value = value << 8 | static_cast<unsigned char>(at[i]);
  } else {
    for (std::size_t i = 0; i < count; ++i) value = value << 8 | static_cast<unsigned char>(at[i]);
  }
  return value;
}

/// What the bits of a number mean, `width` bits of them.
inline std::int64_t with_sign(std::uint64_t bits, unsigned width, Sign sign) {
  if (sign == Sign::none || width == 0) return static_cast<std::int64_t>(bits);
  const std::uint64_t top = std::uint64_t{1} << (width - 1);
  if (sign == Sign::twos_complement) return static_cast<std::int64_t>((bits ^ top) - top);
  const auto magnitude = static_cast<std::int64_t>(bits & (top - 1));
  return (bits & top) != 0 ? -magnitude : magnitude;
}

double to_real(std::uint64_t bits, unsigned bytes);
std::uint64_t from_real(double value, unsigned bytes);

/// ddmm.mmmm as degrees.
double to_degrees(double ddmm);
double from_degrees(double degrees);

}  // namespace fieldgate::codec
