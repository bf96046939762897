// One entry of `fields:` as it is written.
#pragma once

#include <optional>
#include <string>

#include "codec/layout_program.hpp"
#include "config/section.hpp"

namespace fieldgate::codec {

/// What a `type:` stands for.
struct FieldType {
  std::string_view name;
  Kind kind = Kind::group;
  std::uint8_t bytes = 0;  ///< 0: said by an option
  Sign sign = Sign::none;
  std::int64_t unit = 0;
  std::string_view time;  ///< the default of `format`
};

/// The type of this name; nothing, after a problem was reported, where there is none.
std::optional<FieldType> find_field_type(config::Section& field, std::string_view name);
/// All names, as the reference shows them.
std::string field_type_names();

/// The options of a field that are one value each, as text; what they mean depends on its type.
struct FieldOptions {
  std::string name;
  std::optional<std::string> type;
  std::optional<std::string> bytes;
  std::optional<std::int64_t> bits;
  std::optional<std::int64_t> digits;
  std::optional<std::string> length;
  std::optional<std::string> terminator;
  std::optional<Charset> encoding;
  bool base64 = false;
  bool include = false;
  bool consume = true;
  bool trim = false;
  std::optional<std::string> pad;
  std::optional<bool> little;
  std::string byte_order;
  std::optional<bool> least_first;
  Quantity quantity;
  bool is_time = false;
  std::optional<std::chrono::minutes> zone;
  std::string format;
  std::optional<TimePoint> epoch;
  std::optional<std::string> at;
  std::optional<std::string> condition;
  std::optional<std::string> size;
  std::optional<std::string> choose;
  std::optional<std::string> value;
  std::optional<std::string> constant;
  std::optional<std::string> negative;
  bool is_signed = false;
  bool low_nibble_first = false;
  bool as_number = false;
  bool lenient = false;
  Transform transform;

  static FieldOptions read(config::Section& field);
};

/// `transform: { xor: 0x5a }`, `{ add: -0x33 }`, `reverse`.
Transform read_transform(config::Section& section);
/// `endian: big | little`, where it is given.
std::optional<bool> read_little(config::Section& section);
/// `bit_order: msb | lsb`, where it is given.
std::optional<bool> read_least_first(config::Section& section);
/// `timezone: "+08:00"`, where it is given.
std::optional<std::chrono::minutes> read_zone(config::Section& section);

/// Reports options that say nothing to a field of this type.
void check_options(config::Section& field, const FieldType& type);

}  // namespace fieldgate::codec
