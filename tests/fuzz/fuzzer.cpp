// libFuzzer's way into one target, whose name the build gives.
#include <cstddef>
#include <cstdint>

#include "fuzz/targets.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fieldgate::fuzz::run(FUZZ_TARGET, {reinterpret_cast<const char*>(data), size});
  return 0;
}
