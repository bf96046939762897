// ModbusRtu: two tables of lengths, one for each direction.
#include "framing/modbus_rtu.hpp"

#include <algorithm>

namespace fieldgate::framing {

namespace {

/// Bytes of the longest frame: unit, PDU of 253, CRC.
constexpr std::size_t longest = 256;

std::size_t byte_at(Bytes bytes, std::size_t at) { return static_cast<unsigned char>(bytes[at]); }

/// How long a frame is: `whole`, or more bytes are needed to tell, or there is no such function.
struct Length {
  Measure::Kind kind;
  std::size_t size;
};

constexpr Length none{Measure::Kind::bad, 0};

Length is(std::size_t size) { return {Measure::Kind::whole, size}; }

/// `base` and what the byte at `at` counts.
Length counted(Bytes frame, std::size_t at, std::size_t base) {
  if (frame.size() <= at) return {Measure::Kind::more, at + 1};
  return is(base + byte_at(frame, at));
}

/// 43 / 14, Read Device Identification: a list of objects, each with its length.
Length device_identification(Bytes frame) {
  std::size_t size = 8;
  if (frame.size() < size) return {Measure::Kind::more, size};
  if (byte_at(frame, 2) != 14) return none;
  for (std::size_t left = byte_at(frame, 7); left > 0; --left) {
    if (frame.size() < size + 2) return {Measure::Kind::more, size + 2};
    size += 2 + byte_at(frame, size + 1);
  }
  return is(size + 2);
}

Length request_length(Bytes frame) {
  switch (byte_at(frame, 1)) {
    case 1:
    case 2:
    case 3:
    case 4:
    case 5:
    case 6:
    case 8:
      return is(8);
    case 7:
    case 11:
    case 12:
    case 17:
      return is(4);
    case 15:
    case 16:
      return counted(frame, 6, 9);
    case 20:
    case 21:
      return counted(frame, 2, 5);
    case 22:
      return is(10);
    case 23:
      return counted(frame, 10, 13);
    case 24:
      return is(6);
    case 43:
      return is(7);
    default:
      return none;
  }
}

Length response_length(Bytes frame) {
  switch (byte_at(frame, 1)) {
    case 1:
    case 2:
    case 3:
    case 4:
    case 12:
    case 17:
    case 20:
    case 21:
    case 23:
      return counted(frame, 2, 5);
    case 5:
    case 6:
    case 8:
    case 11:
    case 15:
    case 16:
      return is(8);
    case 7:
      return is(5);
    case 22:
      return is(10);
    case 24:
      return frame.size() < 4 ? Length{Measure::Kind::more, 4} : is(6 + byte_at(frame, 2) * 256 + byte_at(frame, 3));
    case 43:
      return device_identification(frame);
    default:
      return byte_at(frame, 1) >= 0x80 ? is(5) : none;
  }
}

}  // namespace

/// Its tables are 16 KiB: one for all connections.
const Crc& ModbusRtuShape::shared() {
  static const Crc crc(*crc_called("crc16_modbus"));
  return crc;
}

ModbusRtuShape::Config ModbusRtuShape::Config::read(config::Section& section) {
  Config config;
  config.direction = section.choice<Direction>(
      "direction", Direction::any, "Which frames come: those of masters, of slaves, or both as on a bus.",
      {{"any", Direction::any}, {"request", Direction::request}, {"response", Direction::response}});
  config.common = Common::read(section);
  return config;
}

bool ModbusRtuShape::good(Bytes frame) const {
  const auto crc = static_cast<std::size_t>(crc_(frame.substr(0, frame.size() - 2)));
  return crc == (byte_at(frame, frame.size() - 1) << 8U | byte_at(frame, frame.size() - 2));
}

Measure ModbusRtuShape::measure(Bytes rest) const {
  if (rest.size() < 2) return Measure::more(2);
  Length lengths[2] = {none, none};
  if (config_.direction != Direction::request) lengths[0] = response_length(rest);
  if (config_.direction != Direction::response) lengths[1] = request_length(rest);
  if (lengths[1].size < lengths[0].size) std::swap(lengths[0], lengths[1]);
  std::size_t seen = 0;
  for (const Length& length : lengths) {  // the shorter one first, so that any split decides alike
    if (length.kind == Measure::Kind::bad || length.size > std::min(longest, config_.common.max_length)) continue;
    if (length.kind == Measure::Kind::more || rest.size() < length.size) return Measure::more(length.size);
    if (good(rest.substr(0, length.size))) return Measure::whole(rest.substr(0, length.size), length.size);
    seen = length.size;
  }
  return seen == 0 ? Measure::bad("bad_function", 2) : Measure::bad("bad_checksum", seen);
}

Result<void> ModbusRtuShape::wrap(Bytes payload, std::string& out) const {
  if (payload.size() + 2 > std::min(longest, config_.common.max_length)) return too_long(payload, longest);
  const auto crc = static_cast<unsigned>(crc_(payload));
  out.append(payload).push_back(static_cast<char>(crc & 0xFFU));
  out.push_back(static_cast<char>(crc >> 8U & 0xFFU));
  return {};
}

}  // namespace fieldgate::framing
