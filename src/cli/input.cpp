// Bytes that a tool of the laboratory is given: raw, as hex, or out of a capture.
#include "cli/input.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <memory>
#include <system_error>

#include "config/values.hpp"

namespace fieldgate::cli {
namespace {

constexpr std::size_t most_bytes = 256 * 1024 * 1024;

/// The digits of a line, without what groups them.
std::string digits_of(std::string_view line) {
  std::string out;
  line = line.substr(0, line.find('#'));
  for (std::size_t i = 0; i < line.size(); ++i) {
    const char c = line[i];
    const bool is_prefix = c == '0' && i + 1 < line.size() && (line[i + 1] == 'x' || line[i + 1] == 'X') &&
                           (i == 0 || std::string_view(" ,:;\t[").find(line[i - 1]) != std::string_view::npos);
    if (is_prefix) ++i;
    if (!is_prefix && std::string_view(" \t\r,:;-[]\"").find(c) == std::string_view::npos) out += c;
  }
  return out;
}

}  // namespace

Result<std::string> read_input(const std::string& file) {
  const bool is_standard = file.empty() || file == "-";
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> opened(is_standard ? nullptr : std::fopen(file.c_str(), "rb"),
                                                               [](std::FILE* f) { return f ? std::fclose(f) : 0; });
  std::FILE* const from = is_standard ? stdin : opened.get();
  const auto failure = [&] {
    return Error{"io", fmt::format("cannot read {}: {}", is_standard ? "standard input" : file,
                                   std::generic_category().message(errno))};
  };
  if (from == nullptr) return failure();
  std::string out;
  std::array<char, 65536> buffer{};
  std::size_t count = 0;
  while ((count = std::fread(buffer.data(), 1, buffer.size(), from)) > 0) {
    out.append(buffer.data(), count);
    if (out.size() > most_bytes) return Error{"io", "more than 256 MiB of input; cut it into pieces"};
  }
  if (std::ferror(from) != 0) return failure();
  return out;
}

Result<std::vector<std::string>> parse_hex_lines(std::string_view text) {
  std::vector<std::string> chunks;
  for (std::size_t number = 1; !text.empty(); ++number) {
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    const std::string digits = digits_of(line);
    if (digits.empty()) continue;
    auto bytes = config::parse_hex(digits);
    if (!bytes) return Error{"hex", fmt::format("line {}: {}", number, bytes.error().text)};
    chunks.push_back(std::move(*bytes));
  }
  return chunks;
}

bool names_capture(std::string_view file) {
  return file.ends_with(".pcap") || file.ends_with(".pcapng") || file.ends_with(".cap");
}

bool looks_like_hex(std::string_view bytes) {
  constexpr std::size_t enough = 8;
  const auto is_hex = [](char c) {
    return std::string_view("0123456789abcdefABCDEF \t\r\n").find(c) != std::string_view::npos;
  };
  const bool has_letters_or_pairs = std::all_of(bytes.begin(), bytes.end(), is_hex);
  return bytes.size() >= enough && has_letters_or_pairs;
}

}  // namespace fieldgate::cli
