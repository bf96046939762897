// The library of protocols that this program carries: config/protocols/ of the source, as the build embeds it.
#pragma once

#include <vector>

#include "config/library.hpp"

namespace fieldgate::gateway {

/// Its files, sorted by name. Views of the program itself.
std::vector<config::Shipped> shipped_protocols();

}  // namespace fieldgate::gateway
