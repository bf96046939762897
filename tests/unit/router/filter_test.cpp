#include "router/filter.hpp"

#include "support/catch.hpp"
#include "unit/config/reading.hpp"
#include "unit/router/staged.hpp"

using namespace fieldgate;
using namespace fieldgate::router;

TEST_CASE("a filter lets through where its condition is true, and counts the rest") {
  Staged stage;
  Filter filter({*expression::Condition::parse("data.voltage > 250 and device == 'dev-1'")}, stage.context);
  filter.connect({&stage.output});
  stage.send(filter, R"({"voltage":251})");
  stage.send(filter, R"({"voltage":250})");
  stage.send(filter, R"({"voltage":"251"})");
  stage.send(filter, R"({})");
  CHECK(stage.output.documents == std::vector<std::string>{R"({"voltage":251})"});
  CHECK(stage.dropped.of("filtered") == 3);
}

TEST_CASE("a filter needs its condition") {
  const auto read = [](config::Section& root) { Filter::Config::read(root); };
  config::Reading good("where: data.a > 1", read);
  CHECK(good.only() == "");
  config::Reading wrong("where: '{{ data.a }} > 1'", read);
  CHECK(wrong.only().find("without braces") != std::string::npos);
}
