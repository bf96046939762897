#include "framing/delimiter.hpp"

#include "support/catch.hpp"
#include "unit/framing/cutting.hpp"

using namespace fieldgate;
using namespace fieldgate::framing;

namespace {

using Frames = std::vector<std::string>;

Delimiter::Config ended_by(std::vector<std::string> delimiters, bool strip = true, bool skip_empty = false,
                           std::size_t max_length = default_max_length) {
  Delimiter::Config config;
  config.delimiters = Markers(std::move(delimiters));
  config.strip = strip;
  config.skip_empty = skip_empty;
  config.common.max_length = max_length;
  return config;
}

Outcome frames(std::string_view stream, const Delimiter::Config& config, std::size_t chunk = 1000) {
  Delimiter framer(config);
  return cut(framer, stream, chunk, config.common.max_length + 8);
}

}  // namespace

TEST_CASE("a delimiter of several bytes ends a frame") {
  CHECK(frames("one##two##th#ree", ended_by({"##"})).frames == Frames{"one", "two"});
  CHECK(frames("one##two##", ended_by({"##"}, false)).frames == Frames{"one##", "two##"});
  CHECK(frames(std::string("a\0b\0", 4), ended_by({std::string(1, '\0')})).frames == Frames{"a", "b"});
}

TEST_CASE("of several delimiters the first ends the frame, and the longest of those that begin together") {
  const Delimiter::Config config = ended_by({";", ";\r\n", "*"});
  CHECK(frames("a;b;\r\nc*d", config).frames == Frames{"a", "b", "c"});
  CHECK(frames("a;b;\r\nc*d", config, 1).frames == Frames{"a", "b", "c"});
}

TEST_CASE("a frame does not wait to see whether its delimiter grows") {
  const Delimiter::Config config = ended_by({"##", "##\r\n"});
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
  const Delimiter::Config config = ended_by({"##", "##\r\n"});
  CHECK(frames("a##\rb##", config).frames == Frames{"a", "\rb"});
  CHECK(frames("a##\rb##", config, 1).frames == Frames{"a", "\rb"});
}

TEST_CASE("a delimiter that is not stripped is the longest in any split") {
  const Delimiter::Config config = ended_by({"#", "#\r\n"}, false);
  for (const std::size_t chunk : {1U, 2U, 100U})
    CHECK(frames("a#\r\nb#c", config, chunk).frames == Frames{"a#\r\n", "b#"});
}

TEST_CASE("empty frames are skipped if asked") {
  CHECK(frames(";;a;;", ended_by({";"})).frames == Frames{"", "", "a", ""});
  CHECK(frames(";;a;;", ended_by({";"}, true, true)).frames == Frames{"a"});
}

TEST_CASE("a delimited frame that is too long is reported once, and the next one comes, whatever the split") {
  const Delimiter::Config config = ended_by({"\r\n", "\n"}, true, false, 5);
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
  const Delimiter::Config config = ended_by({"#", ";"});
  Delimiter framer(config);
  std::size_t count = 0;
  for (std::string_view rest = stream; !rest.empty(); ++count) rest.remove_prefix(framer.next(rest).consumed);
  CHECK(count == 20000);
}

TEST_CASE("a delimiter with something behind it ends nothing") {
  Delimiter::Config config = ended_by({"}"}, false);
  config.not_followed_by = ",";
  for (const std::size_t chunk : {1U, 100U})
    CHECK(frames("{a},{b}{c}x", config, chunk).frames == Frames{"{a},{b}", "{c}"});
}

TEST_CASE("several delimiters end a frame, with bytes behind the last") {
  Delimiter::Config config = ended_by({","}, false);
  config.count = 2;
  config.trailer = 1;
  for (const std::size_t chunk : {1U, 100U})
    CHECK(frames("a,b,1c,,2d", config, chunk).frames == Frames{"a,b,1", "c,,2"});
}

TEST_CASE("a delimiter before its frame ends the one before, and silence the last") {
  Delimiter::Config config = ended_by({"E"}, false);
  config.before = true;
  for (const std::size_t chunk : {1U, 100U}) {
    Delimiter framer(config);
    CHECK(cut(framer, "xEabEcE", chunk, 100).frames == Frames{"Eab", "Ec"});
  }
  config.flush_on_idle = true;
  Delimiter framer(config);
  CHECK(cut(framer, "EabEc", 100, 100, true).frames == Frames{"Eab", "Ec"});
}
