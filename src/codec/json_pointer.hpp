// JSON Pointers (RFC 6901).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "message/json.hpp"

namespace fieldgate::codec {

/// Whether `text` is a pointer: empty, or each step after a slash, with ~ only as ~0 and ~1.
bool is_pointer(std::string_view text);

/// Its steps, escapes undone.
std::vector<std::string> pointer_steps(std::string_view pointer);

/// The pointer to a member of that name.
std::string pointer_to(std::string_view name);

}  // namespace fieldgate::codec
