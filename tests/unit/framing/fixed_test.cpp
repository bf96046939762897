#include "framing/fixed.hpp"

#include "support/catch.hpp"
#include "unit/framing/cutting.hpp"

using namespace fieldgate;
using namespace fieldgate::framing;

TEST_CASE("every so many bytes are a frame") {
  Fixed::Config config;
  config.length = 3;
  for (const std::size_t chunk : {1U, 2U, 3U, 100U}) {
    Fixed framer(config);
    CHECK(cut(framer, "abcdefgh", chunk, 3).frames == std::vector<std::string>{"abc", "def"});
  }
}
