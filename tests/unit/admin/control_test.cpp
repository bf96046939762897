// Proves the control socket: the status, and the dead letters listed, shown, delivered again and deleted.
#include "admin/control.hpp"

#include <nlohmann/json.hpp>
#include <thread>

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

/// A gateway's control socket on a thread of its own, with four dead letters.
struct Bench {
  Bench()
      : letters(reactor, dir / "letters.db", {}, 2, metrics, telemetry::Log("test")),
        control(reactor, dir / "control.sock", letters, [] {
          admin::Status status;
          status.gateway = "plant-7";
          return status;
        }) {
    letters.on_replay(
        "sink cloud", [this](const buffer::DeadLetter&) { return ++receipt; }, kept, After::stored);
    letters.add(letter("sink cloud", "status_400", "one"));
    letters.add(letter("sink cloud", "status_413", std::string(1000, 'x')));
    letters.add(letter("sink gone", "status_400", "three"));
    letters.add(letter("adapter meters", "checksum", "\xff\x01"));
    REQUIRE(control.start());
    thread = std::thread([this] { reactor.run(); });
  }
  ~Bench() {
    asio::post(reactor.io(), [this] {
      control.stop();
      reactor.stop();
    });
    thread.join();
  }
  http::LocalAnswer ask(std::string_view method, std::string_view target) {
    const auto answer = http::ask_local(dir / "control.sock", method, target);
    REQUIRE(answer);
    return *answer;
  }
  nlohmann::json get(std::string_view target) { return nlohmann::json::parse(ask("GET", target).body); }
  nlohmann::json post(std::string_view target) { return nlohmann::json::parse(ask("POST", target).body); }

  test::TempDir dir;
  telemetry::Metrics metrics;
  reactor::Reactor reactor;
  Kept kept;
  buffer::DeadLetters letters;
  Receipt receipt = 100;
  admin::Control control;
  std::thread thread;
};

}  // namespace

TEST_CASE("the control socket gives the status") {
  Bench bench;
  CHECK(bench.get("/status")["gateway"] == "plant-7");
}

TEST_CASE("the control socket lists and shows dead letters") {
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

TEST_CASE("the control socket purges what it is told to, and nothing by accident") {
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

TEST_CASE("the control socket has letters delivered again, and says which cannot be") {
  Bench bench;
  const auto done = bench.post("/dead-letters/replay?all=true");
  CHECK(done["replayed"] == 2);
  CHECK(done["frames"] == 1);
  CHECK(done["absent"] == 1);
  while (bench.get("/dead-letters")["kept"]["letters"] != 2) std::this_thread::yield();
  CHECK(bench.get("/dead-letters?component=sink%20cloud")["dead_letters"].empty());
}
