#include "script/lua.hpp"

#include "message/json.hpp"
#include "support/catch.hpp"

using namespace fieldgate;
using script::Lua;
using script::LuaLimits;
using namespace std::string_literals;

namespace {

std::shared_ptr<Lua> loaded(std::string_view source, LuaLimits limits = {}) {
  auto lua = Lua::load(source, "script", {"f", "g"}, limits);
  if (!lua) FAIL(lua.error().text);
  return *lua;
}

/// Why it does not load.
std::string refused(std::string_view source, LuaLimits limits = {}) {
  const auto lua = Lua::load(source, "script", {"f"}, limits);
  return lua ? "" : lua.error().text;
}

/// What f returns for the bytes, as JSON; "nil"; or "! reason: text".
std::string called(Lua& lua, Bytes bytes) {
  std::string out = "<";
  const auto done = lua.bytes_to_json(0, bytes, out);
  if (!done) {
    CHECK(out == "<");
    return "! " + std::string(done.error().reason) + ": " + done.error().text;
  }
  return *done ? out.substr(1) : "nil";
}

std::string run(const std::string& body, Bytes bytes = "", LuaLimits limits = {}) {
  return called(*loaded("function f(frame)\n" + body + "\nend", limits), bytes);
}

/// What it gives back of a document.
std::string through(std::string_view json) {
  std::string out;
  const auto done = loaded("return function(d) return d end")->json_to_json(0, json, out);
  return done ? out : done.error().text;
}

}  // namespace

TEST_CASE("a script decodes bytes into a table") {
  CHECK(run("return { kind = string.unpack('B', frame), value = string.unpack('>i2', frame, 2) / 10 }",
            "\x01\xff\x9c") == R"({"kind":1,"value":-10})");
  CHECK(run("return nil") == "nil");
  CHECK(run("return {}") == "nil");
  CHECK(run("return 5").starts_with("! script_error: it returned a number"));
  CHECK(run("error('no such kind')") == "! script_error: script:2: no such kind");
  CHECK(run("error({})") == "! script_error: an error that is no text");
  CHECK(run("local a = nil\nreturn a.b").starts_with("! script_error: script:3: attempt to index"));
}

TEST_CASE("a script is a named function, the one it returns, the only one there is, or one without a name") {
  for (const char* source : {"function f(x) return {x} end", "return function(x) return {x} end",
                             "return { f = function(x) return {x} end }", "function other(x) return {x} end",
                             "  function(x) return {x} end", "function (x)\n return {x} end"}) {
    CAPTURE(source);
    CHECK(called(*loaded(source), "a") == R"(["a"])");
  }
  CHECK(loaded("function f() end function g() end")->has(1));
  CHECK_FALSE(loaded("function f() end")->has(1));
  CHECK(refused("x = 1") == "there is no function f");
  CHECK(refused("function a() end function b() end") == "there is no function f");
  CHECK(refused("function f(\n") == "script:2: <name> or '...' expected near <eof>");
  CHECK(refused("error('at start')") == "script:1: at start");
  CHECK(refused("while true do end").find("takes too long") != std::string::npos);
  CHECK(refused("\x1bLua").find("binary chunk") != std::string::npos);
}

TEST_CASE("a table is an array or an object, with its members in order") {
  CHECK(run("return { b = 1, a = { 1, 2.5, 'x' }, c = { [1] = 1, [3] = 3 }, d = {}, e = { array() } }") ==
        R"({"a":[1,2.5,"x"],"b":1,"c":{"1":1,"3":3},"d":{},"e":[[]]})");
  CHECK(run("return { 1, 2, x = 3 }") == R"({"x":3,"1":1,"2":2})");
  CHECK(run("return { [1.5] = true, [-1] = false }").size() == R"({"1.5":true,"-1":false})"s.size());
  CHECK(run("return { a = null, b = 0/0, c = 1/0, d = math.mininteger, e = 'ä\\255\"' }") ==
        "{\"a\":null,\"b\":null,\"c\":null,\"d\":-9223372036854775808,\"e\":\"ä\xEF\xBF\xBD\\\"\"}");
  CHECK(run("return { f = print or error }").find("a function cannot be in a document") != std::string::npos);
  CHECK(run("return { [true] = 1 }").find("a boolean cannot be a name") != std::string::npos);
}

TEST_CASE("a document goes into a script and comes back as it was") {
  for (const char* json : {R"({"a":[1,-2.5,"x\"y",true,false,null],"b":{"c":{"d":[[[]]]}},"n":9223372036854775807})",
                           R"({"ä":"\u0000"})"}) {
    CAPTURE(json);
    CHECK(through(json) == json);
  }
  CHECK(through("{ \"a\" : [ 1 , 2 ] ,\n\"b\" : \"x\" }") == R"({"a":[1,2],"b":"x"})");
}

TEST_CASE("a script has no way out of its sandbox") {
  for (const char* name :
       {"io", "os", "debug", "package", "require", "load", "loadfile", "dofile", "loadstring", "print", "coroutine",
        "collectgarbage", "setmetatable", "getmetatable", "rawset", "_G", "warn"}) {
    CAPTURE(name);
    CHECK(run("return { t = type(" + std::string(name) + ") }") == R"({"t":"nil"})");
  }
  CHECK(run("return { t = type(string.dump), m = type(math.random) }") == R"({"m":"nil","t":"nil"})");
}

TEST_CASE("nothing is left behind by a call") {
  CHECK(run("x = 1").find("script:2: globals cannot be set") != std::string::npos);
  CHECK(run("string.rep = nil").find("globals cannot be set") != std::string::npos);
  CHECK(run("return { s = string.rep('ab', 2, '-'), n = ('x'):upper() }") == R"({"n":"X","s":"ab-ab"})");
  CHECK(called(*loaded("limit = 5 function f() return { limit } end function g() end"), "") == "[5]");
}

TEST_CASE("a script that never ends is stopped, whatever it does") {
  for (const char* body : {
           "while true do end",
           "local function r() return r() end return r()",
           "while true do pcall(function() while true do end end) end",
           "while true do pcall(error) end",
           "local s = 'x' while true do s = string.rep('x', 100000) end",
           "return { string.rep('', 1 << 60) }",
           "local t = {} for i = 1, 10000 do t[i] = i end while true do table.insert(t, 1, 0) table.remove(t, 1) end",
           "table.move({}, 1, 1 << 62, 2)",
           "table.concat({}, '', 1, 1 << 62)",
           "table.unpack({}, 1, 1 << 40)",
           "local t = {} for i = 1, 10000 do t[i] = -i end while true do table.sort(t) end",
           "return { string.find(frame, '(.-)(.-)(.-)(.-)(.-)!') }",
           "return { string.match(frame, '.*.*.*.*x') }",
           "for a in string.gmatch(frame, '.-.-.-b') do end",
           "return { string.gsub(frame, '.-.-.-b', '') }",
           "return { string.find(frame, string.rep('a', 500) .. 'b', 1, true), string.gsub(frame, '[%w]*[%w]*[%w]*!', "
           "'') }",
           "while true do hex(frame) end",
           "while true do crc16(frame) end",
           "while true do string.format('%s%s', frame, frame) end",
           "while true do utf8.len(frame) end",
       }) {
    CAPTURE(body);
    const std::string result = run(body, std::string(20000, 'a'));
    CHECK((result.starts_with("! script_timeout: ") || result.find("a range beyond any table") != std::string::npos));
  }
}

TEST_CASE("a script that eats memory is stopped, and can be called again") {
  for (const char* body :
       {"local t = {} for i = 1, 1e9 do t[i] = i end", "local s = 'x' while true do s = s .. s end",
        "return { string.rep('x', 1 << 40) }",
        "local s = string.rep('x', 100000) local t = {} while true do t[#t + 1] = s .. #t end",
        "local function r(...) return r(1, ...) end return r()", "return { ('%99999d'):rep(1 << 30) }"}) {
    CAPTURE(body);
    const auto lua = loaded("function f(frame) if frame == '' then return { 1 } end\n" + std::string(body) + "\nend");
    const std::string result = called(*lua, "x");
    CHECK((result.starts_with("! script_memory: ") || result.starts_with("! script_timeout: ") ||
           result.find("resulting string too large") != std::string::npos ||
           result.find("stack overflow") != std::string::npos));
    CHECK(called(*lua, "") == "[1]");
  }
  CHECK(refused("function f() end", {std::chrono::milliseconds(5), 8192}).find("option memory") != std::string::npos);
}

TEST_CASE("a value that holds itself, or unfolds without end, is refused") {
  CHECK(run("local t = {} t.t = t return t").find("nested too deeply") != std::string::npos);
  CHECK(run("local t = {1} for i = 1, 50 do t = {t, t} end return t").find("too large") != std::string::npos);
  CHECK(run("local function r() return pcall(r) end r() local t = {} return { t }").size() < 200);
}

TEST_CASE("Lua's patterns work as they do in Lua") {
  const auto test = [](const std::string& expression) { return run("return { " + expression + " }"); };
  CHECK(test("string.find('hello world', 'o w')") == "[5,7]");
  CHECK(test("string.find('a.b', '.', 1, true)") == "[2,2]");
  CHECK(test("string.find('abc', 'b', -1) == nil") == "[true]");
  CHECK(test("string.find('', '')") == "[1,0]");
  CHECK(test("string.find('abc', '', 10) == nil") == "[true]");
  CHECK(test("string.match('key = value', '^(%w+)%s*=%s*(%w+)$')") == R"(["key","value"])");
  CHECK(test("string.match('  trim  ', '^%s*(.-)%s*$')") == R"(["trim"])");
  CHECK(test("string.match('2026-01-31', '(%d+)-(%d+)-(%d+)')") == R"(["2026","01","31"])");
  CHECK(test("string.match('hello', '()ll()')") == "[3,5]");
  CHECK(test("string.match('THE (quick) fox', '%((%a+)%)')") == R"(["quick"])");
  CHECK(test("string.match('f(a(b)c)d', '%b()')") == R"-(["(a(b)c)"])-");
  CHECK(test("string.gsub('THE (quick) fox', '%f[%a]%a+', 'w')") == R"(["w (w) w",3])");
  CHECK(test("string.match('abcabc', '(abc)%1')") == R"(["abc"])");
  CHECK(test("string.match('x-]y', '[%-%]]+')") == R"(["-]"])");
  CHECK(test("string.match('a]b', '[]]')") == R"(["]"])");
  CHECK(test("string.match('abc123', '[^%d]+')") == R"(["abc"])");
  CHECK(test("string.match('caat', 'ca?a?a?t')") == R"(["caat"])");
  CHECK(test("string.gsub('hello world', 'o', '0', 1)") == R"(["hell0 world",1])");
  CHECK(test("string.gsub('abc', '%w', '%0%0')") == R"(["aabbcc",3])");
  CHECK(test("string.gsub('hello', '', '-')") == R"(["-h-e-l-l-o-",6])");
  CHECK(test("string.gsub('a b', '(%w) (%w)', '%2 %1')") == R"(["b a",1])");
  CHECK(test("string.gsub('$name', '%$(%w+)', { name = 'x' })") == R"(["x",1])");
  CHECK(test("string.gsub('abc', '.', function(c) if c == 'b' then return 'B' end end)") == R"(["aBc",3])");
  CHECK(run("local t = {} for k, v in string.gmatch('a=1, b=2', '(%w+)=(%w+)') do t[k] = v end return t") ==
        R"({"a":"1","b":"2"})");
  CHECK(run("local n = 0 for w in ('one two'):gmatch('%a*') do n = n + 1 end return { n }") == "[2]");
  for (const char* pattern : {"'%'", "'[a'", "'(a'", "'a)'", "'%f'", "'%b'", "'%1'", "'(()'", "'[%'"}) {
    CAPTURE(pattern);
    CHECK(test("string.match('aaa', " + std::string(pattern) + ")").starts_with("! script_error: script:2:"));
  }
}

TEST_CASE("a script has helpers for bytes") {
  CHECK(run("return { hex(frame), bytes('01 03 0a'), crc16('123456789'), base64('\\1\\2\\3\\4') }", "\x01\xff") ==
        R"(["01ff","\u0001\u0003\n",19255,"AQIDBA=="])");
  CHECK(run("return { bytes('0') }").find("hex digits") != std::string::npos);
}

TEST_CASE("a script cuts a stream, within its buffer") {
  std::string out;
  const auto lua = loaded("function f(b) if #b < 3 then return nil end return 3, b:sub(1, 2) end");
  CHECK(lua->cut(0, "ab", out)->consumed == 0);
  const auto piece = lua->cut(0, "abcd", out);
  CHECK(piece->consumed == 3);
  CHECK(piece->has_frame);
  CHECK(out == "ab");
  for (const char* wrong : {"return 5", "return -1", "return 'x'", "return 0, 'x'", "return 1, {}", "return 1.5"}) {
    CAPTURE(wrong);
    CHECK_FALSE(loaded("function f(b) " + std::string(wrong) + " end")->cut(0, "abcd", out));
  }
}

TEST_CASE("a script encodes a document") {
  std::string out = "<";
  REQUIRE(loaded("function f(d) return string.pack('>I2', d.n) end")->json_to_bytes(0, R"({"n":258})", out));
  CHECK(out == "<\x01\x02");
  CHECK_FALSE(loaded("function f(d) return 1 end")->json_to_bytes(0, R"({"n":258})", out));
}
