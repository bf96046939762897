#include "router/report.hpp"

#include "support/catch.hpp"
#include "unit/config/reading.hpp"
#include "unit/router/staged.hpp"

using namespace fieldgate;
using namespace fieldgate::router;
using namespace std::chrono_literals;

namespace {

struct Reported : Staged {
  explicit Reported(Report::Config config) : report(config, context) { report.connect({&output}); }
  bool passes(std::string_view json) {
    const std::size_t before = output.documents.size();
    send(report, json);
    return output.documents.size() > before;
  }
  Report report;
};

}  // namespace

TEST_CASE("a report lets through what moved far enough from the last report") {
  Reported stage({{{"t", 0.2}}});
  CHECK(stage.passes(R"({"t":20.0,"x":1})"));
  CHECK_FALSE(stage.passes(R"({"t":20.1,"x":2})"));
  CHECK(stage.passes(R"({"t":20.2})"));
  CHECK_FALSE(stage.passes(R"({"t":20.05})"));
  CHECK(stage.passes(R"({"t":20})"));
  CHECK(stage.passes(R"({"t":-20})"));
  CHECK(stage.dropped.of("unchanged") == 2);
}

TEST_CASE("a slow drift is reported in the end") {
  Reported stage({{{"t", 1}}});
  CHECK(stage.passes(R"({"t":0})"));
  CHECK_FALSE(stage.passes(R"({"t":0.6})"));
  CHECK(stage.passes(R"({"t":1.2})"));
}

TEST_CASE("a percentage is of the last report") {
  Reported stage({{{"flow", 5, true}}});
  CHECK(stage.passes(R"({"flow":100})"));
  CHECK_FALSE(stage.passes(R"({"flow":104.9})"));
  CHECK(stage.passes(R"({"flow":95})"));
  CHECK(stage.passes(R"({"flow":0})"));
  CHECK_FALSE(stage.passes(R"({"flow":0})"));
  CHECK(stage.passes(R"({"flow":0.001})"));
}

TEST_CASE("a distance of zero is any change") {
  Reported stage({{{"t", 0}}});
  CHECK(stage.passes(R"({"t":1})"));
  CHECK_FALSE(stage.passes(R"({"t":1.0})"));
  CHECK(stage.passes(R"({"t":1.0000001})"));
}

TEST_CASE("of several values one change is enough, and all that are there are then reported") {
  Reported stage({{{"a", 1}, {"b.0", 1}}});
  CHECK(stage.passes(R"({"a":0,"b":[0]})"));
  CHECK(stage.passes(R"({"a":0.9,"b":[1]})"));
  CHECK_FALSE(stage.passes(R"({"a":1.8,"b":[1.9]})"));
  CHECK(stage.passes(R"({"a":1.9,"b":[1.9]})"));
}

TEST_CASE("what is no number is reported when it is another one, and what is missing has not changed") {
  Reported stage({{{"s", 0.5}}});
  CHECK(stage.passes(R"({"s":"on"})"));
  CHECK_FALSE(stage.passes(R"({"s":"on"})"));
  CHECK_FALSE(stage.passes(R"({"other":1})"));
  CHECK(stage.passes(R"({"s":"off"})"));
  CHECK(stage.passes(R"({"s":true})"));
  CHECK(stage.passes(R"({"s":null})"));
  CHECK_FALSE(stage.passes(R"({"s":null})"));
  CHECK(stage.passes(R"({"s":1})"));
}

TEST_CASE("an unchanged device is heard of in time") {
  Reported stage({{{"t", 1}}, Duration(10min)});
  CHECK(stage.passes(R"({"t":0})"));
  stage.now.steady += 9min;
  CHECK_FALSE(stage.passes(R"({"t":0})"));
  stage.now.steady += 1min;
  CHECK(stage.passes(R"({"t":0})"));
  CHECK_FALSE(stage.passes(R"({"t":0})"));
}

TEST_CASE("each device is compared with itself, as many as are remembered") {
  Reported stage({{{"t", 1}}, std::nullopt, 2});
  const auto passes = [&stage](const char* device) {
    stage.device = device;
    return stage.passes(R"({"t":0})");
  };
  CHECK(passes("a"));
  CHECK(passes("b"));
  CHECK_FALSE(passes("a"));
  CHECK(passes("c"));
  CHECK(stage.forgotten == 1);
  CHECK_FALSE(passes("a"));
  CHECK(passes("b"));
}

TEST_CASE("a report is read from the file, and what is wrong in it is told") {
  Report::Config config;
  const auto read = [&config](config::Section& root) { config = Report::Config::read(root); };
  config::Reading good("on_change: { temperature: 0.2, flow: 5%, 'cells.0': 0 }\nat_least_every: 10m\n", read);
  CHECK(good.only() == "");
  CHECK(config == Report::Config{{{"cells.0", 0}, {"flow", 5, true}, {"temperature", 0.2}}, Duration(10min)});
  CHECK(config::Reading("at_least_every: 1m", read).only().find("on_change: { temperature: 0.2 }") !=
        std::string::npos);
  config::Reading wrong("on_change: { t: much }", read);
  CHECK(wrong.printed.find("plant.yaml:1:17: error: on_change: 't': expected a number (0.2), or a percentage (5%)") !=
        std::string::npos);
  CHECK(config::Reading("on_change: { t: -1 }", read).only().find("'t': expected a number") != std::string::npos);
}
