#include "framing/netstring.hpp"

#include "support/catch.hpp"
#include "unit/framing/cutting.hpp"

using namespace fieldgate;
using namespace fieldgate::framing;

namespace {

using Frames = std::vector<std::string>;

Outcome frames(std::string_view stream, std::size_t max_length = 100, std::size_t chunk = 1000, bool close = false) {
  Netstring::Config config;
  config.common.max_length = max_length;
  config.common.close = close;
  Netstring framer(config);
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

TEST_CASE("what is no netstring is rejected") {
  CHECK(frames("x").rejected == Frames{"bad_length"});
  CHECK(frames(":a,").rejected == Frames{"bad_length"});
  CHECK(frames("01:a,").rejected == Frames{"bad_length"});
  CHECK(frames("-1:a,").rejected == Frames{"bad_length"});
  CHECK(frames("1:ab").rejected == Frames{"bad_end"});
  CHECK(frames("99999999999999999999").rejected == Frames{"too_long"});
}

TEST_CASE("behind what is no netstring, the next one comes, or the stream is lost") {
  CHECK(frames("1:ab2:ok,").frames == Frames{"ok"});
  CHECK(frames("-1:ab2:ok,", 100, 1).frames == Frames{"ok"});
  CHECK(frames("1:ab2:ok,", 100, 1000, true).lost);
  CHECK(frames("99999999999999999999", 100, 1000, true).lost);
}
