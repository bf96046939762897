// The client against a broker that says what the test wants.
#include "mqtt/client.hpp"

#include <atomic>

#include "support/catch.hpp"
#include "support/mqtt_probe.hpp"
#include "support/scripted_server.hpp"
#include "support/temp_dir.hpp"

using namespace fieldgate;
using namespace fieldgate::test;
using namespace std::chrono_literals;
using namespace std::string_literals;

namespace {

using Peer = ScriptedServer::Peer;

// Of a CONNECT: fixed header of 2 bytes, "MQTT" with its length, then the level.
int level(const std::string& connect) { return connect.size() > 8 ? connect[8] : 0; }

const std::string accepted_3 = "\x20\x02\x00\x00"s;
const std::string accepted_5 = "\x20\x03\x00\x00\x00"s;
std::string refused_5(char code) { return "\x20\x03\x00"s + code + "\x00"s; }
std::string refused_3(char code) { return "\x20\x02\x00"s + code; }

void stay(Peer& peer) {
  while (!peer.read().empty()) {
  }
}

std::string url(const ScriptedServer& server) { return "mqtt://127.0.0.1:" + std::to_string(server.port()); }

std::string first_problem(const std::string& answer) {
  ScriptedServer server([&](Peer& peer, int) {
    peer.read();
    peer.write(answer);
    stay(peer);
  });
  reactor::Reactor reactor;
  Probe probe(reactor, options_for(url(server)), named("c"));
  probe.client.start();
  probe.until([&] { return !probe.problems.empty(); });
  return probe.problems.empty() ? "" : probe.problems.front();
}

void falls_back(const std::string& answer_to_5) {
  std::vector<int> levels;
  ScriptedServer server([&](Peer& peer, int) {
    const std::string packet = peer.read();
    if (packet.empty()) return;  // given up by a client that a busy machine held up
    levels.push_back(level(packet));
    if (levels.back() != 4) return peer.write(answer_to_5);
    peer.write(accepted_3);
    stay(peer);
  });
  reactor::Reactor reactor;
  Probe probe(reactor, options_for(url(server)), named("c"));
  REQUIRE(probe.connect());
  CHECK(levels.front() == 5);
  CHECK(levels.back() == 4);
}

}  // namespace

TEST_CASE("a broker that knows no version 5 is spoken to in 3.1.1") {
  SECTION("it refuses with the code of version 5") { falls_back(refused_5('\x84')); }
  SECTION("it refuses with the code of 3.1.1") { falls_back(refused_3('\x01')); }
  SECTION("it closes without a word") { falls_back(""); }
}

TEST_CASE("a version that the operator chose is kept") {
  std::vector<int> levels;
  ScriptedServer server([&](Peer& peer, int) {
    levels.push_back(level(peer.read()));
    peer.write(refused_5('\x84'));
  });
  reactor::Reactor reactor;
  auto options = options_for(url(server));
  options.version = mqtt::Version::v5;
  Probe probe(reactor, options, named("c"));
  probe.client.start();
  REQUIRE(probe.until([&] { return probe.problems.size() >= 2; }));
  CHECK(std::count(levels.begin(), levels.end(), 4) == 0);
  CHECK(probe.problem_has("set version: 3.1.1"));
}

TEST_CASE("each refusal is told in words, with the broker's address") {
  const std::string text = first_problem(refused_5('\x8a'));
  CHECK(text.find("mqtt://127.0.0.1:") == 0);
  CHECK(text.find("banned (code 0x8a)") != std::string::npos);
  CHECK(first_problem(refused_5('\x88')).find("server unavailable") != std::string::npos);
}

TEST_CASE("nobody listens") {
  reactor::Reactor reactor;
  std::uint16_t port = 0;
  {
    ScriptedServer gone([](Peer&, int) {});
    port = gone.port();
  }
  Probe probe(reactor, options_for("mqtt://127.0.0.1:" + std::to_string(port)), named("c"));
  probe.client.start();
  REQUIRE(probe.until([&] { return !probe.problems.empty(); }));
  CHECK(probe.problem_has("nobody listens there"));
}

TEST_CASE("the next server is tried when the first is away, and the first again after that") {
  ScriptedServer second([&](Peer& peer, int connection) {
    peer.read();
    peer.write(accepted_5);
    if (connection > 0) stay(peer);
  });
  reactor::Reactor reactor;
  auto options = options_for("mqtt://127.0.0.1:1");
  options.servers.push_back(*mqtt::Server::parse(url(second)));
  Probe probe(reactor, options, named("c"));
  probe.client.start();
  REQUIRE(probe.until([&] { return probe.client.connected() && probe.problems.size() >= 3; }));
  INFO(probe.story());
  CHECK(probe.problems[0].find("mqtt://127.0.0.1:1:") == 0);
  CHECK(probe.problems[1].find(url(second)) == 0);
  CHECK(probe.problems[2].find("mqtt://127.0.0.1:1:") == 0);
}

TEST_CASE("a broker that throws us out for another is told as such") {
  ScriptedServer server([&](Peer& peer, int) {
    peer.read();
    peer.write(accepted_5);
    peer.write("\xe0\x02\x8e\x00"s);
    stay(peer);
  });
  reactor::Reactor reactor;
  Probe probe(reactor, options_for(url(server)), named("c"));
  probe.client.start();
  REQUIRE(probe.until([&] { return !probe.problems.empty(); }));
  INFO(probe.story());
  CHECK(probe.problem_has("another client uses this client_id"));
}

TEST_CASE("a broker that lets in and throws out is not run against hot") {
  ScriptedServer server([&](Peer& peer, int) {
    peer.read();
    peer.write(accepted_5);
  });
  reactor::Reactor reactor;
  auto options = options_for(url(server));
  options.reconnect_initial = 500ms;
  options.reconnect_max = 2s;
  Probe probe(reactor, options, named("c"));
  probe.client.start();
  const auto begin = std::chrono::steady_clock::now();
  REQUIRE(probe.until([&] { return probe.problems.size() == 3; }));
  INFO(probe.story());
  CHECK(probe.problem_has("does another client use the client_id 'c'?"));
  // At least the halves of the first two waits.
  CHECK(std::chrono::steady_clock::now() - begin >= 250ms + 500ms);
}

TEST_CASE("a broker that wants a shorter keepalive gets it") {
  std::vector<int> keepalives;
  ScriptedServer server([&](Peer& peer, int) {
    const std::string connect = peer.read();
    keepalives.push_back(static_cast<unsigned char>(connect[10]) * 256 + static_cast<unsigned char>(connect[11]));
    peer.write("\x20\x06\x00\x00\x03\x13\x00\x0a"s);  // server keep alive: 10
    stay(peer);
  });
  reactor::Reactor reactor;
  Probe probe(reactor, options_for(url(server)), named("c"));
  REQUIRE(probe.connect());
  CHECK(keepalives == std::vector<int>{60, 10});
}

TEST_CASE("a broker that never answers is given up after connect_timeout") {
  ScriptedServer server([&](Peer& peer, int) { stay(peer); });
  reactor::Reactor reactor;
  auto options = options_for(url(server));
  options.connect_timeout = 100ms;
  Probe probe(reactor, options, named("c"));
  probe.client.start();
  REQUIRE(probe.until([&] { return !probe.problems.empty(); }));
  CHECK(probe.problem_has("no answer within 0.1 s"));
}

TEST_CASE("a refused subscription comes with its code") {
  ScriptedServer server([&](Peer& peer, int) {
    peer.read();
    peer.write(accepted_5);
    const std::string subscribe = peer.read();
    peer.write("\x90\x04"s + subscribe.substr(2, 2) + "\x00\x87"s);
    stay(peer);
  });
  reactor::Reactor reactor;
  Probe probe(reactor, options_for(url(server)), named("c"));
  probe.subscriptions = {{"forbidden", 1}};
  REQUIRE(probe.connect());
  REQUIRE(probe.until([&] { return probe.answers.size() == 1; }));
  CHECK(probe.answers[0] == 0x87);
}

TEST_CASE("what the broker cannot do is known") {
  ScriptedServer server([&](Peer& peer, int) {
    peer.read();
    // Maximum QoS 0, retain not available, maximum packet size 1000, receive maximum 5.
    peer.write("\x20\x0f\x00\x00\x0c\x24\x00\x25\x00\x27\x00\x00\x03\xe8\x21\x00\x05"s);
    stay(peer);
  });
  reactor::Reactor reactor;
  Probe probe(reactor, options_for(url(server)), named("c"));
  REQUIRE(probe.connect());
  CHECK(probe.client.possible_qos(1) == 0);
  CHECK(!probe.client.possible_retain(true));
  CHECK(probe.client.max_packet() == 1000);
}

TEST_CASE("a client that goes while it connects leaves nothing behind") {
  ScriptedServer server([&](Peer& peer, int) { stay(peer); });
  reactor::Reactor reactor;
  {
    Probe probe(reactor, options_for(url(server)), named("c"));
    probe.client.start();
    REQUIRE(probe.until([&] { return server.connections() == 0 && (reactor.io().poll(), true); }));
  }
  reactor.io().restart();
  reactor.io().poll();
}

TEST_CASE("a password that was refused is read again from its file") {
  const TempDir folder;
  const auto file = folder.write("password", "old");
  std::atomic<int> refusals = 0;
  ScriptedServer server([&](Peer& peer, int) {
    const std::string connect = peer.read();
    if (connect.find("new") == std::string::npos) {
      ++refusals;
      return peer.write(refused_5('\x86'));
    }
    peer.write(accepted_5);
    stay(peer);
  });
  reactor::Reactor reactor;
  telemetry::Metrics metrics;
  auto options = options_for(url(server));
  options.username = "gw";
  options.password = config::Secret("old", "${file:" + file.string() + "}", {});
  auto setup = named("c");
  setup.metrics = &metrics;
  Probe probe(reactor, options, setup);
  probe.client.start();
  REQUIRE(probe.until([&] { return refusals == 2; }));
  folder.write("password", "new");
  REQUIRE(probe.until([&] { return probe.connects == 1; }));
  const std::string text = metrics.prometheus();
  CHECK(text.find("fieldgate_mqtt_connack_total{component=\"probe\",code=\"0x86\"}") != std::string::npos);
  CHECK(text.find("fieldgate_mqtt_connack_total{component=\"probe\",code=\"0x00\"} 1") != std::string::npos);
}

TEST_CASE("a connection that another client takes over is counted, with and without a word from the broker") {
  for (const std::string& farewell : {"\xe0\x02\x8e\x00"s, ""s}) {
    ScriptedServer server([&](Peer& peer, int) {
      peer.read();
      peer.write(accepted_5);
      peer.write(farewell);
    });
    reactor::Reactor reactor;
    telemetry::Metrics metrics;
    auto setup = named("c");
    setup.metrics = &metrics;
    Probe probe(reactor, options_for(url(server)), setup);
    probe.client.start();
    CHECK(probe.until([&] {
      return metrics.prometheus().find("fieldgate_mqtt_takeovers_total{component=\"probe\"} 2") != std::string::npos;
    }));
  }
}
