// Commands: from their acceptance to their end, over a connection that the test speaks for, and over restarts.
#include "device/commands.hpp"

#include "unit/device/commands_run.hpp"

namespace fieldgate::device {
namespace {

using protocol::holds;

TEST_CASE("a command to a device that is there is queued, sent and answered") {
  Run run({});
  run.say("{\"id\":\"7\"}\n");
  run.submit(R"({"id":"42","command":"relay","args":{"state":"on"}})");
  REQUIRE(run.until_heard("RELAY on\n"));
  REQUIRE(run.until_told("queued sent "));
  run.say("{\"id\":\"7\",\"ok\":1}\n");
  REQUIRE(run.until_told("queued sent answered "));
  CHECK(to_json(run.last) ==
        R"({"id":"42","device":"7","command":"relay","state":"answered","data":{"id":"7","ok":1}})");
  REQUIRE(run.find("42").size() == 1);
  CHECK(run.find("42")[0].state == CommandState::answered);
}

TEST_CASE("a command that no answer is waited for ends as sent") {
  Run run({});
  run.say("{\"id\":\"7\"}\n");
  run.submit(R"({"command":"now"})");
  REQUIRE(run.until_told("queued sent "));
  CHECK(run.last.final);
}

TEST_CASE("raw bytes go out as they are, or framed") {
  Run run({});
  run.say("{\"id\":\"7\"}\n");
  run.submit(R"({"hex":"41 42"})");
  REQUIRE(run.until_told("queued sent "));
  run.submit(R"({"hex":"43","frame":true})");
  REQUIRE(run.until_told("queued sent queued sent "));
  CHECK(run.heard == "ABC\n");
}

TEST_CASE("commands wait for a device that comes later, and go out in their order") {
  Run run({});
  for (const char* state : {"a", "b", "c"})
    run.submit(std::string(R"({"command":"relay","args":{"state":")") + state + "\"}}");
  REQUIRE(run.until_told("queued queued queued "));
  run.say("{\"id\":\"7\"}\n");
  REQUIRE(run.until_heard("RELAY a\n"));
  run.say("{\"id\":\"7\",\"ok\":1}\n");
  REQUIRE(run.until_heard("RELAY a\nRELAY b\n"));
  run.say("{\"id\":\"7\",\"ok\":1}\n");
  REQUIRE(run.until_heard("RELAY a\nRELAY b\nRELAY c\n"));
}

TEST_CASE("what may not be given is refused, and the text says which list to change") {
  Run run({}, {"relay"});
  run.submit(R"({"command":"now"})", {"relay"});
  REQUIRE(test::run_until(run.reactor, [&] { return !run.told_text.empty(); }));
  CHECK(holds(run.last.error, "not_allowed: sink cloud"));
  run.submit(R"({"command":"now"})");
  REQUIRE(run.until_told("refused refused "));
  CHECK(holds(run.last.error, "adapters.lines.commands") == false);
  CHECK(holds(run.last.error, "the option commands of no adapter names 'now'"));
  run.say("{\"id\":\"7\"}\n");
  run.submit(R"({"command":"now"})");
  REQUIRE(run.until_told("refused refused refused "));
  CHECK(holds(run.last.error, "adapters.lines.commands"));
  run.submit(R"({"command":"nwo"})", {"nwo"});
  REQUIRE(run.until_told("refused refused refused refused "));
  CHECK(holds(run.last.error, "there is no command 'nwo', did you mean 'now'?"));
}

TEST_CASE("a wrong argument is refused before anything is sent") {
  Run run({});
  run.say("{\"id\":\"7\"}\n");
  for (const char* args : {R"({"level":10})", "{}", R"({"level":1,"lvel":2})"}) {
    run.told_text.clear();
    run.submit(std::string(R"({"command":"set","args":)") + args + "}");
    REQUIRE(run.until_told("refused "));
    CHECK(holds(run.last.error, "arguments"));
  }
  CHECK(run.heard.empty());
}

TEST_CASE("a command that waits for no device is refused while it is absent") {
  Run run({});
  run.submit(R"({"command":"now"})");
  REQUIRE(run.until_told("refused "));
  CHECK(holds(run.last.error, "absent"));
}

TEST_CASE("a command expires: while it waits, and by its own time") {
  Run run({});
  run.submit(R"({"command":"soon"})");
  REQUIRE(run.until_told("queued expired "));
  run.submit(R"({"command":"relay","args":{"state":1},"time":"2020-01-01T00:00:00Z"})");
  REQUIRE(run.until_told("queued expired expired "));
  run.say("{\"id\":\"7\"}\n");
  CHECK(run.heard.empty());
}

TEST_CASE("an id that was seen is answered with its state, and not run again") {
  Run run({});
  run.say("{\"id\":\"7\"}\n");
  run.submit(R"({"id":"1","command":"now"})");
  REQUIRE(run.until_told("queued sent "));
  run.submit(R"({"id":"1","command":"now"})");
  REQUIRE(run.until_told("queued sent sent "));
  run.submit(R"({"command":"now"})");
  REQUIRE(run.until_told("queued sent sent queued sent "));
  run.submit(R"({"command":"now"})");
  REQUIRE(run.until_told("queued sent sent queued sent sent "));
  CHECK(run.heard == "NOW\nNOW\n");
}

TEST_CASE("a command that is not answered in time has failed, and so has one whose connection ends") {
  Run run({});
  run.say("{\"id\":\"7\"}\n");
  run.submit(R"({"command":"relay","args":{"state":1}})");
  REQUIRE(run.until_told("queued sent failed "));
  CHECK(holds(run.last.error, "late"));
  run.submit(R"({"command":"relay","args":{"state":2}})");
  REQUIRE(run.until_heard("RELAY 1\nRELAY 2\n"));
  run.hang_up();
  REQUIRE(run.until_told("queued sent failed queued sent failed "));
  CHECK(holds(run.last.error, "lost"));
}

TEST_CASE("more commands than may wait for a device are refused") {
  Run run({});
  std::string told;
  for (std::size_t i = 0; i < Commands::max_of_a_device; ++i) {
    run.submit(R"({"command":"relay","args":{"state":)" + std::to_string(i) + "}}");
    told += "queued ";
  }
  REQUIRE(run.until_told(told));
  run.submit(R"({"command":"relay","args":{"state":"x"}})");
  REQUIRE(run.until_told(told + "refused "));
  CHECK(holds(run.last.error, "queue"));
}

TEST_CASE("what waits outlives the gateway, and goes out once") {
  const test::TempDir folder;
  const auto file = folder.path() / "commands.db";
  {
    Run run(file);
    run.submit(R"({"id":"1","command":"relay","args":{"state":"on"}})");
    REQUIRE(run.until_told("queued "));
    run.stop();
  }
  {
    Run run(file);
    run.say("{\"id\":\"7\"}\n");
    REQUIRE(run.until_heard("RELAY on\n"));
    run.say("{\"id\":\"7\",\"ok\":1}\n");
    REQUIRE(run.until_told("sent answered "));
    run.stop();
  }
  Run run(file);
  run.say("{\"id\":\"7\"}\n");
  run.submit(R"({"id":"1","command":"relay","args":{"state":"on"}})");
  REQUIRE(run.until_told("answered "));
  CHECK(run.heard.empty());
}

TEST_CASE("what was sent when the gateway was killed has failed, unless it may be repeated") {
  const test::TempDir folder;
  const auto file = folder.path() / "commands.db";
  {
    Run run(file);
    run.say("{\"id\":\"7\"}\n{\"id\":\"8\"}\n");
    run.submit(R"({"id":"1","command":"relay","args":{"state":"on"}})");
    REQUIRE(run.until_heard("RELAY on\n"));
    REQUIRE(run.until_told("queued sent "));
  }
  {
    Run run(file);
    REQUIRE(run.until_told("failed "));
    CHECK(holds(run.last.error, "not known"));
    run.say("{\"id\":\"7\"}\n");
    run.submit(R"({"id":"2","command":"again"})");
    REQUIRE(run.until_heard("AGAIN\n"));
  }
  Run run(file);
  run.say("{\"id\":\"7\"}\n");
  REQUIRE(run.until_heard("AGAIN\n"));
}

}  // namespace
}  // namespace fieldgate::device
