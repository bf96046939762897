// Finding the checksum that frames hold: all algorithms, over likely ranges, at likely places.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cmath>
#include <functional>
#include <set>

#include "cli/learn.hpp"
#include "framing/crc.hpp"
#include "framing/range.hpp"

namespace fieldgate::cli {
namespace {

using framing::Wide;

struct Algorithm {
  std::string name;
  std::size_t size = 1;
  std::function<Wide(Bytes)> of;
};

std::vector<Algorithm> algorithms() {
  std::vector<Algorithm> all;
  const auto sum = [](Bytes bytes) {
    unsigned value = 0;
    for (const char c : bytes) value += static_cast<unsigned char>(c);
    return value;
  };
  all.push_back({"xor", 1, [](Bytes bytes) {
                   unsigned value = 0;
                   for (const char c : bytes) value ^= static_cast<unsigned char>(c);
                   return Wide(value);
                 }});
  all.push_back({"sum8", 1, [sum](Bytes bytes) { return Wide(sum(bytes) & 0xff); }});
  all.push_back({"lrc", 1, [sum](Bytes bytes) { return Wide(-sum(bytes) & 0xff); }});
  all.push_back({"sum16", 2, [sum](Bytes bytes) { return Wide(sum(bytes) & 0xffff); }});
  // Those in use come first: where two fit, the likely one is meant.
  std::vector<std::string_view> names = {"crc16_modbus",      "crc16_x25",    "crc16_arc",  "crc16_xmodem",
                                         "crc16_ccitt_false", "crc16_kermit", "crc8_maxim", "crc32"};
  for (const std::string_view name : framing::crc_names()) names.push_back(name);
  for (const std::string_view name : names) {
    const auto parameters = framing::crc_called(name);
    if (!parameters || parameters->width % 8 != 0 || parameters->width > 32) continue;
    const framing::Crc crc(*parameters);
    all.push_back({std::string(name), parameters->width / 8, [crc](Bytes bytes) { return crc(bytes); }});
  }
  return all;
}

enum class As { big, little, digits };

std::optional<Wide> stored(Bytes frame, std::size_t back, std::size_t size, As as) {
  const std::size_t width = as == As::digits ? 2 * size : size;
  if (back > frame.size() || width > back) return std::nullopt;
  const Bytes field = frame.substr(frame.size() - back, width);
  Wide value = 0;
  for (std::size_t i = 0; i < width; ++i) {
    const char c = as == As::little ? field[width - 1 - i] : field[i];
    if (as != As::digits) {
      value = value << 8 | static_cast<unsigned char>(c);
      continue;
    }
    const std::size_t digit = std::string_view("0123456789ABCDEF").find(static_cast<char>(std::toupper(c)));
    if (digit == std::string_view::npos) return std::nullopt;
    value = value << 4 | digit;
  }
  return value;
}

bool all_hold(const std::vector<std::string>& frames, const Algorithm& algorithm, std::size_t from, std::size_t back,
              As as) {
  return std::all_of(frames.begin(), frames.end(), [&](const std::string& frame) {
    if (frame.size() < from + back + 1) return false;
    const auto value = stored(frame, back, algorithm.size, as);
    return value && *value == algorithm.of(Bytes(frame).substr(from, frame.size() - back - from));
  });
}

}  // namespace

std::optional<FoundChecksum> find_checksum(const Trial& trial) {
  constexpr std::size_t most_frames = 64;
  constexpr double enough_bits = 24;  // more than the places and algorithms that are tried
  const std::set<std::string> distinct(trial.entire.begin(), trial.entire.end());
  std::vector<std::string> frames(distinct.begin(), distinct.end());
  if (frames.size() > most_frames) frames.resize(most_frames);
  for (const Algorithm& algorithm : algorithms()) {
    if (static_cast<double>(frames.size() * algorithm.size * 8) < enough_bits) continue;
    for (const As as : {As::big, As::little, As::digits}) {
      if (as == As::little && algorithm.size == 1) continue;
      const std::size_t width = as == As::digits ? 2 * algorithm.size : algorithm.size;
      for (std::size_t back = width; back <= width + 2; ++back) {
        for (std::size_t from = 0; from <= 8; ++from) {
          if (!all_hold(frames, algorithm, from, back, as)) continue;
          std::string yaml =
              fmt::format("{{ algorithm: {}, over: [{}, -{}], at: -{}", algorithm.name, from, back, back);
          if (as == As::little) yaml += ", endian: little";
          if (as == As::digits) yaml += ", encoding: ascii_hex";
          return FoundChecksum{yaml + " }", fmt::format("{} over [{}, -{}] holds in all {} different frames",
                                                        algorithm.name, from, back, frames.size())};
        }
      }
    }
  }
  return std::nullopt;
}

}  // namespace fieldgate::cli
