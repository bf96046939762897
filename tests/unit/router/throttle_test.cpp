#include "router/throttle.hpp"

#include "support/catch.hpp"
#include "unit/config/reading.hpp"
#include "unit/router/staged.hpp"

using namespace fieldgate;
using namespace fieldgate::router;
using namespace std::chrono_literals;

namespace {

struct Throttled : Staged {
  Throttled(double per_second, double burst, const char* key = "{{ device }}", std::size_t max_keys = 100)
      : throttle({{per_second}, burst, *expression::Template::parse(key, expression::Place::plain), max_keys},
                 context) {
    throttle.connect({&output});
  }
  std::size_t passed(std::size_t count, std::string_view json = "{}") {
    const std::size_t before = output.documents.size();
    for (std::size_t i = 0; i < count; ++i) send(throttle, json);
    return output.documents.size() - before;
  }
  Throttle throttle;
};

}  // namespace

TEST_CASE("a throttle lets a burst through, and then a rate") {
  Throttled stage(10, 20);
  CHECK(stage.passed(100) == 20);
  stage.now.steady += 99ms;
  CHECK(stage.passed(5) == 0);
  stage.now.steady += 2ms;
  CHECK(stage.passed(5) == 1);
  stage.now.steady += 1h;
  CHECK(stage.passed(100) == 20);
  CHECK(stage.dropped.of("over_rate") == 80 + 5 + 4 + 80);
}

TEST_CASE("a rate slower than a second is kept too") {
  Throttled stage(1.0 / 60, 1);
  std::size_t passed = 0;
  for (int second = 0; second < 600; ++second) {
    passed += stage.passed(1);
    stage.now.steady += 1s;
  }
  CHECK(passed == 10);
}

TEST_CASE("each key has its own rate") {
  Throttled stage(1, 1, "{{ data.kind }}");
  CHECK(stage.passed(2, R"({"kind":"a"})") == 1);
  CHECK(stage.passed(2, R"({"kind":"b"})") == 1);
  CHECK(stage.passed(2, R"({"other":"b"})") == 0);
  CHECK(stage.dropped.of("unfilled") == 2);
}

TEST_CASE("of too many keys the most silent is forgotten, and counted") {
  Throttled stage(1, 1, "{{ data.kind }}", 2);
  for (const char* json : {R"({"kind":"a"})", R"({"kind":"b"})", R"({"kind":"c"})"}) CHECK(stage.passed(1, json) == 1);
  CHECK(stage.forgotten == 1);
  CHECK(stage.passed(1, R"({"kind":"c"})") == 0);
  CHECK(stage.passed(1, R"({"kind":"a"})") == 1);
}

TEST_CASE("a throttle is read from the file, and what is wrong in it is told") {
  Throttle::Config config;
  const auto read = [&config](config::Section& root) { config = Throttle::Config::read(root); };
  config::Reading good("rate: 600/m\nburst: 50\nkey: '{{ adapter }}'\n", read);
  CHECK(good.only() == "");
  CHECK(config.rate.per_second == 10);
  CHECK(config.burst == 50);
  CHECK(config.key.source() == "{{ adapter }}");
  config::Reading plain("rate: 10/s\n", read);
  CHECK(config.burst == 10);
  CHECK(config.key.source() == "{{ device }}");
  config::Reading slow("rate: 1/h\n", read);
  CHECK(config.burst == 1);
  CHECK(config::Reading("burst: 3", read).only().find("rate: 10/s") != std::string::npos);
  CHECK(config::Reading("rate: 10/s\nburst: 0", read).only() != "");
}
