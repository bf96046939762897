// The words and measures that the operators' texts share.
#include "cli/operator_texts.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "config/files.hpp"
#include "telemetry/log.hpp"

namespace fieldgate::cli {

std::string fitting(std::string_view text, std::size_t width) {
  std::string out = telemetry::escaped(text, width * 4);
  if (config::characters(out) <= width) return out;
  std::size_t end = 0;
  for (std::size_t characters = 0; end < out.size(); ++end) {
    const bool starts = (static_cast<unsigned char>(out[end]) & 0xc0U) != 0x80;
    if (starts && ++characters >= width) break;
  }
  return out.substr(0, end) + "~";
}

std::string cell(std::string_view text, std::size_t width) {
  std::string out = fitting(text, width);
  out.append(width - std::min<std::size_t>(width, config::characters(out)) + 2, ' ');
  return out;
}

std::string hex_dump(std::string_view bytes) {
  constexpr std::size_t row = 16;
  std::string out;
  for (std::size_t at = 0; at < bytes.size(); at += row) {
    out += fmt::format("    {:04x} ", at);
    std::string text;
    for (std::size_t i = at; i < at + row; ++i) {
      if (i % 8 == 0) out += ' ';
      if (i >= bytes.size()) {
        out += "   ";
        continue;
      }
      out += fmt::format("{:02x} ", static_cast<unsigned char>(bytes[i]));
      text += bytes[i] >= 0x20 && bytes[i] < 0x7f ? bytes[i] : '.';
    }
    out += " |" + text + "|\n";
  }
  return out;
}

std::string size_text(std::uint64_t bytes) {
  constexpr std::array<const char*, 5> units{"B", "KiB", "MiB", "GiB", "TiB"};
  auto amount = static_cast<double>(bytes);
  std::size_t unit = 0;
  for (; amount >= 1024 && unit + 1 < units.size(); ++unit) amount /= 1024;
  return unit == 0 ? fmt::format("{} B", bytes) : fmt::format("{:.1f} {}", amount, units[unit]);
}

std::string duration_text(double seconds) {
  if (seconds < 10) return fmt::format("{:.1f}s", seconds);
  const auto whole = static_cast<std::uint64_t>(seconds);
  if (whole < 60) return fmt::format("{}s", whole);
  if (whole < 3600) return fmt::format("{}m {}s", whole / 60, whole % 60);
  if (whole < 86400) return fmt::format("{}h {}m", whole / 3600, whole / 60 % 60);
  return fmt::format("{}d {}h", whole / 86400, whole / 3600 % 24);
}

std::string count_text(std::uint64_t count, std::string_view one, std::string_view many) {
  return fmt::format("{} {}", count, count == 1 ? one : many);
}

}  // namespace fieldgate::cli
