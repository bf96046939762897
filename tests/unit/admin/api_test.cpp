// Proves the API over a Unix socket: dead letters, devices, what its description says of its routes.
#include "admin/api.hpp"

#include <fstream>
#include <set>
#include <thread>

#include <nlohmann/json.hpp>

#include "admin/server.hpp"
#include "http/local.hpp"
#include "support/catch.hpp"
#include "support/temp_dir.hpp"

using namespace fieldgate;

namespace {

struct Kept : buffer::Settling {
  Receipt open_from(After) const override { return all_settled; }
  void hurry(After) override {}
};

buffer::DeadLetter letter(std::string component, std::string reason, std::string record) {
  buffer::DeadLetter letter;
  letter.component = std::move(component);
  letter.reason = std::move(reason);
  letter.record = std::move(record);
  letter.device = "dev-1";
  letter.receipt = 17;
  return letter;
}

device::Options registered() {
  auto registry = std::make_shared<device::Registry>();
  registry->add("a/b", {{"site", "hall-a"}}, "");
  registry->add("c", {}, "");
  registry->add("d", {}, "");
  device::Options options;
  options.registry = registry;
  return options;
}

/// A gateway's API on a thread of its own, with four dead letters and three devices that were never heard.
struct Bench {
  Bench()
      : devices(registered(), {}, metrics),
        desk(reactor.io(), "control"),
        commands(reactor, devices, {}, metrics, telemetry::Log("test")),
        letters(reactor, dir / "letters.db", {}, 2, metrics, telemetry::Log("test")),
        server(reactor, {config::Address::Kind::unix_socket, dir / "control.sock", 0}) {
    letters.on_replay(
        "sink cloud", [this](const buffer::DeadLetter&) { return ++receipt; }, kept, After::stored);
    letters.add(letter("sink cloud", "status_400", "one"));
    letters.add(letter("sink cloud", "status_413", std::string(1000, 'x')));
    letters.add(letter("sink gone", "status_400", "three"));
    letters.add(letter("adapter meters", "checksum", "\xff\x01"));
    const auto status = [] {
      admin::Status now;
      now.gateway = "plant-7";
      return now;
    };
    admin::add_api(server, {status, devices, recorder, commands, letters, environment, {{"region", "north"}}}, desk);
    commands.add(desk.from(), desk);
    commands.start();
    REQUIRE(server.start());
    thread = std::thread([this] { reactor.run(); });
  }
  ~Bench() {
    asio::post(reactor.io(), [this] {
      server.stop();
      reactor.stop();
    });
    thread.join();
  }
  http::LocalAnswer ask(std::string_view method, const std::string& target, std::string_view body = {}) {
    const auto answer = http::ask_local(dir / "control.sock", method, "/api/v1" + target, {}, body);
    REQUIRE(answer);
    return *answer;
  }
  nlohmann::json get(const std::string& target) { return nlohmann::json::parse(ask("GET", target).body); }
  nlohmann::json post(const std::string& target) { return nlohmann::json::parse(ask("POST", target).body); }

  test::TempDir dir;
  reactor::Reactor reactor;
  telemetry::Metrics metrics;
  expression::Environment environment{"plant-7", {}};
  device::Devices devices;
  device::Recorder recorder{64 * 1024};
  admin::CommandDesk desk;
  device::Commands commands;
  Kept kept;
  Receipt receipt = 100;
  buffer::DeadLetters letters;
  http::Server server;
  std::thread thread;
};

/// "GET /path/*" of each route that docs/openapi.yaml describes. Reads the lines that begin paths and methods.
std::set<std::string> described() {
  std::ifstream file(SOURCE_ROOT "/docs/openapi.yaml");
  std::set<std::string> routes;
  std::string path;
  for (std::string line; std::getline(file, line) && line != "components:";) {
    if (line.starts_with("  /")) {
      path = line.substr(2, line.rfind(':') - 2);
      for (std::size_t at = 0; (at = path.find('{')) != std::string::npos;) {
        path.replace(at, path.find('}') - at + 1, "*");
      }
    }
    if (line == "    get:") routes.insert("GET " + path);
    if (line == "    post:") routes.insert("POST " + path);
  }
  return routes;
}

}  // namespace

TEST_CASE("the API's description and its routes are the same") {
  Bench bench;
  telemetry::Metrics metrics;
  admin::Server listener(
      bench.reactor, metrics, {config::Address::Kind::tcp, "127.0.0.1", 0}, {},
      [] { return std::vector<std::string>(); }, telemetry::Log("test"));
  std::set<std::string> routes;
  for (const std::string& route : bench.server.routes()) routes.insert(route);
  for (const std::string& route : listener.http().routes()) routes.insert(route);
  CHECK(routes == described());
}

TEST_CASE("the API gives the status and the components") {
  Bench bench;
  const auto status = bench.get("/status");
  CHECK(status["gateway"] == "plant-7");
  CHECK(status["devices"]["unseen"] == 3);
  CHECK(bench.get("/components")["transforms"].empty());
  CHECK(bench.ask("GET", "/status?colour=red").status == 400);
  CHECK(status["transforms"].empty());
  CHECK(bench.get("/incidents")["incidents"].empty());
  CHECK(bench.ask("GET", "/tail?adapter=nobody").status == 400);
}

TEST_CASE("the API lists devices in pages") {
  Bench bench;
  const auto first = bench.get("/devices?limit=2");
  CHECK(first["devices"].size() == 2);
  CHECK(first["devices"][0]["id"] == "a/b");
  CHECK(first["devices"][0]["tags"] == nlohmann::json{{"region", "north"}, {"site", "hall-a"}});
  CHECK(first["devices"][0]["heard"] == nullptr);
  CHECK(first["next"] == "c");
  const auto last = bench.get("/devices?after=c");
  CHECK(last["devices"].size() == 1);
  CHECK(last["next"] == nullptr);
  CHECK(bench.get("/devices?state=online")["devices"].empty());
  for (const char* wrong : {"?state=happy", "?limit=0", "?limit=1001", "?limit=x", "?limit=1&limit=2", "?page=1"}) {
    INFO(wrong);
    CHECK(bench.ask("GET", std::string("/devices") + wrong).status == 400);
  }
}

TEST_CASE("the API shows a device whose id is percent-encoded once") {
  Bench bench;
  const auto device = bench.get("/devices/a%2Fb");
  CHECK(device["id"] == "a/b");
  CHECK(device["state"] == "unseen");
  CHECK(device["registered"] == true);
  CHECK(device["frames"].empty());
  CHECK(bench.ask("GET", "/devices/a%252Fb").status == 404);
  CHECK(bench.ask("GET", "/devices/a/b").status == 404);
  CHECK(bench.ask("GET", "/devices/%zz").status == 400);
  CHECK(nlohmann::json::parse(bench.ask("GET", "/devices/nobody").body).contains("error"));
}

TEST_CASE("the API refuses commands that it does not understand, or for nobody") {
  Bench bench;
  CHECK(bench.ask("POST", "/devices/nobody/commands", R"({"command":"x"})").status == 409);
  CHECK(bench.ask("GET", "/devices/nobody/commands").status == 404);
  CHECK(bench.ask("POST", "/devices/c/commands", "[]").status == 400);
  CHECK(bench.ask("POST", "/devices/%ff/commands", R"({"command":"x"})").status == 400);
  CHECK(bench.ask("POST", "/devices/c/commands", R"({"device":"d","command":"x"})").status == 400);
  CHECK(bench.ask("POST", "/devices/c/commands?wait=1h", R"({"command":"x"})").status == 400);
  CHECK(bench.ask("GET", "/commands/none").status == 404);
  CHECK(bench.ask("GET", "/devices/c/commands/1").status == 404);
  CHECK(bench.ask("GET", "/devices/c/commands/none").status == 404);
}

TEST_CASE("the API lists and shows dead letters") {
  Bench bench;
  const auto all = bench.get("/dead-letters");
  CHECK(all["kept"]["letters"] == 4);
  REQUIRE(all["dead_letters"].size() == 4);
  const auto& first = all["dead_letters"][0];
  CHECK(first["id"] == 1);
  CHECK(first["component"] == "sink cloud");
  CHECK(first["reason"] == "status_400");
  CHECK(first["device"] == "dev-1");
  CHECK(first["record"] == "one");
  CHECK(first["message"] == "2:17");
  CHECK(all["dead_letters"][1]["size"] == 1000);
  CHECK(all["dead_letters"][1]["record"] == std::string(256, 'x'));
  CHECK(all["dead_letters"][3]["record_hex"] == "ff01");
  CHECK(bench.get("/dead-letters?component=sink%20cloud&limit=1")["dead_letters"][0]["id"] == 2);
  CHECK(bench.get("/dead-letters?reason=checksum")["dead_letters"].size() == 1);
  CHECK(bench.get("/dead-letters/2")["dead_letters"][0]["record"] == std::string(1000, 'x'));
  CHECK(bench.ask("GET", "/dead-letters/99").status == 404);
  CHECK(bench.ask("GET", "/dead-letters/x").status == 400);
  CHECK(bench.ask("GET", "/dead-letters?limit=0").status == 400);
  CHECK(bench.ask("GET", "/dead-letters?colour=red").status == 400);
}

TEST_CASE("the API purges what it is told to, and nothing by accident") {
  Bench bench;
  CHECK(bench.ask("POST", "/dead-letters/purge").status == 400);
  CHECK(bench.ask("POST", "/dead-letters/purge?limit=1").status == 400);
  CHECK(bench.ask("POST", "/dead-letters/purge?reason=checksum&all=true").status == 400);
  CHECK(bench.ask("GET", "/dead-letters/purge?all=true").status == 405);
  CHECK(bench.post("/dead-letters/purge?reason=checksum")["purged"] == 1);
  CHECK(bench.post("/dead-letters/purge?id=99")["purged"] == 0);
  CHECK(bench.post("/dead-letters/purge?all=true")["purged"] == 3);
  CHECK(bench.get("/dead-letters")["kept"]["letters"] == 0);
}

TEST_CASE("the API has letters delivered again, and says which cannot be") {
  Bench bench;
  const auto done = bench.post("/dead-letters/replay?all=true");
  CHECK(done["replayed"] == 2);
  CHECK(done["frames"] == 1);
  CHECK(done["absent"] == 1);
  while (bench.get("/dead-letters")["kept"]["letters"] != 2) std::this_thread::yield();
  CHECK(bench.get("/dead-letters?component=sink%20cloud")["dead_letters"].empty());
}
