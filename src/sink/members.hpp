// Files of compressed members, one behind the other: where the last whole one ends.
#pragma once

#include <cstdint>

#include "sink/compression.hpp"

namespace fieldgate::sink {

/// How many bytes of the file, which has `size`, are whole members of ours; a process that was killed may have left a
/// part of one behind them. Hops from head to head, without decompressing. `size` where the file begins with something
/// else that cannot be judged. Blocks.
std::uint64_t whole_members(int descriptor, std::uint64_t size, Compression compression);

}  // namespace fieldgate::sink
