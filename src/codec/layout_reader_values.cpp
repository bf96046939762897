// LayoutReader: fields of one value, each by its type.
#include <fmt/format.h>

#include <algorithm>

#include "codec/layout_reader.hpp"
#include "config/registry.hpp"
#include "config/values.hpp"

namespace fieldgate::codec {

using config::in_quotes;

namespace {

struct Token {
  std::string_view letters;
  TimePart part;
};
constexpr Token tokens[] = {{"yyyy", TimePart::year4}, {"yy", TimePart::year2},  {"MM", TimePart::month},
                            {"dd", TimePart::day},     {"HH", TimePart::hour},   {"hh", TimePart::hour},
                            {"mm", TimePart::minute},  {"ss", TimePart::second}, {"SSS", TimePart::millisecond},
                            {"ee", TimePart::ignored}};

std::optional<std::vector<TimePart>> parse_parts(std::string_view format) {
  std::vector<TimePart> parts;
  while (!format.empty()) {
    const auto token = std::find_if(std::begin(tokens), std::end(tokens),
                                    [format](const Token& t) { return format.starts_with(t.letters); });
    if (token == std::end(tokens)) return std::nullopt;
    parts.push_back(token->part);
    format.remove_prefix(token->letters.size());
  }
  return parts;
}

std::int64_t bytes_of(const std::vector<TimePart>& parts) {
  std::int64_t bytes = 0;
  for (const TimePart part : parts) bytes += part == TimePart::year4 || part == TimePart::millisecond ? 2 : 1;
  return bytes;
}

/// An order that is said of four bytes, for another number of them: whole, or by words of two.
std::string as_of_four(const std::string& letters, std::size_t width) {
  std::string order(std::string_view("ABCDEFGH").substr(0, width));
  if (letters == "DCBA" || letters == "CDAB") std::reverse(order.begin(), order.end());
  if (letters != "CDAB" && letters != "BADC") return letters == "ABCD" || letters == "DCBA" ? order : letters;
  for (std::size_t i = 0; i + 1 < width; i += 2) std::swap(order[i], order[i + 1]);
  return order;
}

bool is_clock(Kind kind) {
  return kind == Kind::unix_time || kind == Kind::civil_time || kind == Kind::gps_time || kind == Kind::cp56time;
}

}  // namespace

void LayoutReader::emit_leaf(config::Section& section, const FieldOptions& options, const FieldType& type,
                             bool is_item) {
  const bool made = is_made_name(options.name);
  const std::uint32_t naming = made ? add(Kind::named, options) : no_index;
  if (made) set_made_name(section, options.name, naming);
  const bool fixed = options.value && type.kind != Kind::computed && type.kind != Kind::constant &&
                     options.value->find("{{") == std::string::npos;
  const std::uint32_t verify = fixed ? add(Kind::verify, options) : no_index;
  const std::uint32_t index = add(type.kind, options);
  show(index, options, is_item || made);
  Operation operation = program_.operations[index];
  Detail detail = program_.details[operation.detail];  // a copy: expressions may add to the lists
  detail.type = type.name;
  detail.quantity = options.quantity;
  operation.is_time = options.is_time;
  set_number(section, options, type, operation, detail);
  set_bits(section, options, operation, detail);
  set_flags(section, options, operation, detail);
  set_sized(section, options, type, detail);
  set_time(section, options, type, detail);
  set_value(section, options, operation, detail);
  operation.plain = detail.quantity.plain() && !detail.degrees && detail.negative == no_index;
  if (operation.kind == Kind::nested && !section.describing()) {
    section.section("codec", "The codec of the bytes.", [&](config::Section& inner) {
      detail.codec = inner.reader().get<config::Registry<Factory>>().read(inner);
    });
  }
  if (operation.is_time && !is_clock(operation.kind) && detail.pattern.empty())
    section.error("time",
                  "only a field that is a time can be the message's: unix_s, bcd_time, a string with 'format', ...");
  program_.details[operation.detail] = std::move(detail);
  program_.operations[index] = operation;
  if (!made) declare(section, options.name, index);
  check_alignment(section, operation, program_.details[operation.detail]);
  check_zone(section, operation, program_.details[operation.detail]);
  if (fixed) {
    set_expected(section, options, verify);
    finish(verify);
  }
  if (made) finish(naming);
}

void LayoutReader::set_number(config::Section& section, const FieldOptions& options, const FieldType& type,
                              Operation& operation, Detail& detail) {
  const Kind kind = operation.kind;
  operation.sign = type.sign;
  if (kind == Kind::integer || kind == Kind::real || kind == Kind::unix_time) {
    const bool chosen = type.bytes == 0 || kind == Kind::unix_time;
    std::int64_t bytes = type.bytes;
    if (options.bytes && chosen) {
      bytes = amount(section, "bytes", *options.bytes, 1, 8).fixed;
    } else if (options.bytes) {
      section.error("bytes",
                    fmt::format("a {} has {} bytes; another width is 'type: uint, bytes: 3'", type.name, type.bytes));
    }
    if (bytes < 1 || bytes > 8) {
      section.error("bytes", fmt::format("{} needs its 'bytes', a number from 1 to 8", type.name));
      bytes = 1;
    }
    operation.width = static_cast<std::uint8_t>(bytes);
    if (options.is_signed) operation.sign = Sign::twos_complement;
    set_byte_order(section, options, operation, detail);
  }
  detail.unit = type.unit;
  if (options.epoch && detail.unit != 0) {
    detail.epoch = options.epoch->time_since_epoch().count() / detail.unit;
    for (std::int64_t& one : detail.quantity.missing) one += detail.epoch;
  }
  if (options.negative) detail.negative = expression(section, "negative", *options.negative);
  const bool number = kind == Kind::integer || kind == Kind::real || kind == Kind::bcd || kind == Kind::text;
  detail.degrees = number && options.format == "ddmm";
  if (kind != Kind::integer && kind != Kind::bits) return;
  for (auto* raw : {&detail.quantity.missing}) {
    for (std::int64_t& one : *raw) {  // 0xffff of an int16 means its bits
      const unsigned width =
          kind == Kind::bits ? static_cast<unsigned>(options.bits.value_or(1)) : operation.width * 8U;
      if (operation.sign == Sign::twos_complement && width < 64 && one >> (width - 1) == 1)
        one = with_sign(static_cast<std::uint64_t>(one), width, operation.sign);
    }
  }
}

void LayoutReader::set_byte_order(config::Section& section, const FieldOptions& options, Operation& operation,
                                  Detail& detail) {
  std::string letters = options.byte_order;
  if (letters.empty()) return;
  if (options.little) section.error("byte_order", "'endian' says already in which order the bytes stand");
  const std::size_t width = operation.width;
  if (letters.size() == 4 && width != 4) letters = as_of_four(letters, width);
  std::string sorted = letters;
  std::sort(sorted.begin(), sorted.end());
  if (letters.size() != width || sorted != std::string_view("ABCDEFGH").substr(0, width)) {
    return section.error("byte_order",
                         fmt::format("expected the letters {} in the order of the wire, not {}",
                                     std::string_view("ABCDEFGH").substr(0, width), in_quotes(options.byte_order)));
  }
  for (std::size_t i = 0; i < width; ++i) detail.order[i] = static_cast<std::uint8_t>(letters[i] - 'A');
  operation.permuted = true;
}

void LayoutReader::set_sized(config::Section& section, const FieldOptions& options, const FieldType& type,
                             Detail& detail) {
  detail.low_nibble_first = options.low_nibble_first;
  detail.as_number = options.as_number;
  if (type.kind == Kind::constant) {
    detail.constant = constant_of(section, options);
    return;
  }
  const bool variable = type.kind == Kind::text || type.kind == Kind::bytes || type.kind == Kind::nested ||
                        type.kind == Kind::bcd || type.kind == Kind::ip || type.kind == Kind::imei ||
                        type.kind == Kind::mac;
  if (!variable) return;
  if (options.bytes && options.length) section.error("length", "'bytes' says already how long it is");
  if (options.digits) {
    set_digits(section, options, detail);
  } else if (options.bytes) {
    detail.amount = amount(section, "bytes", *options.bytes, 0, INT32_MAX);
  } else if (options.length) {
    detail.amount = prefix(section, "length", *options.length, context_.little);
  } else if (type.bytes > 0) {
    detail.amount = {Amount::How::fixed, type.bytes, no_index, 0, false};
  } else if (!options.terminator) {
    detail.amount.how = Amount::How::rest;
    if (type.kind == Kind::bcd) section.error("", "bcd needs its 'bytes': { type: bcd, bytes: 6 }");
  }
  if (type.kind == Kind::ip && detail.amount.fixed != 4 && detail.amount.fixed != 16)
    section.error("bytes", "an ip has 4 or 16 bytes");
  detail.terminator = options.terminator;
  const bool vin = type.name == "vin";
  detail.charset = options.encoding.value_or(vin ? Charset::ascii : Charset::utf8);
  detail.base64 = options.base64 || type.name == "base64";
  detail.trim = options.trim || vin;
  detail.include = options.include;
  detail.consume = options.consume;
  const bool padded = type.kind == Kind::text && detail.amount.how == Amount::How::fixed;
  detail.pad = options.pad.value_or(padded ? std::string(1, '\0') : std::string());
  if (type.kind == Kind::bcd) {
    const bool scaled = !detail.quantity.plain() || detail.quantity.decimals != 0;
    detail.as_number = detail.as_number || scaled || detail.degrees || options.is_signed || detail.negative != no_index;
    detail.top_is_sign = options.is_signed;
    if (detail.as_number && (detail.amount.how != Amount::How::fixed || detail.amount.fixed > 9))
      section.error("bytes", "a bcd that is a number has at most 9 bytes");
  }
}

void LayoutReader::set_time(config::Section& section, const FieldOptions& options, const FieldType& type,
                            Detail& detail) {
  const std::string format = options.format.empty() ? std::string(type.time) : options.format;
  if (type.kind == Kind::civil_time) {
    const auto parts = parse_parts(format);
    if (!parts) {
      section.error("format",
                    fmt::format("{} holds more than yyyy yy MM dd HH mm ss SSS and ee (left out), like yyMMddHHmmss",
                                in_quotes(format)));
    } else {
      detail.parts = *parts;
    }
    detail.parts_are_bytes = type.name == "byte_time";
    detail.amount = {Amount::How::fixed, bytes_of(detail.parts), no_index, 0, false};
    if (options.bytes && amount(section, "bytes", *options.bytes, 1, 64).fixed != detail.amount.fixed)
      section.error("bytes", fmt::format("the format {} has {} bytes", in_quotes(format), detail.amount.fixed));
  } else if (type.kind == Kind::text && !format.empty() && !detail.degrees) {
    auto pattern = TimePattern::parse(format);
    if (pattern) {
      detail.pattern = *pattern;
    } else {
      section.error("format", pattern.error().text);
    }
  } else if (type.kind == Kind::unix_time && !format.empty()) {
    detail.as_rfc3339 = format == "rfc3339";
    if (!detail.as_rfc3339) section.error("format", "of a unix time: rfc3339, or nothing");
  } else if (!format.empty() && !detail.degrees) {
    section.error("format", "of a number: ddmm, or nothing");
  }
}

void LayoutReader::set_value(config::Section& section, const FieldOptions& options, Operation& operation,
                             Detail& detail) {
  if (!options.value) return;
  if (operation.kind == Kind::constant) return;
  if (operation.kind == Kind::computed) {
    detail.expression = expression(section, "value", *options.value);
    detail.is_truth = detail.expression != no_index && detail.quantity.words.empty() &&
                      program_.expressions[detail.expression].is_truth();
    return;
  }
  const Kind kind = operation.kind;
  const auto& words = detail.quantity.words;
  const bool is_word =
      std::any_of(words.begin(), words.end(), [&](const auto& word) { return word.second == *options.value; });
  const bool number = kind == Kind::integer || kind == Kind::real || kind == Kind::bits || kind == Kind::boolean ||
                      kind == Kind::unix_time;
  if (number && !is_word && options.value->find("{{") == std::string::npos) {
    detail.written = expression(section, "value", *options.value);
    return;
  }
  auto parsed = expression::Template::parse(*options.value, expression::Place::plain);
  if (parsed) {
    detail.filled = std::move(*parsed);
  } else {
    section.error("value", parsed.error().text);
  }
}

void LayoutReader::check_alignment(config::Section& section, const Operation& operation, const Detail& detail) {
  const Kind kind = operation.kind;
  if (kind == Kind::computed) return;
  if (kind == Kind::bcd && detail.digits > 0) {
    if (bit_ && *bit_ % 4 != 0)
      section.error("digits", fmt::format("the bits in front of it do not fill half bytes: {} of 8 are used", *bit_));
    if (bit_) bit_ = (*bit_ + 4U * detail.digits) % 8;
    return;
  }
  if (kind == Kind::bits || (kind == Kind::boolean && operation.width != 8) ||
      (kind == Kind::skip && operation.width == 1)) {
    const auto bits = kind == Kind::skip ? static_cast<unsigned>(detail.amount.fixed) : operation.width;
    if (bit_) bit_ = (*bit_ + bits) % 8;
    return;
  }
  if (bit_.value_or(0) != 0) {
    section.error("", fmt::format("the bits in front of it do not fill whole bytes: {} of 8 are used; put {{ type: "
                                  "skip, bits: {} }} before it",
                                  *bit_, 8 - *bit_));
  }
  bit_ = 0;
}

}  // namespace fieldgate::codec
