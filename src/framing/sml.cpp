// Sml: words of four bytes, of which one announces what is no data.
#include "framing/sml.hpp"

#include <algorithm>

namespace fieldgate::framing {

namespace {

constexpr std::string_view escape = "\x1b\x1b\x1b\x1b";
constexpr std::string_view start = "\x1b\x1b\x1b\x1b\x01\x01\x01\x01";
constexpr char end_mark = '\x1a';

bool stored_is(Bytes frame, unsigned crc) {
  const auto low = static_cast<unsigned char>(frame[frame.size() - 2]);
  const auto high = static_cast<unsigned char>(frame[frame.size() - 1]);
  return (low == (crc & 0xFFU) && high == (crc >> 8U & 0xFFU)) || (high == (crc & 0xFFU) && low == (crc >> 8U & 0xFFU));
}

// Their tables are 16 KiB each: one for all connections.
const Crc& shared_x25() {
  static const Crc crc(*crc_called("crc16_x25"));
  return crc;
}

const Crc& shared_kermit() {
  static const Crc crc(*crc_called("crc16_kermit"));
  return crc;
}

}  // namespace

SmlShape::Config SmlShape::Config::read(config::Section& section) {
  Config config{Common::read(section)};
  config.common.start = Markers({std::string(start)});
  return config;
}

SmlShape::SmlShape(const Config& config) : config_(config), x25_(shared_x25()), kermit_(shared_kermit()) {}

Measure SmlShape::measure(Bytes rest) {
  std::size_t at = std::max(scanned_, start.size());
  for (;; at += 4) {
    scanned_ = at;
    if (at + 8 > config_.common.max_length) return Measure::bad(Measure::too_long_reason, at);
    if (rest.size() < at + 4) return Measure::more(at + 4);
    if (rest.substr(at, 4) != escape) continue;
    if (rest.size() < at + 8) return Measure::more(at + 8);
    const Bytes what = rest.substr(at + 4, 4);
    if (what.front() == end_mark) return ended(rest.substr(0, at + 8));
    if (what != escape) return Measure::bad("bad_escape", at);
    at += 4;
  }
}

Measure SmlShape::ended(Bytes frame) {
  forget();
  const Bytes summed = frame.substr(0, frame.size() - 2);
  if (!stored_is(frame, static_cast<unsigned>(x25_(summed))) &&
      !stored_is(frame, static_cast<unsigned>(kermit_(summed))))
    return Measure::bad("bad_checksum", frame.size());
  const Bytes inside = frame.substr(start.size(), frame.size() - start.size() - 8);
  if (inside.find(escape) == Bytes::npos) return Measure::whole(frame, frame.size());
  scratch_.assign(start);
  for (std::size_t at = 0; at < inside.size(); at += 4) {
    scratch_.append(inside.substr(at, 4));
    if (inside.substr(at, 4) == escape) at += 4;
  }
  scratch_.append(frame.substr(frame.size() - 8));
  return Measure::whole(scratch_, frame.size());
}

Result<void> SmlShape::wrap(Bytes payload, std::string& out) const {
  const std::size_t begin = out.size();
  const std::size_t fill = (4 - payload.size() % 4) % 4;
  std::string file(payload);
  file.append(fill, '\0');
  out.append(start);
  for (std::size_t at = 0; at < file.size(); at += 4) {
    const Bytes word = Bytes(file).substr(at, 4);
    if (word == escape) out.append(escape);
    out.append(word);
  }
  out.append(escape).push_back(end_mark);
  out.push_back(static_cast<char>(fill));
  const auto crc = static_cast<unsigned>(x25_(Bytes(out).substr(begin)));
  out.push_back(static_cast<char>(crc & 0xFFU));
  out.push_back(static_cast<char>(crc >> 8U & 0xFFU));
  return {};
}

}  // namespace fieldgate::framing
