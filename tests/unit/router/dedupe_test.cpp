#include "router/dedupe.hpp"

#include "support/catch.hpp"
#include "unit/config/reading.hpp"
#include "unit/router/staged.hpp"

using namespace fieldgate;
using namespace fieldgate::router;
using namespace std::chrono_literals;

namespace {

struct Deduped : Staged {
  explicit Deduped(Dedupe::Config config) : dedupe(config, context) { dedupe.connect({&output}); }
  bool passes(std::string_view json) {
    const std::size_t before = output.documents.size();
    send(dedupe, json);
    return output.documents.size() > before;
  }
  Dedupe dedupe;
};

}  // namespace

TEST_CASE("the same message of a device passes once") {
  Deduped stage({});
  CHECK(stage.passes(R"({"a":1})"));
  CHECK_FALSE(stage.passes(R"({"a":1})"));
  CHECK(stage.passes(R"({"a":2})"));
  CHECK_FALSE(stage.passes(R"({"a":1})"));
  stage.device = "dev-2";
  CHECK(stage.passes(R"({"a":1})"));
  CHECK(stage.dropped.of("duplicate") == 2);
}

TEST_CASE("messages are the same if the named fields are") {
  Deduped stage({{"seq", "kind"}});
  CHECK(stage.passes(R"({"seq":1,"kind":"a","v":1})"));
  CHECK_FALSE(stage.passes(R"({"v":2,"kind":"a","seq":1})"));
  CHECK(stage.passes(R"({"seq":"1","kind":"a"})"));
  CHECK(stage.passes(R"({"seq":1})"));
  CHECK_FALSE(stage.passes(R"({"seq":1})"));
  CHECK(stage.passes(R"({"seq":1,"kind":null})"));
}

TEST_CASE("after a while the same passes again") {
  Deduped stage({{}, Duration(1h)});
  CHECK(stage.passes(R"({"a":1})"));
  stage.now.steady += 59min;
  CHECK_FALSE(stage.passes(R"({"a":1})"));
  stage.now.steady += 1min;
  CHECK(stage.passes(R"({"a":1})"));
  CHECK_FALSE(stage.passes(R"({"a":1})"));
}

TEST_CASE("of too many messages the oldest are forgotten, and counted") {
  Deduped stage({{}, Duration(1h), 2});
  for (const char* json : {R"({"a":1})", R"({"a":2})", R"({"a":3})", R"({"a":4})"}) CHECK(stage.passes(json));
  CHECK_FALSE(stage.passes(R"({"a":4})"));
  CHECK(stage.passes(R"({"a":1})"));
  CHECK(stage.forgotten >= 2);
}

TEST_CASE("a dedupe is read from the file") {
  Dedupe::Config config;
  const auto read = [&config](config::Section& root) { config = Dedupe::Config::read(root); };
  config::Reading good("fields: [seq, a.b]\nwithin: 5m\n", read);
  CHECK(good.only() == "");
  CHECK(config == Dedupe::Config{{"seq", "a.b"}, Duration(5min)});
  config::Reading bare("fields: []\n", read);
  CHECK(config.within == Duration(1h));
  CHECK(config::Reading("fields: ['']", read).only() != "");
}
