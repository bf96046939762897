// Framings that are another one with options of its own.
#pragma once

#include "framing/framer.hpp"

namespace fieldgate::framing {

/// Adds them to the types that `type:` may name. What they stand for must be among these too.
void add_presets(config::Registry<Factory>& types);

}  // namespace fieldgate::framing
