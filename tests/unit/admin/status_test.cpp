// Proves what machines read of a status.
#include "admin/status.hpp"

#include <nlohmann/json.hpp>

#include "support/catch.hpp"

using namespace fieldgate;
using namespace std::chrono_literals;

TEST_CASE("a status as JSON") {
  admin::Status status;
  status.version = "1.2.3";
  status.gateway = "plant-7";
  status.uptime = 90s;
  status.adapters.push_back({"meters", "tcp", 3, 100, 2, 1, true, 1});
  admin::SinkStatus sink;
  sink.name = "cloud\xff";
  sink.type = "http";
  sink.accepted = 100;
  sink.delivered = 90;
  sink.backlog = 10;
  sink.oldest = 1500ms;
  sink.buffer = "disk";
  sink.buffer_state = "ok";
  status.sinks = {sink};
  status.dead_letters = 4;
  status.transforms.push_back({"hot", "filter", 7});
  const auto json =
      nlohmann::json::parse(admin::status_value(status).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
  CHECK(json["running"] == true);
  CHECK(json["version"] == "1.2.3");
  CHECK(json["gateway"] == "plant-7");
  CHECK(json["started"] == "1970-01-01T00:00:00.000Z");
  CHECK(json["uptime"] == 90.0);
  CHECK(json["adapters"][0]["connections"] == 3);
  CHECK(json["adapters"][0]["ready"] == true);
  CHECK(json["adapters"][0]["garbage_bytes"] == 1);
  CHECK(json["sinks"][0]["name"] == "cloud\xef\xbf\xbd");
  CHECK(json["sinks"][0]["missing"] == 0);
  CHECK(json["sinks"][0]["oldest"] == 1.5);
  CHECK(json["dead_letters"]["letters"] == 4);
  const auto components = admin::components_value(status);
  CHECK(components["transforms"][0]["dropped"] == 7);
  CHECK(components["sinks"].size() == 1);
}

TEST_CASE("what is missing from a sink's balance has a sign") {
  admin::SinkStatus sink;
  sink.accepted = 10;
  sink.delivered = 5;
  sink.expired = 1;
  sink.dropped = 1;
  sink.dead_letters = 1;
  sink.corrupt = 1;
  CHECK(sink.missing() == 1);
  sink.backlog = 3;
  CHECK(sink.missing() == -2);
}
