// Ranges of a frame, counted as in Python.
#pragma once

#include <algorithm>
#include <cstdint>
#include <utility>

#include "message/bytes.hpp"

namespace fieldgate::framing {

/// [from, to): `to` is the first byte outside; negative counts from the end.
using Range = std::pair<std::int64_t, std::int64_t>;

/// Where such a place is in `size` bytes; what lies outside ends at their ends.
inline std::size_t place(std::int64_t at, std::size_t size) {
  const auto signed_size = static_cast<std::int64_t>(size);
  return static_cast<std::size_t>(
      std::clamp<std::int64_t>(at < 0 ? std::max(at, -signed_size) + signed_size : at, 0, signed_size));
}

inline Bytes part(Bytes frame, Range range) {
  const std::size_t from = place(range.first, frame.size());
  const std::size_t to = std::max(from, place(range.second, frame.size()));
  return frame.substr(from, to - from);
}

/// Whether it holds nothing, however long the frame is.
inline bool always_empty(Range range) {
  const auto [from, to] = range;
  return (from < 0) == (to < 0) ? from >= to : to == 0;
}

}  // namespace fieldgate::framing
