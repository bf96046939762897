// Bytes of the wire, seen but not owned.
#pragma once

#include <string_view>

namespace fieldgate {

/// A view of bytes that somebody else owns. Characters, because half of all devices speak text and the other half is
/// searched and compared in the same way.
using Bytes = std::string_view;

}  // namespace fieldgate
