// What is fuzzed: functions that take any bytes, and abort where a promise is broken.
#pragma once

#include <span>
#include <string_view>

namespace fieldgate::fuzz {

struct Target {
  std::string_view name;  ///< also of its seeds' folder, in tests/data/fuzz
  void (*run)(std::string_view bytes);
};

/// All targets.
std::span<const Target> targets();

/// Runs the target of this name.
void run(std::string_view name, std::string_view bytes);

}  // namespace fieldgate::fuzz
