// Bytes that a tool of the laboratory is given: raw, as hex, or out of a capture.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "message/result.hpp"

namespace fieldgate::cli {

struct InputOptions {
  std::string file;  ///< empty or "-": standard input
  bool hex = false;
  bool pcap = false;
};

/// Everything in the file, or from standard input; up to 256 MiB.
Result<std::string> read_input(const std::string& file);

/// The chunks that hex text stands for, a line each. Spaces, 0x, commas and colons may group the digits, # begins a
/// comment. The error names the line.
Result<std::vector<std::string>> parse_hex_lines(std::string_view text);

/// Whether the file is a capture by its name.
bool names_capture(std::string_view file);

/// Whether bytes are text that reads like hex, so that --hex was perhaps forgotten.
bool looks_like_hex(std::string_view bytes);

}  // namespace fieldgate::cli
