// Regular expressions that an operator wrote, run over what a device sent: RE2, so in linear time and bounded memory.
#pragma once

#include <memory>
#include <string_view>

#include "message/result.hpp"

namespace re2 {
class RE2;
}

namespace fieldgate::script {

/// A compiled pattern in RE2's syntax.
class Pattern {
 public:
  Pattern(Pattern&&) noexcept;
  Pattern& operator=(Pattern&&) noexcept;
  ~Pattern();

  /// The error says what is wrong with the pattern.
  static Result<Pattern> compile(std::string_view pattern);

  /// Whether it matches anywhere in `text`; ^ and $ are the ends of the text.
  bool found_in(std::string_view text) const;

 private:
  explicit Pattern(std::unique_ptr<re2::RE2> compiled);

  std::unique_ptr<re2::RE2> compiled_;
};

}  // namespace fieldgate::script
