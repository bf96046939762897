// Colour for people at a terminal, none for pipes and files.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace fieldgate::cli {

enum class Style : std::uint8_t { good, bad, dim, strong, name, number };

/// Wraps text in a terminal's colours, or leaves it as it is.
class Painter {
 public:
  explicit Painter(bool colours) : colours_(colours) {}

  /// For standard output: colours if it is a terminal, and neither NO_COLOR (no-color.org) nor TERM=dumb says
  /// otherwise.
  static Painter for_output();

  std::string operator()(Style style, std::string_view text) const;

 private:
  bool colours_;
};

/// "78 78 0d 01", in groups of bytes as they are; `most` bytes, then how many more there are.
std::string hex_text(std::string_view bytes, std::size_t most = std::string_view::npos);

}  // namespace fieldgate::cli
