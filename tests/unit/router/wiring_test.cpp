// Who reads whom.
#include "router/wiring.hpp"

#include "support/catch.hpp"

namespace fieldgate::router {
namespace {

Source source(const std::string& name) { return {name, "adapters." + name, {}}; }

Stage stage(const std::string& name, std::vector<std::string> inputs) {
  Stage s{name, "stages." + name, {}, std::move(inputs), {}};
  s.marks.resize(s.inputs.size());
  return s;
}

std::string only_error(config::Problems& problems) {
  REQUIRE(problems.errors() == 1);
  for (const auto& problem : problems.sorted()) {
    if (problem.severity == config::Problem::Severity::error) return problem.text;
  }
  return {};
}

using Indexes = std::vector<std::size_t>;

TEST_CASE("a sink without inputs reads every adapter") {
  config::Problems problems;
  const Wiring wiring = resolve({source("a"), source("b")}, {}, {stage("out", {})}, problems);
  CHECK(wiring.adapters[0].sinks == Indexes{0});
  CHECK(wiring.adapters[1].sinks == Indexes{0});
  CHECK(problems.errors() == 0);
}

TEST_CASE("inputs are names and globs, and each source counts once") {
  config::Problems problems;
  const Wiring wiring = resolve({source("press-1"), source("press-2"), source("oven")}, {},
                                {stage("a", {"press-*", "press-1"}), stage("b", {"oven"})}, problems);
  CHECK(wiring.adapters[0].sinks == Indexes{0});
  CHECK(wiring.adapters[1].sinks == Indexes{0});
  CHECK(wiring.adapters[2].sinks == Indexes{1});
}

TEST_CASE("a glob of a transform does not mean the transform itself") {
  config::Problems problems;
  const Wiring wiring = resolve({source("a")}, {stage("hot", {"*"})}, {stage("out", {"hot"})}, problems);
  CHECK(problems.errors() == 0);
  CHECK(wiring.transforms[0].transforms.empty());
  CHECK(wiring.adapters[0].transforms == Indexes{0});
}

TEST_CASE("an unknown input is named with what was meant") {
  config::Problems problems;
  resolve({source("meters")}, {}, {stage("cloud", {"metres"})}, problems);
  CHECK(only_error(problems) == "no adapter or transform is called 'metres', did you mean 'meters'?");
}

TEST_CASE("a glob that matches nothing is an error") {
  config::Problems problems;
  resolve({source("meters")}, {}, {stage("cloud", {"meters", "x*"})}, problems);
  CHECK(only_error(problems) == "no adapter or transform matches 'x*'");
}

TEST_CASE("transforms must not go round in a circle") {
  config::Problems problems;
  resolve({source("a")}, {stage("x", {"a", "y"}), stage("y", {"x"})}, {stage("out", {"y"})}, problems);
  REQUIRE(problems.errors() == 2);
  CHECK(problems.sorted()[0].text.find("goes round in a circle: ") == 0);
}

TEST_CASE("a transform that nothing reads is an error") {
  config::Problems problems;
  resolve({source("a"), source("b")}, {stage("x", {"a"})}, {stage("out", {"a"})}, problems);
  CHECK(only_error(problems) == "nothing reads this transform; name it in the inputs of a sink");
}

TEST_CASE("an adapter that no sink reads is a warning, but not beside an input that leads nowhere") {
  config::Problems problems;
  resolve({source("a"), source("b")}, {}, {stage("out", {"a"})}, problems);
  CHECK(problems.warnings() == 1);
  CHECK(problems.errors() == 0);
  config::Problems mistyped;
  resolve({source("a"), source("b")}, {}, {stage("out", {"a", "bb"})}, mistyped);
  CHECK(mistyped.warnings() == 0);
}

TEST_CASE("an adapter and a transform of one name could both be meant") {
  config::Problems problems;
  resolve({source("a")}, {stage("a", {"a"})}, {stage("out", {"a"})}, problems);
  CHECK(problems.errors() >= 1);
}

}  // namespace
}  // namespace fieldgate::router
