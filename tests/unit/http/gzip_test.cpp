// Proves that gzip's output is one member that reads back.
#include "http/gzip.hpp"

#include <zlib.h>

#include <array>

#include "support/catch.hpp"

using namespace fieldgate;

namespace {

std::string unzipped(std::string text) {
  z_stream stream{};
  REQUIRE(inflateInit2(&stream, 15 + 16) == Z_OK);
  std::string out(1 << 22, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(text.data());
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  CHECK(inflate(&stream, Z_FINISH) == Z_STREAM_END);
  CHECK(stream.avail_in == 0);
  out.resize(stream.total_out);
  inflateEnd(&stream);
  return out;
}

}  // namespace

TEST_CASE("the pieces come back as one text") {
  std::string large;
  for (int number = 0; large.size() < 1000000; ++number) large += "{\"n\":" + std::to_string(number) + "},";
  const std::array<std::string_view, 3> pieces{"[", large, "]"};
  const auto packed = http::gzip(pieces);
  REQUIRE(packed);
  CHECK(packed->size() < large.size() / 3);
  CHECK(unzipped(*packed) == "[" + large + "]");
}

TEST_CASE("nothing is a gzip member too") {
  const std::array<std::string_view, 3> pieces{};
  const auto packed = http::gzip(pieces);
  REQUIRE(packed);
  CHECK(unzipped(*packed).empty());
}
