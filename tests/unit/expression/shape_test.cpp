// Shapes: JSON drawn in YAML, filled by a message.
#include "expression/shape.hpp"

#include "support/catch.hpp"
#include "unit/config/reading.hpp"
#include "unit/expression/sample.hpp"

using namespace fieldgate;
using namespace fieldgate::expression;

namespace {

Shape read(const std::string& yaml, std::string& problems) {
  Shape shape;
  config::Reading reading("content: " + yaml, [&](config::Section& root) {
    root.claim({.name = "content"});
    shape = Shape::read(root, "content", *root.node("content"));
  });
  problems = reading.printed;
  return shape;
}

std::string fill(const std::string& yaml, Sample& sample) {
  std::string problems;
  Shape shape = read(yaml, problems);
  CHECK(problems == "");
  shape.bind(sample.environment, sample.paths);
  std::string out = ">";
  std::string scratch;
  const auto filled = shape.append(sample.message, out, scratch);
  return filled ? out.substr(1) : std::string(filled.error().reason) + out.substr(1);
}

}  // namespace

TEST_CASE("ThingsBoard's gateway format is a shape") {
  Sample sample;
  sample.with({}, Value::Kind::object, R"({"t":21.5})");
  CHECK(fill(R"({ "{{ device }}": [ { ts: "{{ time.unix_ms }}", values: "{{ data }}" } ] })", sample) ==
        R"({"dev-1":[{"ts":1769847330123,"values":{"t":21.5}}]})");
}

TEST_CASE("a template that is the whole value keeps its kind, any other is text") {
  Sample sample;
  sample.number("n", "21.50").boolean("b", true).text("s", "a\\\"b").with({"list"}, Value::Kind::array, "[1,2]");
  CHECK(
      fill(R"({ a: "{{ data.n }}", b: "{{ data.b }}", c: "{{ data.s }}", d: "{{ data.list }}", e: "n={{ data.n }}" })",
           sample) == R"({"a":21.50,"b":true,"c":"a\"b","d":[1,2],"e":"n=21.50"})");
}

TEST_CASE("what stands in a shape without quotes is JSON where it reads so") {
  Sample sample;
  CHECK(fill(R"([ 1, -2.5, 007, "3", true, null, , yes, "true" ])", sample) ==
        R"([1,-2.5,"007","3",true,null,null,"yes","true"])");
}

TEST_CASE("names of members are filled as text") {
  Sample sample;
  sample.number("n", "7");
  CHECK(fill(R"({ "{{ data.n }}": 1, "{{ gateway }}-{{ device }}": 2 })", sample) == R"({"7":1,"plant-7-dev-1":2})");
}

TEST_CASE("a document over several lines becomes one") {
  Sample sample;
  sample.with({}, Value::Kind::object, "{\"t\":\n \"a\\nb\"}");
  sample.message.document.has_line_break = true;
  CHECK(fill(R"({ d: "{{ data }}" })", sample) == R"({"d":{"t":"a\nb"}})");
}

TEST_CASE("a name that is missing leaves nothing behind") {
  Sample sample;
  CHECK(fill(R"({ a: 1, b: "{{ data.none }}" })", sample) == "unfilled");
  CHECK(fill(R"({ a: 1, b: '{{ data.none | default: "0" }}' })", sample) == R"({"a":1,"b":"0"})");
}

TEST_CASE("a wrong name in a shape is reported where it stands") {
  std::string problems;
  read("\n  a:\n    - '{{ devcie }}'", problems);
  CHECK(problems.find("plant.yaml:3:7: error: content: there is no name 'devcie', did you mean 'device'?") !=
        std::string::npos);
}
