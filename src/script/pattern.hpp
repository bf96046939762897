// Regular expressions that an operator wrote, run over what a device sent: RE2, so in linear time and bounded memory.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "message/result.hpp"

namespace re2 {
class RE2;
}

namespace fieldgate::script {

/// A compiled pattern in RE2's syntax.
class Pattern {
 public:
  /// Most groups of a pattern whose texts are asked for.
  static constexpr std::size_t max_groups = 127;

  /// Where a match stands in its text.
  struct Place {
    std::size_t begin = 0;
    std::size_t end = 0;
  };

  Pattern(Pattern&&) noexcept;
  Pattern& operator=(Pattern&&) noexcept;
  ~Pattern();

  /// For text, which is UTF-8. The error says what is wrong with the pattern.
  static Result<Pattern> compile(std::string_view pattern);

  /// For any bytes: each is a character, U+0000 to U+00FF, and `.` is any of them, line ends too.
  static Result<Pattern> compile_bytes(std::string_view pattern);

  /// Whether it matches anywhere in `text`; ^ and $ are the ends of the text.
  bool found_in(std::string_view text) const;

  /// The first match that begins at `from` or behind. ^ is the beginning of `text`, wherever `from` is.
  std::optional<Place> find(std::string_view text, std::size_t from = 0) const;

  /// The names of the groups by number, from 0, which is the whole match; empty for those without a name.
  std::vector<std::string> group_names() const;

  /// Whether it matches anywhere in `text` from `from` on, or all of it where `whole`. Then `groups` holds by number
  /// what each group matched, as views of `text`; one that took no part has no data.
  bool match(std::string_view text, bool whole, std::span<std::string_view> groups, std::size_t from = 0) const;

 private:
  explicit Pattern(std::unique_ptr<re2::RE2> compiled);

  std::unique_ptr<re2::RE2> compiled_;
};

}  // namespace fieldgate::script
