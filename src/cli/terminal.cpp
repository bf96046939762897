// Colour for people at a terminal, none for pipes and files.
#include "cli/terminal.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdlib>

namespace fieldgate::cli {

Painter Painter::for_output() {
  const char* no_color = std::getenv("NO_COLOR");
  const char* term = std::getenv("TERM");
  const bool plain =
      (no_color != nullptr && *no_color != '\0') || (term != nullptr && std::string_view(term) == "dumb");
  return Painter(!plain && ::isatty(STDOUT_FILENO) == 1);
}

std::string Painter::operator()(Style style, std::string_view text) const {
  if (!colours_ || text.empty()) return std::string(text);
  constexpr std::string_view codes[] = {"32", "31;1", "2", "1", "36", "33"};
  return fmt::format("\x1b[{}m{}\x1b[0m", codes[static_cast<std::size_t>(style)], text);
}

std::string hex_text(std::string_view bytes, std::size_t most) {
  std::string out;
  for (const char c : bytes.substr(0, most)) {
    if (!out.empty()) out += ' ';
    out += fmt::format("{:02x}", static_cast<unsigned char>(c));
  }
  if (bytes.size() > most) out += fmt::format(" .. ({} bytes more)", bytes.size() - most);
  return out;
}

}  // namespace fieldgate::cli
