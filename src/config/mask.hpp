// A line of a configuration as it may be shown: without its secrets, and not endless.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "config/problem.hpp"

namespace fieldgate::config {

struct ShownLine {
  std::string text;
  std::u32string before_caret;   ///< one element for each character in front of the caret
  std::size_t caret_length = 1;  ///< at least 1
};

/// `source` is the line of `mark`. What stands under a mark of `hidden`, behind a key that is called like a secret, or
/// as the user part of a URL is shown as ***; of a very long line only the part round the mark.
ShownLine shown_line(std::string_view source, const Mark& mark, const std::vector<Mark>& hidden);

}  // namespace fieldgate::config
