#include "framing/line.hpp"

#include "support/catch.hpp"
#include "unit/framing/cutting.hpp"

using namespace fieldgate;
using namespace fieldgate::framing;

namespace {

using Frames = std::vector<std::string>;

Outcome lines(std::string_view stream, Line::Config config = {}, std::size_t chunk = 1000) {
  Line line(config);
  return cut(line, stream, chunk, config.max_length + 1);
}

}  // namespace

TEST_CASE("LF and CR LF end a line") {
  CHECK(lines("one\ntwo\r\nthree").frames == Frames{"one", "two"});
  CHECK(lines("a\r\r\n").frames == Frames{"a\r"});
  CHECK(lines("a\rb\n").frames == Frames{"a\rb"});
}

TEST_CASE("CR and LF may come in different reads") {
  CHECK(lines("one\r\ntwo\r\n", {}, 4).frames == Frames{"one", "two"});
  CHECK(lines("one\r\ntwo\r\n", {}, 1).frames == Frames{"one", "two"});
}

TEST_CASE("an empty line is an empty frame unless it is skipped") {
  CHECK(lines("\n\r\na\n").frames == Frames{"", "", "a"});
  CHECK(lines("\n\r\na\n", {100, true}).frames == Frames{"a"});
}

TEST_CASE("a line that is too long is reported once, and the next one comes") {
  for (const std::size_t chunk : {1U, 3U, 5U, 6U, 1000U}) {
    CAPTURE(chunk);
    const Outcome outcome = lines("12345\r\n123456\nabc\n", {5, false}, chunk);
    CHECK(outcome.frames == Frames{"12345", "abc"});
    CHECK(outcome.rejected == Frames{"too_long"});
    CHECK(outcome.broken == "");
  }
}

TEST_CASE("a line that never ends is not kept") {
  const Outcome outcome = lines(std::string(100000, 'x') + "\nok\n", {64, false}, 100);
  CHECK(outcome.frames == Frames{"ok"});
  CHECK(outcome.rejected == Frames{"too_long"});
  CHECK(outcome.broken == "");
}
