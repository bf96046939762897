// LayoutEncoder: one value each.
#include <fmt/format.h>

#include <charconv>
#include <cmath>
#include <nlohmann/json.hpp>

#include "codec/layout_encoder.hpp"
#include "config/values.hpp"

namespace fieldgate::codec {

namespace {

unsigned bits_of(const Operation& operation) {
  return operation.kind == Kind::integer || operation.kind == Kind::flags ? operation.width * 8U : operation.width;
}

}  // namespace

const LayoutEncoder::Json* LayoutEncoder::find(const Operation& operation, const Detail& detail) const {
  if (operation.key_size == 0 && operation.shown && item_ != nullptr) return item_;
  if (detail.name.empty()) return nullptr;
  const Json* const object = item_ != nullptr && item_->is_object() ? item_ : object_;
  const auto found = object->find(detail.name);
  return found != object->end() ? &*found : nullptr;
}

bool LayoutEncoder::write_leaf(const Operation& operation, const Detail& detail) {
  if (operation.kind == Kind::constant) return put(detail.constant), true;
  if (operation.kind == Kind::skip) return write_nothing(operation, detail);
  if (operation.cell != no_index) {
    ++times_[operation.cell];
    cells_[operation.cell] = {};
    if (const auto& computed = wanted(operation.cell))
      return write_value(operation, detail, std::to_string(*computed), false);
  }
  if (!detail.filled.empty()) {
    std::string text;
    const auto filled = detail.filled.fill(message_ != nullptr ? *message_ : Message{}, text);
    if (!filled) return fail(detail, "cannot be filled: " + filled.error().text);
    return write_value(operation, detail, text, false);
  }
  if (detail.written != no_index) {
    const Cell value = program_.expressions[detail.written].evaluate(cells_.data());
    if (value.kind == Cell::Kind::integer) return write_value(operation, detail, std::to_string(value.integer), false);
    if (value.kind == Cell::Kind::real) return write_value(operation, detail, fmt::format("{}", value.real), false);
    return fail(detail, "cannot be computed: " + program_.expressions[detail.written].source());
  }
  const Json* const value = find(operation, detail);
  if (value == nullptr) {
    if (detail.name.empty() || may_lack_ || detail.optional) return write_nothing(operation, detail);
    const std::string range = detail.quantity.range();
    if (!last_pass_) static_cast<void>(write_nothing(operation, detail));
    return fail(detail, fmt::format("is missing{}{}", range.empty() ? "" : "; it may be ", range));
  }
  if (operation.kind == Kind::nested) {
    const expression::Paths none;
    std::string bytes;
    const auto encoded = detail.codec.make(none)->encode(value->dump(), bytes);
    if (!encoded) return fail(detail, encoded.error().text);
    return put_sized(detail, std::move(bytes));
  }
  if (operation.kind == Kind::flags) return write_flags(operation, detail, *value);
  const bool text = operation.kind == Kind::text || operation.kind == Kind::bytes;
  if (value->is_null() && text) return write_nothing(operation, detail);
  if (value->is_string()) return write_value(operation, detail, value->get_ref<const std::string&>(), true);
  if (value->is_structured()) return fail(detail, "must be one value");
  return write_value(operation, detail, value->dump(), false);
}

/// Nothing is known of it: zeros, or what stands there.
bool LayoutEncoder::write_nothing(const Operation& operation, const Detail& detail) {
  std::int64_t count = operation.width * (operation.kind == Kind::bits || operation.kind == Kind::boolean ? 1 : 8);
  const Amount::How how = detail.amount.how;
  if (how == Amount::How::fixed || how == Amount::How::computed) {
    count = how == Amount::How::fixed ? detail.amount.fixed : evaluate(detail.amount.expression).value_or(0);
    if (operation.kind != Kind::skip || operation.width != 1) count *= 8;
    if (detail.digits > 0) count = 4 * detail.digits;
  } else if (operation.kind == Kind::gps_time || operation.kind == Kind::cp56time) {
    count = operation.kind == Kind::gps_time ? 48 : 56;
  }
  if (count < 0 || count > 8 * 1024 * 1024) return fail(detail, "has no size");
  const bool of_bits = operation.kind == Kind::bits || operation.kind == Kind::boolean || operation.width == 1;
  if (!of_bits && detail.digits == 0) put({});
  skip_bits(static_cast<std::size_t>(count));
  return true;
}

bool LayoutEncoder::write_value(const Operation& operation, const Detail& detail, std::string_view value,
                                bool is_string) {
  switch (operation.kind) {
    case Kind::flags: {
      std::int64_t bits = 0;
      std::from_chars(value.data(), value.data() + value.size(), bits);
      return write_raw(operation, detail, bits);
    }
    case Kind::integer:
    case Kind::bits:
    case Kind::boolean:
      return write_number(operation, detail, value, is_string);
    case Kind::real:
      return write_real(operation, detail, value, is_string);
    case Kind::bcd:
      return write_bcd(operation, detail, value, is_string);
    case Kind::text:
      return write_text(operation, detail, value);
    case Kind::bytes:
      return write_bytes(operation, detail, value);
    case Kind::mac:
    case Kind::ip:
    case Kind::imei:
      return write_address(operation, detail, value);
    default:
      return write_time(operation, detail, value, is_string);
  }
}

bool LayoutEncoder::write_number(const Operation& operation, const Detail& detail, std::string_view value,
                                 bool is_string) {
  if (operation.kind == Kind::boolean && (value == "true" || value == "false"))
    return write_raw(operation, detail, value == "true" ? 1 : 0);
  std::string degrees;
  if (detail.degrees) {
    double number = 0;
    std::from_chars(value.data(), value.data() + value.size(), number);
    degrees = fmt::format("{}", from_degrees(number));
    value = degrees;
  }
  std::string positive;
  if (detail.negative != no_index && value.starts_with('-')) positive = value.substr(1), value = positive;
  const auto raw = detail.quantity.raw(value, is_string);
  if (!raw) return fail(detail, raw.error().text);
  return write_raw(operation, detail, *raw);
}

/// A list of words, each a bit.
bool LayoutEncoder::write_flags(const Operation& operation, const Detail& detail, const Json& value) {
  if (value.is_number_integer()) return write_raw(operation, detail, value.get<std::int64_t>());
  if (!value.is_array()) return fail(detail, "must be a list of " + detail.quantity.range());
  std::uint64_t bits = 0;
  for (const Json& one : value) {
    if (!one.is_string()) return fail(detail, "must be a list of " + detail.quantity.range());
    const auto bit = detail.quantity.raw(one.get_ref<const std::string&>(), true);
    if (!bit) return fail(detail, bit.error().text);
    bits |= std::uint64_t{1} << *bit;
  }
  return write_raw(operation, detail, static_cast<std::int64_t>(bits));
}

bool LayoutEncoder::out_of_width(const Operation& operation, const Detail& detail, std::int64_t raw) {
  const unsigned width = bits_of(operation);
  if (width >= 64) return false;
  const std::int64_t top = std::int64_t{1} << (operation.sign == Sign::none ? width : width - 1);
  const std::int64_t least = operation.sign == Sign::none ? 0 : operation.sign == Sign::magnitude ? 1 - top : -top;
  if (raw >= least && raw < top) return false;
  fail(detail, fmt::format("does not fit: its number {} is outside of {} to {}", raw, least, top - 1));
  return true;
}

bool LayoutEncoder::write_raw(const Operation& operation, const Detail& detail, std::int64_t raw) {
  if (out_of_width(operation, detail, raw)) return false;
  if (operation.cell != no_index) {
    const Quantity& quantity = detail.quantity;
    const bool itself = quantity.scale == 1 && quantity.divisor == 1 && quantity.offset == 0;
    cells_[operation.cell] =
        itself || !quantity.words.empty() ? Cell::of(raw) : Cell::of(quantity.scaled(static_cast<double>(raw)));
    if (const std::string* const word = quantity.word(raw)) cells_[operation.cell].text = *word;
  }
  auto bits = static_cast<std::uint64_t>(raw);
  const unsigned width = bits_of(operation);
  if (operation.sign == Sign::magnitude && raw < 0) bits = (0 - bits) | std::uint64_t{1} << (width - 1);
  if (width == operation.width) return put_bits(bits, operation.width, operation.least_first), true;
  std::string bytes;
  store(bits, operation, detail, bytes);
  put(bytes);
  return true;
}

bool LayoutEncoder::write_real(const Operation& operation, const Detail& detail, std::string_view value,
                               bool is_string) {
  auto raw = detail.quantity.raw_real(value, is_string);
  if (!raw) return fail(detail, raw.error().text);
  if (detail.degrees) *raw = from_degrees(*raw);
  if (detail.negative != no_index) *raw = std::fabs(*raw);
  if (operation.cell != no_index) cells_[operation.cell] = Cell::of(*raw);
  std::string bytes;
  store(from_real(*raw, operation.width), operation, detail, bytes);
  put(bytes);
  return true;
}

/// Two digits a byte, in the order of the field.
bool LayoutEncoder::write_digits(const Operation& operation, const Detail& detail, std::string digits,
                                 std::size_t count) {
  if (digits.find_first_not_of("0123456789f") != std::string::npos)
    return fail(detail, "must be digits, not '" + digits + "'");
  if (digits.size() > 2 * count)
    return fail(detail, fmt::format("must have at most {} digits, not '{}'", 2 * count, digits));
  if (detail.digits > 0) {
    const std::size_t most = detail.digits;
    if (digits.size() > most && digits.find_first_not_of('f') != std::string::npos)
      return fail(detail, fmt::format("must have at most {} digits, not '{}'", most, digits));
    digits = digits.size() > most ? digits.substr(0, most) : std::string(most - digits.size(), '0') + digits;
    for (const char digit : digits)
      put_bits(digit == 'f' ? 15U : static_cast<unsigned>(digit - '0'), 4, detail.low_nibble_first);
    return true;
  }
  digits.insert(0, 2 * count - digits.size(), '0');
  std::string bytes;
  for (std::size_t i = 0; i < count; ++i) {
    const auto nibble = [&](std::size_t at) {
      return digits[at] == 'f' ? 15U : static_cast<unsigned>(digits[at] - '0');
    };
    const unsigned first = nibble(2 * i);
    const unsigned second = nibble(2 * i + 1);
    bytes += static_cast<char>(detail.low_nibble_first ? second << 4 | first : first << 4 | second);
  }
  if (operation.little) bytes.assign(bytes.rbegin(), bytes.rend());
  put(bytes);
  return true;
}

bool LayoutEncoder::write_bcd(const Operation& operation, const Detail& detail, std::string_view value,
                              bool is_string) {
  const auto size =
      detail.amount.how == Amount::How::fixed ? detail.amount.fixed : evaluate(detail.amount.expression).value_or(0);
  const auto count = static_cast<std::size_t>(std::max<std::int64_t>(size, 0));
  if (value == "null") return write_digits(operation, detail, std::string(2 * count, 'f'), count);
  if (operation.cell != no_index && !is_string) {
    std::int64_t number = 0;
    if (std::from_chars(value.data(), value.data() + value.size(), number).ec == std::errc())
      cells_[operation.cell] = Cell::of(number);
  } else if (operation.cell != no_index) {
    texts_.emplace_back(value);
    cells_[operation.cell] = Cell::of(std::string_view(texts_.back()));
  }
  if (!detail.as_number) return write_digits(operation, detail, std::string(value), count);
  std::string degrees;
  if (detail.degrees) {
    double number = 0;
    std::from_chars(value.data(), value.data() + value.size(), number);
    value = degrees = fmt::format("{}", from_degrees(std::fabs(number)));
  }
  const auto raw = detail.quantity.raw(value, is_string);
  if (!raw) return fail(detail, raw.error().text);
  const bool negative = *raw < 0 && detail.top_is_sign;
  if (*raw < 0 && !negative && detail.negative == no_index) return fail(detail, "cannot be negative");
  const std::size_t before = out_.at;
  if (!write_digits(operation, detail, std::to_string(*raw < 0 ? -*raw : *raw), count)) return false;
  if (negative && count > 0) {
    char& top = out_.bytes[operation.little ? before + count - 1 : before];
    top = static_cast<char>(static_cast<unsigned char>(top) | (detail.low_nibble_first ? 0x08 : 0x80));
  }
  return true;
}

/// Bytes with what says how many they are.
bool LayoutEncoder::put_sized(const Detail& detail, std::string bytes) {
  const Amount& amount = detail.amount;
  const auto size = static_cast<std::int64_t>(bytes.size());
  switch (amount.how) {
    case Amount::How::fixed:
      if (size > amount.fixed) return fail(detail, fmt::format("has {} bytes, more than {}", size, amount.fixed));
      bytes.resize(static_cast<std::size_t>(amount.fixed), detail.pad.empty() ? '\0' : detail.pad[0]);
      break;
    case Amount::How::prefixed:
      if (amount.prefix < 8 && static_cast<std::uint64_t>(size) >> (8 * amount.prefix) != 0)
        return fail(detail, fmt::format("has {} bytes, more than its length can say", size));
      put_number(static_cast<std::uint64_t>(size), amount.prefix, amount.little);
      break;
    case Amount::How::computed:
      if (!want(amount.expression, size, detail)) return false;
      break;
    default:
      break;
  }
  put(bytes);
  return true;
}

}  // namespace fieldgate::codec
