#include "framing/delimiter.hpp"

#include "support/catch.hpp"
#include "unit/framing/cutting.hpp"

using namespace fieldgate;
using namespace fieldgate::framing;

namespace {

using Frames = std::vector<std::string>;

Outcome frames(std::string_view stream, const Delimiter::Config& config, std::size_t chunk = 1000) {
  Delimiter framer(config);
  return cut(framer, stream, chunk, config.max_length + 8);
}

}  // namespace

TEST_CASE("a delimiter of several bytes ends a frame") {
  CHECK(frames("one##two##th#ree", {{"##"}}).frames == Frames{"one", "two"});
  CHECK(frames("one##two##", {{"##"}, false}).frames == Frames{"one##", "two##"});
  CHECK(frames(std::string("a\0b\0", 4), {{std::string(1, '\0')}}).frames == Frames{"a", "b"});
}

TEST_CASE("of several delimiters the first ends the frame, and the longest of those that begin together") {
  const Delimiter::Config config{{";", ";\r\n", "*"}};
  CHECK(frames("a;b;\r\nc*d", config).frames == Frames{"a", "b", "c"});
  CHECK(frames("a;b;\r\nc*d", config, 1).frames == Frames{"a", "b", "c"});
}

TEST_CASE("a frame does not wait to see whether its delimiter grows") {
  const Delimiter::Config config{{"##", "##\r\n"}};
  Delimiter framer(config);
  const Cut first = framer.next("abc##");
  CHECK(first.kind == Cut::Kind::frame);
  CHECK(first.frame == "abc");
  CHECK(framer.next("\r").consumed == 0);
  const Cut second = framer.next("\r\nnext##\r\n");
  CHECK(second.frame == "next");
  CHECK(second.consumed == 10);
}

TEST_CASE("what only looked like more of a delimiter belongs to the next frame") {
  const Delimiter::Config config{{"##", "##\r\n"}};
  CHECK(frames("a##\rb##", config).frames == Frames{"a", "\rb"});
  CHECK(frames("a##\rb##", config, 1).frames == Frames{"a", "\rb"});
}

TEST_CASE("a delimiter that is not stripped is the longest in any split") {
  const Delimiter::Config config{{"#", "#\r\n"}, false};
  for (const std::size_t chunk : {1U, 2U, 100U})
    CHECK(frames("a#\r\nb#c", config, chunk).frames == Frames{"a#\r\n", "b#"});
}

TEST_CASE("empty frames are skipped if asked") {
  CHECK(frames(";;a;;", {{";"}}).frames == Frames{"", "", "a", ""});
  CHECK(frames(";;a;;", {{";"}, true, true}).frames == Frames{"a"});
}

TEST_CASE("a delimited frame that is too long is reported once, and the next one comes, whatever the split") {
  const Delimiter::Config config{{"\r\n", "\n"}, true, false, 5};
  for (const std::size_t chunk : {1U, 2U, 6U, 1000U}) {
    CAPTURE(chunk);
    const Outcome outcome = frames("12345\r\n123456\r\n1234567890123\nok\n", config, chunk);
    CHECK(outcome.frames == Frames{"12345", "ok"});
    CHECK(outcome.rejected == Frames{"too_long", "too_long"});
    CHECK(outcome.broken == "");
  }
}

TEST_CASE("a delimiter that never comes is not looked for again and again") {
  std::string stream;
  for (int i = 0; i < 20000; ++i) stream += "a;";
  const Delimiter::Config config{{"#", ";"}};
  Delimiter framer(config);
  std::size_t count = 0;
  for (std::string_view rest = stream; !rest.empty(); ++count) rest.remove_prefix(framer.next(rest).consumed);
  CHECK(count == 20000);
}
