#include "framing/script.hpp"

#include "support/catch.hpp"
#include "unit/config/reading.hpp"
#include "unit/framing/cutting.hpp"

using namespace fieldgate;
using namespace fieldgate::framing;

namespace {

/// Frames that begin with their length; 0xFF is dropped in front of them.
const std::string by_length = R"(
function frame(buffer)
  if buffer:byte(1) == 255 then return 1 end
  local size = buffer:byte(1)
  if #buffer < size + 1 then return nil end
  return size + 1, buffer:sub(2, size + 1)
end
function wrap(payload) return string.char(#payload) .. payload end)";

Script::Config of(const std::string& source, std::size_t max_length = 100) {
  Script::Config config;
  config.script.source = source;
  config.common.max_length = max_length;
  return config;
}

Outcome outcome(const std::string& source, std::string_view stream, std::size_t chunk, std::size_t max_length = 100) {
  const Script::Config config = of(source, max_length);
  Script framer(config);
  return cut(framer, stream, chunk, max_length);
}

}  // namespace

TEST_CASE("a script cuts the same frames whatever the split") {
  const std::string_view stream =
      "\x02"
      "ab"
      "\xff\xff"
      "\x01"
      "c"
      "\x03"
      "de";
  for (std::size_t chunk = 1; chunk <= stream.size(); ++chunk) {
    const Outcome seen = outcome(by_length, stream, chunk);
    CAPTURE(chunk, seen.broken);
    CHECK(seen.broken.empty());
    CHECK(seen.frames == std::vector<std::string>{"ab", "c"});
    CHECK(seen.rejected.empty());  // but garbage
  }
}

TEST_CASE("a script that always wants more gets no more than max_length") {
  const Outcome seen = outcome("return function(b) return 0 end", std::string(250, 'x'), 30);
  CHECK(seen.broken.empty());
  CHECK(seen.rejected == std::vector<std::string>{"too_long", "too_long"});
  CHECK(outcome("return function(b) return #b, b .. b end", std::string(80, 'x'), 80).rejected ==
        std::vector<std::string>{"too_long"});
}

TEST_CASE("a stream whose script fails is lost") {
  for (const char* source : {"return function(b) error('x') end", "return function(b) while true do end end",
                             "return function(b) return #b + 1, b end"}) {
    CAPTURE(source);
    CHECK(outcome(source, "abc", 3).lost);
  }
}

TEST_CASE("a script wraps what goes out, if it can") {
  std::string out;
  const Script::Config config = of(by_length);
  const Script framer(config);
  REQUIRE(framer.wrap("abc", out));
  CHECK(out ==
        "\x03"
        "abc");
  out.clear();
  const Script::Config plain = of("return function(b) end");
  REQUIRE(Script(plain).wrap("abc", out));
  CHECK(out == "abc");
}

TEST_CASE("a script framing is read from the file, and what is wrong in it is told") {
  Script::Config config;
  const auto read = [&config](config::Section& root) { config = Script::Config::read(root); };
  config::Reading good("source: 'function(buffer) return #buffer, buffer end'\nmax_length: 1KiB\n", read);
  CHECK(good.only() == "");
  CHECK(config.common.max_length == 1024);
  CHECK(config::Reading("max_length: 1KiB", read).only().find("'file', or its text as 'source'") != std::string::npos);
}
