// Keeping text from a device inside the place that it fills.
#pragma once

#include <cstddef>
#include <string>

#include "expression/template.hpp"

namespace fieldgate::expression {

/// Encodes what `out` holds from `begin` on, text of the name `name`, at most `max_device_text` bytes, for `place`.
void confine(std::string& out, std::size_t begin, Place place, Name name);

/// Undoes percent-encoding in what `out` holds from `begin` on; a % without two hexadecimal digits stays.
void percent_decode(std::string& out, std::size_t begin);

/// Whether a URL has a path segment . or .., which services and proxies would walk.
bool has_dot_segment(std::string_view url);

}  // namespace fieldgate::expression
