// Proves that zstd's output is one frame that reads back.
#include "http/zstd.hpp"

#include <zstd.h>

#include <array>

#include "support/catch.hpp"

using namespace fieldgate;

namespace {

std::string unpacked(const std::string& frame) {
  std::string out(1 << 22, '\0');
  const std::size_t size = ZSTD_decompress(out.data(), out.size(), frame.data(), frame.size());
  REQUIRE(ZSTD_isError(size) == 0);
  CHECK(ZSTD_findFrameCompressedSize(frame.data(), frame.size()) == frame.size());
  out.resize(size);
  return out;
}

}  // namespace

TEST_CASE("the pieces come back out of a frame as one text") {
  std::string large;
  for (int number = 0; large.size() < 1000000; ++number) large += "{\"n\":" + std::to_string(number) + "},";
  const std::array<std::string_view, 3> pieces{"[", large, "]"};
  const auto packed = http::zstd(pieces);
  REQUIRE(packed);
  CHECK(packed->size() < large.size() / 3);
  CHECK(unpacked(*packed) == "[" + large + "]");
}

TEST_CASE("nothing is a zstd frame too") {
  const std::array<std::string_view, 3> pieces{};
  const auto packed = http::zstd(pieces);
  REQUIRE(packed);
  CHECK(unpacked(*packed).empty());
}
