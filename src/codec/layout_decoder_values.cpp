// LayoutDecoder: numbers and bits.
#include <bit>
#include <charconv>
#include <cmath>

#include "codec/layout_decoder.hpp"
#include "codec/layout_nested.hpp"

namespace fieldgate::codec {

namespace {

constexpr std::size_t longest_integer = 24;

/// A whole number of the usual widths in one load.
std::uint64_t load_number(const char* at, unsigned width, bool little) {
  const auto as = [&]<class T>(T value, auto swap) -> std::uint64_t {
    std::memcpy(&value, at, sizeof value);
    return little == (std::endian::native == std::endian::little) ? value : swap(value);
  };
  switch (width) {
    case 1:
      return static_cast<unsigned char>(*at);
    case 2:
      return as(std::uint16_t{}, [](std::uint16_t v) { return __builtin_bswap16(v); });
    case 4:
      return as(std::uint32_t{}, [](std::uint32_t v) { return __builtin_bswap32(v); });
    case 8:
      return as(std::uint64_t{}, [](std::uint64_t v) { return __builtin_bswap64(v); });
    default:
      return load_bytes(at, width, little);
  }
}

}  // namespace

bool LayoutDecoder::read_integer(const Operation& operation) {
  align();
  const char* bytes = nullptr;
  if (!take(operation.width, bytes)) return false;
  const std::uint64_t bits = operation.permuted ? load(bytes, operation, program_.details[operation.detail])
                                                : load_number(bytes, operation.width, operation.little);
  const std::int64_t value = with_sign(bits, operation.width * 8U, operation.sign);
  return write_number(operation, program_.details[operation.detail], value, operation.sign == Sign::none);
}

/// Writes what the number means, where it stands in the document, and keeps it for expressions.
bool LayoutDecoder::write_number(const Operation& operation, const Detail& detail, std::int64_t raw, bool is_unsigned) {
  if (operation.plain) {
    if (operation.cell != no_index) cells_[operation.cell] = Cell::of(raw);
    if (!operation.shown) return true;
    if (!open(operation, longest_integer)) return false;
    at_ = is_unsigned ? std::to_chars(at_, at_ + longest_integer, static_cast<std::uint64_t>(raw)).ptr
                      : std::to_chars(at_, at_ + longest_integer, raw).ptr;
    close(operation);
    return true;
  }
  if (trace_ != nullptr) raw_ = is_unsigned ? std::to_string(static_cast<std::uint64_t>(raw)) : std::to_string(raw);
  if (detail.negative != no_index && evaluate(detail.negative).truth()) raw = -raw, is_unsigned = false;
  if (detail.degrees) return write_scaled(operation, detail, static_cast<double>(raw), false);
  if (operation.cell != no_index) keep(operation, detail, raw);
  if (!operation.shown) return true;
  if (!open(operation, detail.quantity.longest())) return false;
  char* const end = is_unsigned ? detail.quantity.write_unsigned(at_, static_cast<std::uint64_t>(raw))
                                : detail.quantity.write(at_, raw);
  if (end == nullptr) return out_of_range();
  at_ = end;
  close(operation);
  return true;
}

void LayoutDecoder::keep(const Operation& operation, const Detail& detail, std::int64_t raw) {
  const Quantity& quantity = detail.quantity;
  Cell& cell = cells_[operation.cell];
  if (const std::string* const word = quantity.word(raw)) {
    cell = Cell::of(raw);
    cell.text = *word;
  } else if (quantity.scale == 1 && quantity.divisor == 1 && quantity.offset == 0) {
    cell = Cell::of(raw);
  } else if (quantity.decimal && quantity.decimals == 0) {
    cell = Cell::of(
        static_cast<std::int64_t>(static_cast<std::uint64_t>(raw) * static_cast<std::uint64_t>(quantity.multiplier) +
                                  static_cast<std::uint64_t>(quantity.addend)));
  } else {
    cell = Cell::of(quantity.scaled(static_cast<double>(raw)));
  }
}

/// Of a number that is no whole one.
bool LayoutDecoder::write_scaled(const Operation& operation, const Detail& detail, double raw, bool single) {
  Quantity const& quantity = detail.quantity;
  if (detail.negative != no_index && raw >= 0 && evaluate(detail.negative).truth()) raw = -raw;
  const double value = detail.degrees ? to_degrees(quantity.scaled(raw)) : quantity.scaled(raw);
  if (operation.cell != no_index) cells_[operation.cell] = Cell::of(value);
  if (!operation.shown) return true;
  if (!open(operation, quantity.longest())) return false;
  char* end = nullptr;
  if (detail.degrees) {
    if ((quantity.min && value < *quantity.min) || (quantity.max && value > *quantity.max)) return out_of_range();
    // Seven places are a centimetre; more are noise of the division.
    const double rounded = std::nearbyint(value * 1e8) / 1e8;
    end = std::isfinite(rounded) ? std::to_chars(at_, at_ + 40, rounded).ptr : nullptr;
  } else {
    end = quantity.write(at_, raw, single);
  }
  if (end == nullptr) return out_of_range();
  at_ = end;
  close(operation);
  return true;
}

bool LayoutDecoder::read_real(const Operation& operation, const Detail& detail) {
  align();
  const char* bytes = nullptr;
  if (!take(operation.width, bytes)) return false;
  const double value = to_real(load(bytes, operation, detail), operation.width);
  if (!operation.plain && trace_ != nullptr) raw_ = std::to_string(value);
  return write_scaled(operation, detail, value, operation.width <= 4);
}

std::uint64_t LayoutDecoder::take_bits(unsigned count, bool least_first) {
  std::uint64_t value = 0;
  for (unsigned done = 0; done < count;) {
    const unsigned here = std::min(8 - in_.bit, count - done);
    const auto byte = static_cast<unsigned char>(*in_.at);
    const unsigned mask = (1U << here) - 1;
    if (least_first) {
      value |= std::uint64_t{byte >> in_.bit & mask} << done;
    } else {
      value = value << here | (byte >> (8 - in_.bit - here) & mask);
    }
    done += here;
    in_.bit += here;
    if (in_.bit == 8) in_.bit = 0, ++in_.at;
  }
  return value;
}

bool LayoutDecoder::read_bits(const Operation& operation, const Detail& detail) {
  if (bits_left() < operation.width) return short_of(1);
  const std::uint64_t bits = take_bits(operation.width, operation.least_first);
  return write_number(operation, detail, with_sign(bits, operation.width, operation.sign),
                      operation.sign == Sign::none);
}

bool LayoutDecoder::read_boolean(const Operation& operation, const Detail& detail) {
  if (bits_left() < operation.width) return short_of(1);
  const std::uint64_t bits = take_bits(operation.width, operation.least_first);
  if (!detail.quantity.words.empty()) return write_number(operation, detail, static_cast<std::int64_t>(bits), true);
  return write_truth(operation, bits != 0);
}

bool LayoutDecoder::read_skip(const Operation& operation, const Detail& detail) {
  std::int64_t count = 0;
  if (operation.width == 1) {
    count = detail.amount.fixed;
    if (static_cast<std::int64_t>(bits_left()) < count) return short_of(1);
    const auto bits = static_cast<std::size_t>(count) + in_.bit;
    in_.at += bits / 8;
    in_.bit = static_cast<unsigned>(bits % 8);
    return true;
  }
  align();
  if (!amount(detail.amount, count)) return false;
  if (count < 0) return fail("bad_count", "a size is negative");
  const char* bytes = nullptr;
  return take(static_cast<std::size_t>(count), bytes);
}

bool LayoutDecoder::read_constant(const Operation& operation, const Detail& detail) {
  static_cast<void>(operation);
  align();
  const char* bytes = nullptr;
  if (!take(detail.constant.size(), bytes)) return false;
  if (Bytes(bytes, detail.constant.size()) == detail.constant) return true;
  in_.at = bytes;
  return fail("const", "the bytes are not those of a const");
}

bool LayoutDecoder::write_truth(const Operation& operation, bool truth) {
  if (operation.cell != no_index) cells_[operation.cell] = Cell::of(std::int64_t{truth});
  if (!operation.shown) return true;
  if (!open(operation, longest_integer)) return false;
  put(truth ? std::string_view("true") : std::string_view("false"));
  close(operation);
  return true;
}

bool LayoutDecoder::write_computed(const Operation& operation, const Detail& detail) {
  const Cell value = evaluate(detail.expression);
  if (detail.is_truth) return write_truth(operation, value.truth());
  if (value.kind == Cell::Kind::integer && value.text.data() == nullptr)
    return write_number(operation, detail, value.integer, false);
  if (value.kind == Cell::Kind::real) return write_scaled(operation, detail, value.real, false);
  if (operation.cell != no_index) cells_[operation.cell] = value;
  if (!operation.shown) return true;
  if (value.text.data() != nullptr) return write_string(operation, value.text);
  if (!open(operation, 8)) return false;
  put("null");
  close(operation);
  return true;
}

bool LayoutDecoder::read_nested(const Operation& operation, const Detail& detail) {
  Bytes bytes;
  if (!take_sized(detail, bytes)) return false;
  Nested* const nested = nested_[operation.detail].get();
  if (nested == nullptr) return true;
  nested->text.clear();
  nested->count = 0;
  if (const auto failure = nested->codec->decode(bytes, *nested)) {
    in_.at -= static_cast<std::ptrdiff_t>(bytes.size() - std::min(failure->offset, bytes.size()));
    return fail(failure->reason, failure->text);
  }
  if (!operation.shown) return true;
  if (!open(operation, nested->text.size() + 8)) return false;
  if (nested->count == 0) put("null");
  if (nested->count > 1) put('[');
  put(nested->text);
  if (nested->count > 1) put(']');
  close(operation);
  return true;
}

}  // namespace fieldgate::codec
