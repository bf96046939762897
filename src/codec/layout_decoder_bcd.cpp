// LayoutDecoder: decimal digits in half bytes.
#include <charconv>

#include "codec/layout_decoder.hpp"

namespace fieldgate::codec {

namespace {

constexpr char filler = '0' + 0xF;

bool all_digits(Bytes bytes) {
  unsigned beyond = 0;  // bit 4 of a nibble plus 6: it was above 9
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    beyond |= ((byte >> 4) + 6U) | ((byte & 0xFU) + 6U);
  }
  return (beyond & 0x10) == 0 && !bytes.empty();
}

}  // namespace

/// BCD without anything special about it.
bool LayoutDecoder::write_digits(const Operation& operation, Bytes bytes) {
  if (!open(operation, 2 * bytes.size() + 2)) return false;
  put('"');
  for (const char c : bytes) {
    put(static_cast<char>('0' + (static_cast<unsigned char>(c) >> 4)));
    put(static_cast<char>('0' + (static_cast<unsigned char>(c) & 0xF)));
  }
  put('"');
  close(operation);
  return true;
}

bool LayoutDecoder::read_bcd(const Operation& operation, const Detail& detail) {
  if (detail.digits > 0) return read_half_bytes(operation, detail);
  Bytes bytes;
  if (!take_sized(detail, bytes)) return false;
  if (detail.as_number) return read_bcd_number(operation, detail, bytes);
  if (operation.shown && operation.cell == no_index && !operation.little && !detail.low_nibble_first &&
      all_digits(bytes))
    return write_digits(operation, bytes);
  scratch_.clear();
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    const auto byte = static_cast<unsigned char>(operation.little ? bytes[bytes.size() - 1 - i] : bytes[i]);
    const unsigned nibbles[] = {unsigned{byte} >> 4, byte & 0xFU};
    for (const unsigned half : {0U, 1U})
      scratch_ += static_cast<char>('0' + nibbles[half ^ (detail.low_nibble_first ? 1U : 0U)]);
  }
  // F fills up an odd number of digits, at either end.
  std::string_view digits = scratch_;
  while (digits.ends_with(filler)) digits.remove_suffix(1);
  while (digits.starts_with(filler)) digits.remove_prefix(1);
  if (digits.find_first_not_of("0123456789") != digits.npos)
    return fail("bad_digit", "a digit of a BCD number is none");
  return give_digits(operation, digits, digits.empty() && !bytes.empty());
}

/// Digits that begin or end in the middle of a byte.
bool LayoutDecoder::read_half_bytes(const Operation& operation, const Detail& detail) {
  if (bits_left() < 4U * detail.digits) return short_of(1);
  scratch_.clear();
  for (unsigned i = 0; i < detail.digits; ++i)
    scratch_ += static_cast<char>('0' + take_bits(4, detail.low_nibble_first));
  std::string_view digits = scratch_;
  while (digits.ends_with(filler)) digits.remove_suffix(1);
  while (digits.starts_with(filler)) digits.remove_prefix(1);
  if (digits.find_first_not_of("0123456789") != digits.npos)
    return fail("bad_digit", "a digit of a BCD number is none");
  if (!detail.as_number || digits.empty()) return give_digits(operation, digits, digits.empty());
  std::int64_t number = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), number);
  return write_number(operation, detail, number, false);
}

bool LayoutDecoder::give_digits(const Operation& operation, std::string_view digits, bool all_filled) {
  if (operation.cell != no_index) {
    // A number too, up to 18 digits.
    std::int64_t number = 0;
    const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), number);
    cells_[operation.cell] = read.ec == std::errc() ? Cell::of(number) : Cell::of(std::string_view());
    cells_[operation.cell].text = keep_text(digits);
  }
  if (!operation.shown) return true;
  if (!open(operation, digits.size() + 8)) return false;
  if (all_filled) {
    put("null");
  } else {
    put('"');
    put(digits);
    put('"');
  }
  close(operation);
  return true;
}

bool LayoutDecoder::read_bcd_number(const Operation& operation, const Detail& detail, Bytes bytes) {
  constexpr std::size_t most = 9;  // bytes whose digits an int64 holds
  if (bytes.size() > most) return fail("bad_value", "a BCD number has more than 18 digits");
  std::int64_t value = 0;
  bool negative = false;
  bool all_filled = true;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    auto byte = static_cast<unsigned char>(operation.little ? bytes[bytes.size() - 1 - i] : bytes[i]);
    all_filled = all_filled && byte == 0xFF;
    if (all_filled) continue;
    if (detail.low_nibble_first) byte = static_cast<unsigned char>(byte << 4 | byte >> 4);
    if (i == 0 && detail.top_is_sign && (byte & 0x80) != 0) negative = true, byte &= 0x7F;
    const unsigned high = byte >> 4U;
    const unsigned low = byte & 0xFU;
    if (high > 9 || low > 9) return fail("bad_digit", "a digit of a BCD number is none");
    value = value * 100 + high * 10 + low;
  }
  if (all_filled && !bytes.empty()) {
    if (operation.cell != no_index) cells_[operation.cell] = {};
    if (!operation.shown) return true;
    if (!open(operation, 8)) return false;
    put("null");
    close(operation);
    return true;
  }
  return write_number(operation, detail, negative ? -value : value, false);
}

}  // namespace fieldgate::codec
