// The codec inside another one.
#pragma once

#include "codec/codec.hpp"

namespace fieldgate::codec {

/// Reads the option `codec` of a wrapper, which is required; after a problem, the one that gives the bytes as they are.
Factory read_inner(config::Section& section);

}  // namespace fieldgate::codec
