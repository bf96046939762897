// What is told of a frame that is no message: the field and its text, but never what a secret may stand in.
#include "unit/protocol/bench.hpp"

namespace fieldgate::protocol {
namespace {

/// What the dead letter of a line of CSV says.
std::string told(const std::string& columns, const std::string& line, const std::string& more = "") {
  Bench bench("  framing: { type: line }\n  codec: { type: csv, columns: [ " + columns +
              " ] }\n  device: d\n  on_error: dead_letter\n" + more);
  bench.device()->say(line + "\n");
  REQUIRE(bench.letters.size() == 1);
  return bench.letter_text;
}

TEST_CASE("a field that is no value is told by its name and its text") {
  const std::string columns = "{ name: id }, { name: humidity, type: number, max: 100 }";
  CHECK(told(columns, "d1,--") == "'humidity' is no number: \"--\"");
  CHECK(told(columns, "d1,101") == "'humidity' is outside of its min and max: \"101\"");
  CHECK(told(columns, "d1,\x01") == "'humidity' is no number: \"\\x01\"");
}

TEST_CASE("a field of a field's own codec is told, not the one that holds it") {
  const std::string columns =
      "{ name: id }, { name: packed, codec: { type: csv, separator: '/', columns: [ { name: a, type: integer }, "
      "{ name: b, type: integer } ] } }";
  CHECK(told(columns, "d1,1/x") == "'b' is no whole number: \"x\"");
}

TEST_CASE("where a protocol has a secret, texts are not told") {
  CHECK(told("{ name: id }, { name: pin, type: number }", "d1,hunter2", "  secret: \"{{ data.pin }}\"\n") ==
        "'pin' is no number");
}

}  // namespace
}  // namespace fieldgate::protocol
