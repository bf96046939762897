// Commands as text: what is read, what is wrong with it, what goes north.
#include "device/command.hpp"

#include "support/catch.hpp"

namespace fieldgate::device {
namespace {

std::string problem(std::string_view json) { return parse_command(json).error; }
bool holds(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

TEST_CASE("a command is read with its arguments, its time and its device") {
  const auto parsed = parse_command(
      R"({"id":42,"command":"set_relay","args":{"state":"closed"},"time":"2026-01-31T08:15:30Z","device":"7"})");
  CHECK(parsed.error == "");
  CHECK(parsed.request.id == "42");
  CHECK(parsed.request.name == "set_relay");
  CHECK(parsed.request.content == R"({"state":"closed"})");
  CHECK(parsed.request.device == "7");
  REQUIRE(parsed.request.issued);
}

TEST_CASE("bytes and documents are commands of their own") {
  const auto raw = parse_command(R"({"hex":"68 00","frame":true})");
  CHECK(raw.request.name == "raw");
  CHECK(raw.request.content == std::string("\x68\0", 2));
  CHECK(raw.request.framed);
  const auto document = parse_command(R"({"json":{"a":1}})");
  CHECK(document.request.name == "json");
  CHECK(document.request.content == R"({"a":1})");
}

TEST_CASE("what is wrong with a command names its key") {
  CHECK(holds(problem("[1]"), "no JSON object"));
  CHECK(holds(problem("{"), "no JSON object"));
  CHECK(holds(problem("{}"), "'command'"));
  CHECK(holds(problem(R"({"comand":"a"})"), "did you mean 'command'"));
  CHECK(holds(problem(R"({"command":"a","args":[1]})"), "'args'"));
  CHECK(holds(problem(R"({"command":"a","time":"noon"})"), "'time'"));
  CHECK(holds(problem(R"({"command":"a","id":{}})"), "'id'"));
  CHECK(holds(problem(R"({"hex":"6"})"), "'hex'"));
  CHECK(holds(problem(R"({"hex":"68","json":{}})"), "side by side"));
  CHECK(holds(problem(R"({"command":"a","frame":true})"), "'frame'"));
  CHECK(holds(problem(R"({"command":"a","id":")" + std::string(129, 'x') + "\"}"), "128"));
  CHECK(holds(problem(R"({"command":"a","args":)" + std::string(100, '[') + std::string(100, ']') + "}"), "'args'") ==
        true);
  CHECK(holds(problem(std::string(65 * 1024, ' ')), "64 KiB"));
}

TEST_CASE("what became of a command goes north as JSON") {
  CommandStatus status;
  status.request.id = "4\"2";
  status.request.device = "7";
  status.request.name = "relay";
  status.state = CommandState::refused;
  status.error = "queue: full";
  CHECK(to_json(status) == R"({"id":"4\"2","device":"7","command":"relay","state":"refused","error":"queue: full"})");
}

}  // namespace
}  // namespace fieldgate::device
