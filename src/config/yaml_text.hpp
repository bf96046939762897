// What can be told from the text of a YAML file beside what its parser says.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace fieldgate::config {

/// The offset behind an anchor and a tag that stand at `at`.
std::size_t skip_properties(std::string_view text, std::size_t at);

/// The word `null`, `Null`, `NULL` or `~` that stands at `at`; empty where there is none.
std::string_view null_word(std::string_view text, std::size_t at);

/// How many characters of its first line the scalar at `at` takes, quotes included.
std::uint32_t scalar_length(std::string_view text, std::size_t at, std::string_view value);

/// False for a scalar at `at` whose quote never ends, which yaml-cpp 0.7 lets pass at the end of a file.
bool is_closed(std::string_view text, std::size_t at);

/// yaml-cpp's message in plain words, with a guess from the line it is about.
std::string explain_yaml_error(std::string_view message, std::string_view line);

}  // namespace fieldgate::config
