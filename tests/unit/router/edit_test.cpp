#include "router/edit.hpp"

#include <nlohmann/json.hpp>

#include "support/catch.hpp"
#include "unit/config/reading.hpp"
#include "unit/router/staged.hpp"

using namespace fieldgate;
using namespace fieldgate::router;

namespace {

expression::Template text(std::string_view source) {
  return *expression::Template::parse(source, expression::Place::plain);
}

/// The edited document, or "-" if it was taken away.
std::string edited(const Edit::Config& config, std::string_view json) {
  Staged stage;
  Edit edit(config, stage.context);
  edit.connect({&stage.output});
  stage.send(edit, json);
  if (stage.output.documents.empty()) return "-";
  CHECK(nlohmann::json::accept(stage.output.documents[0]));
  return stage.output.documents[0];
}

}  // namespace

TEST_CASE("members are renamed") {
  CHECK(edited({{{"a", "x"}}}, R"({"a":1,"b":{"a":2}})") == R"({"x":1,"b":{"a":2}})");
  CHECK(edited({{{"a", "x"}}}, R"({"b":2})") == R"({"b":2})");
  CHECK(edited({{{"a", "b"}, {"b", "a"}}}, R"({"a":1,"b":2})") == R"({"b":1,"a":2})");
  CHECK(edited({{{"a", "say \"x\""}}}, R"({"\u0061":1})") == R"({"say \"x\"":1})");
  CHECK(edited({{{"a", "x"}}}, "{}") == "{}");
}

TEST_CASE("a member gives way to one that is renamed to it") {
  CHECK(edited({{{"a", "b"}}}, R"({"b":2,"a":1})") == R"({"b":1})");
  CHECK(edited({{{"a", "b"}}}, R"({"b":2})") == R"({"b":2})");
}

TEST_CASE("members are set, and a value that is one name keeps its kind") {
  CHECK(edited({{}, {{"gw", text("{{ gateway }}")}, {"n", text("{{ data.v }}")}, {"s", text("v={{ data.v }}")}}},
               R"({"v":1.50,"gw":null})") == R"({"v":1.50,"gw":"plant-7","n":1.50,"s":"v=1.50"})");
  CHECK(edited({{}, {{"copy", text("{{ data.o }}")}}}, R"({"o":{"a":[1,"x"]}})") ==
        R"({"o":{"a":[1,"x"]},"copy":{"a":[1,"x"]}})");
  CHECK(edited({{}, {{"a", text("1")}}}, "{}") == R"({"a":"1"})");
}

TEST_CASE("members are kept and dropped by globs") {
  CHECK(edited({{}, {}, {"temp*", "?"}}, R"({"temperature":1,"temp":2,"humidity":3,"x":4,"xy":5})") ==
        R"({"temperature":1,"temp":2,"x":4})");
  CHECK(edited({{}, {}, {}, {"_*", "debug"}}, R"({"_a":1,"debug":2,"d":3})") == R"({"d":3})");
  CHECK(edited({{}, {}, {"*"}, {"*b*b*"}}, R"({"abab":1,"ab":2})") == R"({"ab":2})");
  CHECK(edited({{}, {}, {"none"}}, R"({"a":1})") == "{}");
}

TEST_CASE("rename, set, keep and drop go in this order") {
  const Edit::Config config{{{"t", "temperature"}},
                            {{"copy", text("{{ data.temperature }}")}, {"gone", text("x")}},
                            {"temperature", "copy", "gone"},
                            {"gone"}};
  CHECK(edited(config, R"({"t":21.5,"other":1})") == R"({"temperature":21.5,"copy":21.5})");
}

TEST_CASE("what comes behind an edit sees the new values") {
  Staged stage;
  stage.paths.intern({"old"});
  stage.paths.intern({"new"});
  Edit edit({{{"old", "new"}}}, stage.context);
  edit.connect({&stage.output});
  stage.send(edit, R"({"old":5})");
  CHECK(stage.output.picked == std::vector<std::string>{"-", "5"});
}

TEST_CASE("a message that cannot be filled is taken away and counted with its reason") {
  Staged stage;
  Edit edit({{}, {{"a", text("{{ data.none }}")}}}, stage.context);
  edit.connect({&stage.output});
  stage.send(edit, R"({"x":1})");
  CHECK(stage.output.documents.empty());
  CHECK(stage.dropped.of("unfilled") == 1);
}

TEST_CASE("a document that becomes too deep is taken away and counted") {
  Staged stage;
  Edit edit({{}, {{"a", text("{{ data }}")}}}, stage.context);
  edit.connect({&stage.output});
  stage.send(edit, R"({"x":)" + std::string(63, '[') + std::string(63, ']') + "}");
  CHECK(stage.output.documents.empty());
  CHECK(stage.dropped.of("too_deep") == 1);
}

TEST_CASE("names repeated without end cost no more than their bytes") {
  std::string json = "{";
  for (int i = 0; i < 20000; ++i) json += R"("b":1,)";
  CHECK(edited({{{"a", "b"}}}, json + R"("a":2})") == R"({"b":2})");
}

TEST_CASE("an edit is read from the file, and what is wrong in it is told") {
  Edit::Config config;
  const auto read = [&config](config::Section& root) { config = Edit::Config::read(root); };
  config::Reading good("rename: { a: b }\nset: { c: '{{ device }}' }\nkeep: ['b*']\ndrop: [x]\n", read);
  CHECK(good.only() == "");
  CHECK(config == Edit::Config{{{"a", "b"}}, {{"c", text("{{ device }}")}}, {"b*"}, {"x"}});
  config::Reading wrong("set:\n  c: '{{ devcie }}'\n", read);
  CHECK(wrong.printed.find("plant.yaml:2:6: error: set: 'c': there is no name 'devcie', did you mean 'device'?") !=
        std::string::npos);
  config::Reading twice("rename: { a: x, b: x }", read);
  CHECK(twice.only().find("both renamed to 'x'") != std::string::npos);
}
