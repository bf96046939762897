// LengthField: nothing is believed of a length until it is found to be within bounds.
#include "framing/length_field.hpp"

#include <algorithm>

namespace fieldgate::framing {

namespace {
constexpr std::int64_t max_adjust = 16 * 1024 * 1024;
constexpr std::int64_t max_wrapped = 16 * 1024 * 1024;
}  // namespace

LengthField::Config LengthField::Config::read(config::Section& section) {
  Config config;
  config.length_offset = static_cast<std::size_t>(section.integer(
      "length_offset", 0, "Where the length field starts, in bytes from the start of the frame.", {0, 1024 * 1024}));
  config.length_size = static_cast<std::size_t>(
      section.integer("length_size", config::required, "Width of the length field in bytes.", {1, 8}));
  config.endian = section.choice<Endian>("endian", Endian::big, "Order of the length field's bytes.",
                                         {{"big", Endian::big}, {"little", Endian::little}});
  config.length_adjust =
      section.integer("length_adjust", 0,
                      "Bytes behind the length field that it does not count; negative where it counts more than those.",
                      {-max_adjust, max_adjust});
  config.payload =
      section.slice("payload", "What the codec reads of a frame, as a range [from, to]; left out: the whole frame.");
  config.max_length = read_max_length(section);
  if (config.length_size == 0) config.length_size = 1;  // after a problem; a field has at least a byte
  if (config.length_offset + config.length_size > config.max_length)
    section.error("length_offset", "the length field lies beyond max_length");
  return config;
}

std::uint64_t LengthField::field(Bytes rest) const {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < config_.length_size; ++i) {
    const std::size_t place = config_.endian == Endian::big ? i : config_.length_size - 1 - i;
    value = value << 8 | static_cast<unsigned char>(rest[config_.length_offset + place]);
  }
  return value;
}

Bytes LengthField::payload(Bytes frame) const {
  if (!config_.payload) return frame;
  const auto size = static_cast<std::int64_t>(frame.size());
  const auto place = [size](std::int64_t at) { return std::clamp<std::int64_t>(at < 0 ? at + size : at, 0, size); };
  const std::int64_t from = place(config_.payload->first);
  const std::int64_t to = std::max(from, place(config_.payload->second));
  return frame.substr(static_cast<std::size_t>(from), static_cast<std::size_t>(to - from));
}

Cut LengthField::next(Bytes input) {
  const std::size_t begin = std::min(skip_, input.size());
  skip_ -= begin;
  const Bytes rest = input.substr(begin);
  const std::size_t header = config_.length_offset + config_.length_size;
  if (rest.size() < header) return Cut::more(begin);

  const std::uint64_t value = field(rest);
  if (value > config_.max_length * believable + max_adjust) return Cut::lose("too_long");
  const std::int64_t length = static_cast<std::int64_t>(header + value) + config_.length_adjust;
  if (length < static_cast<std::int64_t>(header)) return Cut::lose("bad_length");
  const auto size = static_cast<std::size_t>(length);
  if (size > config_.max_length * believable) return Cut::lose("too_long");
  if (size > config_.max_length) {
    const std::size_t there = std::min(size, rest.size());
    skip_ = size - there;
    return Cut::reject("too_long", begin + there);
  }
  if (rest.size() < size) return Cut::more(begin);
  return Cut::whole(payload(rest.substr(0, size)), begin + size);
}

void LengthField::append_field(std::uint64_t value, std::string& out) const {
  for (std::size_t i = 0; i < config_.length_size; ++i) {
    const std::size_t place = config_.endian == Endian::little ? i : config_.length_size - 1 - i;
    out.push_back(static_cast<char>(value >> (8 * place) & 0xFF));
  }
}

Result<void> LengthField::wrap(Bytes payload, std::string& out) const {
  const auto header = static_cast<std::int64_t>(config_.length_offset + config_.length_size);
  const auto size = static_cast<std::int64_t>(payload.size());
  const auto [from, to] = config_.payload.value_or(std::pair(header, INT64_MAX));
  const std::int64_t before = std::max(from, header);
  const std::int64_t behind = to < 0 ? -std::max(to, -max_wrapped - 1) : 0;
  if (from < 0 || (to >= 0 && size > to - std::min(before, to)))
    return Error{"payload", "framing.payload has no place for " + std::to_string(size) + " bytes"};
  if (before > max_wrapped || behind > max_wrapped ||
      before + size + behind > static_cast<std::int64_t>(config_.max_length))
    return too_long(payload, config_.max_length);
  const std::int64_t value = before + size + behind - header - config_.length_adjust;
  if (value < 0 || (config_.length_size < 8 && value >> (8 * config_.length_size) != 0))
    return Error{"length", std::to_string(value) + " is no length that framing.length_size has room for"};
  out.append(config_.length_offset, '\0');
  append_field(static_cast<std::uint64_t>(value), out);
  out.append(static_cast<std::size_t>(before - header), '\0').append(payload);
  out.append(static_cast<std::size_t>(behind), '\0');
  return {};
}

}  // namespace fieldgate::framing
