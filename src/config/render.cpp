// Values as the operator would write them, for the reference and for messages.
#include "config/render.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

namespace fieldgate::config {
namespace {

template <std::size_t N>
std::string in_units(std::int64_t value, const std::array<std::pair<std::int64_t, std::string_view>, N>& units) {
  for (const auto& [factor, name] : units) {
    if (value % factor == 0) return fmt::format("{}{}", value / factor, name);
  }
  return {};
}

bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }

bool is_plain(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '.' ||
         c == '/' || c == '-';
}

template <class Render>
std::string range_text(const Range& range, const Render& render_one) {
  const bool low = range.from != INT64_MIN;
  const bool high = range.to != INT64_MAX;
  if (low && high) return render_one(range.from) + " to " + render_one(range.to);
  if (low) return "at least " + render_one(range.from);
  if (high) return "at most " + render_one(range.to);
  return {};
}

}  // namespace

std::string render(bool value) { return value ? "true" : "false"; }

std::string render(std::int64_t value) { return fmt::format("{}", value); }

std::string render(Duration value) {
  constexpr std::array<std::pair<std::int64_t, std::string_view>, 6> units{
      {{86'400'000'000, "d"}, {3'600'000'000, "h"}, {60'000'000, "m"}, {1'000'000, "s"}, {1'000, "ms"}, {1, "us"}}};
  return value == Duration::zero() ? "0s" : in_units(value.count(), units);
}

std::string render_size(std::int64_t bytes) {
  constexpr std::array<std::pair<std::int64_t, std::string_view>, 7> units{{{std::int64_t{1} << 30, "GiB"},
                                                                            {1'000'000'000, "GB"},
                                                                            {std::int64_t{1} << 20, "MiB"},
                                                                            {1'000'000, "MB"},
                                                                            {std::int64_t{1} << 10, "KiB"},
                                                                            {1'000, "KB"},
                                                                            {1, "B"}}};
  return bytes == 0 ? "0B" : in_units(bytes, units);
}

std::string render_text(std::string_view text) {
  if (!text.empty() && std::all_of(text.begin(), text.end(), is_plain)) return std::string(text);
  std::string out = "\"";
  for (char c : text) {
    switch (c) {
      case '\r':
        out += "\\r";
        break;
      case '\n':
        out += "\\n";
        break;
      case '\t':
        out += "\\t";
        break;
      case '\0':
        out += "\\0";
        break;
      case '"':
        out += "\\\"";
        break;
      case '\\':
        out += "\\\\";
        break;
      default:
        if (is_control(c)) {
          out += fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
        } else {
          out += c;
        }
    }
  }
  return out + '"';
}

std::string render_texts(const std::vector<std::string>& texts) {
  std::string out = "[";
  for (const std::string& text : texts) {
    if (out.size() > 1) out += ", ";
    out += render_text(text);
  }
  return out + "]";
}

std::string render_bytes(std::string_view bytes) {
  const bool text = std::all_of(bytes.begin(), bytes.end(), [](char c) {
    return c == '\r' || c == '\n' || c == '\t' || c == '\0' || (!is_control(c) && static_cast<unsigned char>(c) < 0x80);
  });
  if (text) return render_text(bytes);
  std::string out = "0x";
  for (char c : bytes) out += fmt::format("{:02x}", static_cast<unsigned char>(c));
  return out;
}

std::string render_range(const Range& range) {
  return range_text(range, [](std::int64_t value) { return render(value); });
}

std::string render_size_range(const Range& range) {
  if (range.from <= 0 && range.to == INT64_MAX) return {};
  return range_text(range, [](std::int64_t value) { return render_size(value); });
}

}  // namespace fieldgate::config
