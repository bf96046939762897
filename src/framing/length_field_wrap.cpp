// LengthField on its way out: start, length, checksum, end and escapes round a payload.
#include <algorithm>

#include "framing/length_field.hpp"

namespace fieldgate::framing {

namespace {

constexpr std::size_t most_digits = 8;

}  // namespace

/// The number as it stands in a field of `width` bytes.
std::string LengthFieldShape::written(std::uint64_t value, std::size_t width) const {
  std::string out(width, '\0');
  for (std::size_t i = 0; i < width; ++i) {
    const std::size_t from_low = width - 1 - i;
    switch (config_.encoding) {
      case Encoding::uint:
      case Encoding::bcd: {
        const std::size_t at = config_.endian == Endian::little ? i : from_low;
        const bool bcd = config_.encoding == Encoding::bcd;
        out[at] = static_cast<char>(bcd ? (value / 10 % 10) << 4U | value % 10 : value & 0xFFU);
        value = bcd ? value / 100 : value >> 8U;
        break;
      }
      case Encoding::varint:
        out[i] = static_cast<char>((value & 0x7FU) | (i + 1 < width ? 0x80U : 0U));
        value >>= 7U;
        break;
      case Encoding::ascii:
      case Encoding::ascii_hex: {
        const std::uint64_t base = config_.encoding == Encoding::ascii ? 10 : 16;
        out[from_low] = "0123456789ABCDEF"[value % base];
        value /= base;
        break;
      }
    }
  }
  return out;
}

/// Whether a field of this width is the one to hold it: has room, and where the width varies, none to spare.
bool LengthFieldShape::fits(std::uint64_t value, std::size_t width) const {
  std::uint64_t base = 256;
  if (config_.encoding == Encoding::bcd) base = 100;
  if (config_.encoding == Encoding::varint) base = 128;
  if (config_.encoding == Encoding::ascii) base = 10;
  if (config_.encoding == Encoding::ascii_hex) base = 16;
  std::size_t needed = 1;
  for (; value >= base; value /= base) ++needed;
  const bool varies = config_.encoding == Encoding::varint || !config_.terminator.empty();
  return varies ? needed == width : needed <= width;
}

/// What the field must say for the frame to have the length that it has.
Result<std::uint64_t> LengthFieldShape::value_of(const Draft& draft, std::size_t begin, std::size_t header_end) const {
  auto value = static_cast<std::int64_t>(draft.size()) - config_.length_adjust;
  if (config_.from != From::frame_start)
    value -= static_cast<std::int64_t>(config_.from == From::length_end ? header_end : begin);
  for (const Addend& addend : config_.addends) {
    std::uint64_t number = 0;
    const Bytes field = part(draft.bytes(), {static_cast<std::int64_t>(addend.offset),
                                             static_cast<std::int64_t>(addend.offset + addend.size)});
    for (std::size_t i = 0; i < field.size(); ++i)
      number =
          number << 8U | static_cast<unsigned char>(field[addend.endian == Endian::big ? i : field.size() - 1 - i]);
    value -= static_cast<std::int64_t>(number & addend.mask) * addend.scale;
  }
  if (value < 0 || value % config_.scale != 0 ||
      (static_cast<std::uint64_t>(value / config_.scale) & ~config_.mask) != 0) {
    return Error{"length", std::to_string(value) + " is no length that the framing's length field can say"};
  }
  return static_cast<std::uint64_t>(value / config_.scale);
}

Result<void> LengthFieldShape::put_length(Draft& draft, std::size_t begin, std::size_t width) const {
  const auto value = value_of(draft, begin, begin + width + config_.terminator.size());
  if (!value) return value.error();
  if (!fits(*value, width))
    return Error{"length", std::to_string(*value) + " is no length that framing.length_size has room for"};
  std::string field = written(*value, width);
  if (config_.encoding == Encoding::uint) {  // bits that do not count stay
    const std::string mask = written(config_.mask, width);
    for (std::size_t i = 0; i < width; ++i)
      field[i] = static_cast<char>((field[i] & mask[i]) | (draft.bytes()[begin + i] & ~mask[i]));
  }
  draft.put(begin, field + config_.terminator);
  return {};
}

Result<void> LengthFieldShape::wrap_with(std::size_t width, Bytes payload, std::string& out) const {
  const Common& common = config_.common;
  const std::size_t begin = config_.length_offset + config_.after.size();
  const std::size_t header = begin + width + config_.terminator.size();
  const std::string end = config_.end.empty() ? std::string() : config_.end.surest();
  Result<Draft> draft = Draft::make(common, payload, std::max(header, config_.strip), end.size(), out);
  if (!draft) return draft.error();
  draft->put(config_.length_offset, config_.after);
  if (!common.start.empty()) draft->put(0, common.start[0]);
  if (const auto put = put_length(*draft, begin, width); !put) return put.error();
  if (const std::size_t over = draft->size() % config_.round_up; over != 0) {
    const std::size_t behind = common.payload && common.payload->second < 0
                                   ? static_cast<std::size_t>(-common.payload->second)
                                   : std::max(end.size(), common.checksum ? common.checksum->tail() : 0);
    out.insert(out.size() - std::min(behind, draft->size()), config_.round_up - over, '\0');
  }
  draft->put(draft->size() - end.size(), end);
  return draft->fill_checksum(common);
}

Result<void> LengthFieldShape::wrap(Bytes payload, std::string& out) const {
  const std::size_t begin = out.size();
  const bool varies = config_.encoding == Encoding::varint || !config_.terminator.empty();
  Result<void> made = Error{"length", "it is too long for the framing's length field"};
  for (std::size_t width = varies ? 1 : config_.length_size; width <= std::min(config_.length_size, most_digits);
       ++width) {
    out.resize(begin);
    made = wrap_with(width, payload, out);
    if (made || made.error().reason != "length") break;
  }
  if (!made || !config_.escape) return made;
  const std::string plain = out.substr(begin);
  const std::size_t start = config_.common.start.empty() ? 0 : config_.common.start[0].size();
  const std::size_t end = config_.end.empty() ? 0 : config_.end.surest().size();
  out.resize(begin + start);
  config_.escape.apply(Bytes(plain).substr(start, plain.size() - start - end), out);
  out.append(plain, plain.size() - end, end);
  return made;
}

}  // namespace fieldgate::framing
