#include "router/lua.hpp"

#include "support/catch.hpp"
#include "unit/config/reading.hpp"
#include "unit/router/staged.hpp"

using namespace fieldgate;
using namespace fieldgate::router;

namespace {

struct Scripted : Staged {
  explicit Scripted(const std::string& source) : lua({{source}}, context) { lua.connect({&output}); }
  std::vector<std::string> of(std::string_view json) {
    output = {};
    send(lua, json);
    return output.documents;
  }
  router::Lua lua;
};

using Documents = std::vector<std::string>;

}  // namespace

TEST_CASE("a script changes a message") {
  Scripted stage("function(message) message.data.f = message.data.c * 9 / 5 + 32 return message end");
  CHECK(stage.of(R"({"c":100, "list":[]})") == Documents{R"({"c":100,"f":212,"list":[]})"});
  CHECK(stage.output.receipts == std::vector<Receipt>{1});
}

TEST_CASE("a script takes a message away, or makes several of it") {
  Scripted stage(R"(
function transform(message)
  if message.data.n == 0 then return nil end
  local list = {}
  for i = 1, message.data.n do list[i] = { device = message.device .. "-" .. i, data = { i = i } } end
  return list
end)");
  CHECK(stage.of(R"({"n":0})").empty());
  CHECK(stage.dropped.of("filtered") == 1);
  CHECK(stage.of(R"({"n":3})") == Documents{R"({"i":1})", R"({"i":2})", R"({"i":3})"});
  CHECK(stage.output.receipts == std::vector<Receipt>{2, 3, 4});
  CHECK(stage.of(R"({"n":1})") == Documents{R"({"i":1})"});
  CHECK(stage.output.receipts == std::vector<Receipt>{5});
}

TEST_CASE("a script sees who sent what and when, and may change it") {
  Scripted stage(R"(
function(message)
  message.data = { device = message.device, adapter = message.adapter, time = message.time, topic = message.topic }
  return message
end)");
  stage.origin.adapter = "bus";
  stage.origin.topic = "a/b";
  CHECK(stage.of("{}") ==
        Documents{R"({"adapter":"bus","device":"dev-1","time":"1970-01-01T00:00:00.000Z","topic":"a/b"})"});

  struct Last final : Input {
    void accept(const Message& message) override { device = message.device, time = message.time; }
    std::string device;
    TimePoint time;
  } last;
  router::Lua renames({{"function(m) m.device = 'x' m.time = 1.5 return m end"}}, stage.context);
  renames.connect({&last});
  stage.send(renames, "{}");
  CHECK(last.device == "x");
  CHECK(last.time == TimePoint(std::chrono::milliseconds(1500)));
  router::Lua keeps({{"function(m) return { data = m.data } end"}}, stage.context);
  keeps.connect({&last});
  stage.send(keeps, "{}");
  CHECK(last.device == "dev-1");
}

TEST_CASE("what comes behind a script sees the new values") {
  Staged stage;
  stage.paths.intern({"a"});
  router::Lua lua({{"function(m) m.data.a = 7 return m end"}}, stage.context);
  lua.connect({&stage.output});
  stage.send(lua, R"({"a":1})");
  CHECK(stage.output.picked == std::vector<std::string>{"7"});
}

TEST_CASE("a message whose script fails is taken away and counted with its reason") {
  Scripted stage(R"(
function(message)
  local kind = message.data.kind
  if kind == 'error' then error('wrong') end
  if kind == 'loop' then while true do end end
  if kind == 'memory' then return { data = string.rep('x', 1e9) } end
  if kind == 'time' then return { time = 'yesterday' } end
  if kind == 'device' then return { device = 5 } end
  if kind == 'data' then return { data = 5 } end
  if kind == 'number' then return { 12, 13 } end
  if kind == 'mixed' then return { message, {} , 'x' } end
  return message
end)");
  for (const char* kind : {"error", "loop", "memory", "time", "device", "data", "number", "mixed"}) {
    CAPTURE(kind);
    CHECK(stage.of(R"({"kind":")" + std::string(kind) + "\"}").empty());
  }
  CHECK(stage.dropped.of("script_error") == 1);
  CHECK(stage.dropped.of("script_timeout") == 1);
  CHECK(stage.dropped.of("script_memory") == 1);
  CHECK(stage.dropped.of("bad_message") == 5);
  CHECK(stage.of(R"({"kind":"good"})").size() == 1);
}

TEST_CASE("a Lua transform is read from the file, and what is wrong in it is told") {
  router::Lua::Config config;
  const auto read = [&config](config::Section& root) { config = router::Lua::Config::read(root); };
  config::Reading good("source: |\n  function(message)\n    return message\n  end\n", read);
  CHECK(good.only() == "");
  CHECK(config.script.limits == script::LuaLimits{});
  CHECK(config::Reading("source: 'function('", read).only().find("script:1:") != std::string::npos);
}
