// A look into a disk buffer's file while no gateway runs.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>

#include "message/result.hpp"
#include "message/time.hpp"

namespace fieldgate::buffer {

/// What waits in it.
struct Waiting {
  std::uint64_t messages = 0;
  std::uint64_t bytes = 0;
  std::optional<TimePoint> oldest;  ///< when the first of it was written
};

/// Blocks, and changes nothing. The caller holds the lock of the data_dir.
Result<Waiting> look(const std::filesystem::path& file);

}  // namespace fieldgate::buffer
