#include "framing/netstring.hpp"

#include "support/catch.hpp"
#include "unit/framing/cutting.hpp"

using namespace fieldgate;
using namespace fieldgate::framing;

namespace {

using Frames = std::vector<std::string>;

Outcome frames(std::string_view stream, std::size_t max_length = 100, std::size_t chunk = 1000) {
  Netstring framer({max_length});
  return cut(framer, stream, chunk, max_length + 8);
}

}  // namespace

TEST_CASE("a netstring says its length in decimal") {
  CHECK(frames("5:hello,0:,3:a,b,").frames == Frames{"hello", "", "a,b"});
  CHECK(frames("5:hello,0:,3:a,b,", 100, 1).frames == Frames{"hello", "", "a,b"});
}

TEST_CASE("a netstring that is too long is skipped, and the next one comes") {
  for (const std::size_t chunk : {1U, 4U, 1000U}) {
    const Outcome outcome = frames("6:123456,2:ok,", 5, chunk);
    CHECK(outcome.frames == Frames{"ok"});
    CHECK(outcome.rejected == Frames{"too_long"});
  }
}

TEST_CASE("a stream that is no netstring is lost") {
  CHECK(frames("x").rejected == Frames{"bad_length"});
  CHECK(frames(":a,").rejected == Frames{"bad_length"});
  CHECK(frames("01:a,").rejected == Frames{"bad_length"});
  CHECK(frames("-1:a,").rejected == Frames{"bad_length"});
  CHECK(frames("1:ab").rejected == Frames{"bad_end"});
  CHECK(frames("99999999999999999999").rejected == Frames{"too_long"});
  CHECK(frames("1:ab").lost);
  CHECK(frames("99999999999999999999").lost);
}
