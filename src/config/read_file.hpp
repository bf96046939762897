// Reading a whole file, as long as it is not a large one.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>

#include "message/result.hpp"

namespace fieldgate::config {

/// No file of a configuration, and none that it reads a value from, is larger; but lists of devices are.
inline constexpr std::size_t largest_file = 1024 * 1024;

/// The content of the file, at most `largest` bytes. The error says why there is none, without the path.
Result<std::string> read_file(const std::filesystem::path& path, std::size_t largest = largest_file);

}  // namespace fieldgate::config
