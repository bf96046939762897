// LayoutReader: fields of bits and half bytes.
#include <fmt/format.h>

#include <algorithm>

#include "codec/layout_reader.hpp"
#include "config/values.hpp"

namespace fieldgate::codec {

void LayoutReader::set_bits(config::Section& section, const FieldOptions& options, Operation& operation,
                            Detail& detail) {
  const Kind kind = operation.kind;
  if (kind != Kind::bits && kind != Kind::boolean && kind != Kind::skip) return;
  if (kind == Kind::bits && options.is_signed) operation.sign = Sign::twos_complement;
  if (kind == Kind::skip) {
    if (options.bits.has_value() == options.bytes.has_value()) section.error("", "skip needs 'bytes' or 'bits'");
    if (options.bits) detail.amount = {Amount::How::fixed, *options.bits, no_index, 0, false};
    if (options.bytes) detail.amount = amount(section, "bytes", *options.bytes, 0, INT32_MAX);
    operation.width = options.bits ? 1 : 8;  // bits of one
    return;
  }
  std::int64_t bits = options.bits.value_or(0);
  if (bits == 0 && kind == Kind::boolean)
    bits = options.bytes ? amount(section, "bytes", *options.bytes, 1, 8).fixed * 8 : 8;
  if (bits == 0) section.error("", "bits needs 'bits', how many: { type: bits, bits: 4 }");
  if (bits > 64) section.error("bits", "must be from 1 to 64");
  operation.width = static_cast<std::uint8_t>(std::clamp<std::int64_t>(bits, 1, 64));
}

/// Words for bits, bit 0 the least significant.
void LayoutReader::set_flags(config::Section& section, const FieldOptions& options, Operation& operation,
                             Detail& detail) {
  if (operation.kind != Kind::flags) return;
  const auto bytes = options.bytes ? amount(section, "bytes", *options.bytes, 1, 8).fixed : 0;
  if (bytes < 1) section.error("", "flags need their 'bytes', a number from 1 to 8");
  operation.width = static_cast<std::uint8_t>(std::clamp<std::int64_t>(bytes, 1, 8));
  set_byte_order(section, options, operation, detail);
  const auto& words = detail.quantity.words;
  if (words.empty()) section.error("", "flags need the words of their bits: enum: { 0: sos, 1: overspeed }");
  for (const auto& [bit, word] : words) {
    if (bit < 0 || bit >= operation.width * 8)
      section.error("enum", fmt::format("bit {} of {} is outside of 0 to {}", bit, config::in_quotes(word),
                                        operation.width * 8 - 1));
  }
}

/// So many digits of BCD. Where they do not fill bytes, they are taken as half bytes, and the next field begins there.
void LayoutReader::set_digits(config::Section& section, const FieldOptions& options, Detail& detail) {
  if (options.bytes || options.length) section.error("digits", "another option says already how long it is");
  const bool halves = *options.digits % 2 != 0 || bit_.value_or(0) != 0;
  if (halves && context_.little)
    section.error("digits", "half bytes have no 'endian: little'; write endian: big at this field");
  if (halves && options.is_signed) section.error("signed", "half bytes have no sign; take it as bits of its own");
  if (halves) detail.digits = static_cast<std::uint8_t>(*options.digits);
  detail.amount = {Amount::How::fixed, (*options.digits + 1) / 2, no_index, 0, false};
}

}  // namespace fieldgate::codec
