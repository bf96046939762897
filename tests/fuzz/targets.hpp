// What is fuzzed: functions that take any bytes, and abort where a promise is broken.
#pragma once

#include <span>
#include <string_view>
#include <vector>

namespace fieldgate::fuzz {

struct Target {
  std::string_view name;  ///< also of its seeds' folder, in tests/data/fuzz
  void (*run)(std::string_view bytes);
};

// One file each.
std::span<const Target> framing_targets();
std::span<const Target> text_codec_targets();
std::span<const Target> binary_targets();
std::span<const Target> expression_targets();
std::span<const Target> config_targets();
std::span<const Target> packed_codec_targets();
std::span<const Target> protocol_targets();

/// All of them.
std::vector<Target> targets();

/// Runs the target of this name.
void run(std::string_view name, std::string_view bytes);

/// Aborts, and says so, where a promise is not kept.
void require(bool kept, const char* promise);

/// Takes a byte off the front, as a choice of the fuzzer.
unsigned choice(std::string_view& bytes);

}  // namespace fieldgate::fuzz
