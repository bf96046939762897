#include "codec/lua.hpp"

#include "unit/codec/packed.hpp"
#include "unit/config/reading.hpp"

using namespace fieldgate;
using namespace fieldgate::codec;

namespace {

const expression::Paths none;

codec::Lua scripted(const std::string& source) { return codec::Lua({{source}}, none); }

}  // namespace

TEST_CASE("a Lua codec gives a message, several, or none") {
  auto codec = scripted(R"(
function decode(frame)
  if #frame == 0 then return nil end
  if #frame == 1 then return { kind = frame } end
  if #frame == 2 then return { { n = 1 }, { n = 2 } } end
  error("no such frame")
end)");
  CHECK(decoded(codec, "") == "");
  CHECK(decoded(codec, "x") == R"({"kind":"x"})");
  CHECK(decoded(codec, "xy") == R"({"n":1}{"n":2})");
  CHECK(decoded(codec, "xyz") == "! script_error");
  Collected out;
  CHECK(codec.decode("xyz", out)->text == "script:6: no such frame");
  CHECK(encoded(codec, "{}") == "! encode");
}

TEST_CASE("a Lua codec encodes where it has a function for it") {
  auto codec = scripted("function decode(f) end function encode(d) return string.pack('>Bz', d.n, d.text) end");
  CHECK(encoded(codec, R"({"n":1,"text":"ab"})") == "01616200");
  CHECK(encoded(codec, R"({"n":1})") == "! script_error");
  CHECK(encoded(codec, "[]") == "! not_an_object");
}

TEST_CASE("what is picked of a script's table is what its JSON says") {
  expression::Paths paths;
  paths.intern({"a", "b"});
  codec::Lua codec({{"return function(f) return { a = { b = f } } end"}}, paths);
  Collected out;
  REQUIRE_FALSE(codec.decode("x", out));
  CHECK(out.documents[0].picked == std::vector<std::string>{"x"});
}

TEST_CASE("a Lua codec is read from the file, and what is wrong in it is told") {
  codec::Lua::Config config;
  const auto read = [&config](config::Section& root) { config = codec::Lua::Config::read(root); };
  config::Reading good("source: |\n  function decode(frame)\n    return {frame}\n  end\ntimeout: 2ms\nmemory: 2MiB\n",
                       read);
  CHECK(good.only() == "");
  CHECK(config.script.limits == script::LuaLimits{std::chrono::milliseconds(2), 2 * 1024 * 1024});
  CHECK(config.script.lua);
  CHECK(config::Reading("timeout: 1ms", read).only().find("needs a 'file', or its text as 'source'") !=
        std::string::npos);
  CHECK(config::Reading("source: x\nfile: y", read).only().find("not both") != std::string::npos);
  CHECK(config::Reading("source: 'function decode('", read).only().find("script:1: <name>") != std::string::npos);
  CHECK(config::Reading("source: 'x = 1'", read).only().find("there is no function decode") != std::string::npos);
  CHECK(config::Reading("file: missing.lua", read).only().find("missing.lua") != std::string::npos);
  config::Reading syntax("file: missing.lua", read, true);
  CHECK(syntax.only() == "");
}
