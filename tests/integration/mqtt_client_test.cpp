// The MQTT client against a real mosquitto.
#include "support/catch.hpp"
#include "support/mosquitto.hpp"
#include "support/mqtt_probe.hpp"

using namespace fieldgate;
using namespace fieldgate::test;
using namespace std::chrono_literals;

namespace {

bool connects(mqtt::Options options) {
  reactor::Reactor reactor;
  Probe probe(reactor, std::move(options), named("tls-client"));
  return probe.connect();
}

/// The text of the first failed attempt; empty if it connected after all.
std::string failure(mqtt::Options options) {
  reactor::Reactor reactor;
  Probe probe(reactor, std::move(options), named("failing"));
  probe.client.start();
  probe.until([&] { return probe.client.connected() || !probe.problems.empty(); });
  return probe.problems.empty() ? "" : probe.problems.front();
}

}  // namespace

TEST_CASE("what is published at QoS 0, 1 and 2 reaches a subscriber, in both versions") {
  Mosquitto broker;
  for (const auto version : {mqtt::Version::v3_1_1, mqtt::Version::v5}) {
    auto subscriber = broker.subscriber("t/#", 2);
    reactor::Reactor reactor;
    auto options = options_for(broker.url());
    options.version = version;
    Probe probe(reactor, options, named("publisher"));
    REQUIRE(probe.connect());
    for (int qos = 0; qos <= 2; ++qos) {
      CHECK(probe.publish("t/" + std::to_string(qos), "payload", qos) == 0);
      CHECK(subscriber->wait_for_output("t/" + std::to_string(qos) + " payload\n"));
    }
  }
}

TEST_CASE("a thousand publications go through a window of 20 in their order") {
  Mosquitto broker;
  auto subscriber = broker.subscriber("n", 1);
  reactor::Reactor reactor;
  auto setup = named("windowed");
  setup.window = 20;
  Probe probe(reactor, options_for(broker.url()), setup);
  REQUIRE(probe.connect());
  auto bundle = std::make_shared<mqtt::Bundle>();
  std::string expected;
  bundle->clear(1, false);
  for (int i = 0; i < 1000; ++i) {
    bundle->add("n", std::to_string(i));
    expected += "n " + std::to_string(i) + "\n";
  }
  probe.client.publish(bundle);
  REQUIRE(probe.until([&] { return bundle->settled(); }));
  REQUIRE(subscriber->wait_for_output("n 999\n"));
  CHECK(subscriber->output() == expected);
}

TEST_CASE("messages come in with their topic and payload, shared subscriptions too") {
  Mosquitto broker;
  reactor::Reactor reactor;
  Probe probe(reactor, options_for(broker.url()), named("subscriber"));
  probe.subscriptions = {{"plain/+", 1}, {"$share/group/shared/#", 1}};
  REQUIRE(probe.connect());
  REQUIRE(probe.until([&] { return probe.answers.size() == 2; }));
  CHECK(probe.answers[0] == 1);
  CHECK(probe.answers[1] == 1);
  broker.publish("plain/a", "one");
  broker.publish("shared/b/c", "two");
  run({"mosquitto_pub", "-h", "127.0.0.1", "-p", std::to_string(broker.port()), "-V", "5", "-t", "plain/p", "-m",
       "three", "-D", "publish", "user-property", "site", "north"});
  REQUIRE(probe.until([&] { return probe.messages.size() == 3; }));
  CHECK(probe.messages == std::vector<std::string>{"plain/a one", "shared/b/c two", "plain/p three"});
  CHECK(probe.properties == std::vector<std::string>{"site=north"});
}

TEST_CASE("a request comes with its response topic and correlation data, and the answer goes back with them") {
  Mosquitto broker;
  reactor::Reactor reactor;
  Probe probe(reactor, options_for(broker.url()), named("answering"));
  probe.subscriptions = {{"ask/+", 1}};
  REQUIRE(probe.connect());
  REQUIRE(probe.until([&] { return probe.answers.size() == 1; }));
  const std::vector<std::string> request = {"mosquitto_rr",
                                            "-h",
                                            "127.0.0.1",
                                            "-p",
                                            std::to_string(broker.port()),
                                            "-V",
                                            "5",
                                            "-t",
                                            "ask/a",
                                            "-e",
                                            "answer/a",
                                            "-m",
                                            "question",
                                            "-D",
                                            "publish",
                                            "correlation-data",
                                            "c-17",
                                            "-F",
                                            "%t %D %p",
                                            "-W",
                                            "30"};
  Process asker(request);
  REQUIRE(probe.until([&] { return probe.messages.size() == 1; }));
  REQUIRE(probe.response_topics == std::vector<std::string>{"answer/a"});
  REQUIRE(probe.correlations == std::vector<std::string>{"c-17"});
  CHECK(mqtt::Bundle::confirmed(probe.publish(probe.response_topics[0], "answer", 1, false, probe.correlations[0])));
  CHECK(asker.wait_for_output("answer/a c-17 answer\n"));
}

TEST_CASE("what is published as retained says so to who asked for it, at once") {
  Mosquitto broker;
  reactor::Reactor reactor;
  Probe probe(reactor, options_for(broker.url()), named("watching"));
  probe.subscriptions = {{"ask/+", 1, true}};
  REQUIRE(probe.connect());
  REQUIRE(probe.until([&] { return probe.answers.size() == 1; }));
  broker.publish("ask/a", "now", 1, true);
  REQUIRE(probe.until([&] { return probe.messages.size() == 1; }));
  CHECK(probe.retained);
}

TEST_CASE("a wrong password is told as such, and does not make it try hot") {
  Mosquitto broker({.username = "gw", .password = "right"});
  for (const auto version : {mqtt::Version::v3_1_1, mqtt::Version::v5}) {
    auto options = options_for(broker.url());
    options.version = version;
    options.username = "gw";
    options.password = config::Secret("wrong");
    const std::string text = failure(options);
    INFO(text);
    CHECK(text.find(broker.url()) != std::string::npos);
    CHECK(text.find("refused us") != std::string::npos);
    options.password = config::Secret("right");
    CHECK(connects(options));
  }
}

TEST_CASE("a refused publication is told with its reason code") {
  Mosquitto broker({.acl = "topic write allowed/#\n"});
  reactor::Reactor reactor;
  Probe probe(reactor, options_for(broker.url()), named("publisher"));
  REQUIRE(probe.connect());
  CHECK(probe.publish("forbidden/a", "x", 1) == 0x87);
  CHECK(mqtt::Bundle::confirmed(probe.publish("allowed/a", "x", 1)));
}

TEST_CASE("TLS: the broker's certificate must be of a CA that we know, and for its name") {
  const TlsFiles files;
  Mosquitto broker({.tls = &files});
  auto options = options_for(broker.url());
  SECTION("the right CA") {
    options.tls.ca_file = files.ca.crt_file;
    CHECK(connects(options));
  }
  SECTION("the right CA, by address") {
    options.tls.ca_file = files.ca.crt_file;
    options.servers = {*mqtt::Server::parse("mqtts://127.0.0.1:" + std::to_string(broker.port()))};
    CHECK(connects(options));
  }
  SECTION("only TLS 1.3") {
    options.tls.ca_file = files.ca.crt_file;
    options.tls.min_version = "1.3";
    CHECK(connects(options));
  }
  SECTION("another CA") {
    options.tls.ca_file = files.other_ca.crt_file;
    const std::string text = failure(options);
    INFO(text);
    CHECK(text.find("certificate verify failed") != std::string::npos);
  }
  SECTION("the system's CAs") { CHECK(failure(options).find("certificate verify failed") != std::string::npos); }
  SECTION("another CA, not verified") {
    options.tls.verify_certificate = false;
    CHECK(connects(options));
  }
}

TEST_CASE("TLS: a certificate for another name") {
  const TlsFiles files;
  Mosquitto broker({.tls = &files, .identity = &files.wrong_host});
  auto options = options_for(broker.url());
  options.tls.ca_file = files.ca.crt_file;
  SECTION("is refused") {
    const std::string text = failure(options);
    INFO(text);
    CHECK(text.find("certificate is not for 'localhost'") != std::string::npos);
  }
  SECTION("is taken where names are not verified") {
    options.tls.verify_hostname = false;
    CHECK(connects(options));
  }
}

TEST_CASE("TLS: a broker that wants a certificate of ours") {
  const TlsFiles files;
  Mosquitto broker({.tls = &files, .require_client_certificate = true});
  auto options = options_for(broker.url());
  options.tls.ca_file = files.ca.crt_file;
  SECTION("none") { CHECK(!failure(options).empty()); }
  SECTION("ours") {
    options.tls.crt_file = files.client.crt_file;
    options.tls.key_file = files.client.key_file;
    CHECK(connects(options));
  }
}

// mosquitto 2.0.11 closes without a word, 2.0.21 sends DISCONNECT 0x8e.
TEST_CASE("a second client with the same client_id is asked for as the cause") {
  Mosquitto broker;
  reactor::Reactor reactor;
  Probe probe(reactor, options_for(broker.url()), named("twin"));
  REQUIRE(probe.connect());
  Process other(
      {"mosquitto_sub", "-h", "127.0.0.1", "-p", std::to_string(broker.port()), "-i", "twin", "-t", "x", "-W", "20"});
  REQUIRE(probe.until([&] { return !probe.problems.empty(); }));
  INFO(probe.problems.front());
  CHECK(probe.problems.front().find("another client use") != std::string::npos);
}

TEST_CASE("a broker that is restarted is found again, and the rest of the bundle is told as lost") {
  Mosquitto broker;
  reactor::Reactor reactor;
  Probe probe(reactor, options_for(broker.url()), named("patient"));
  REQUIRE(probe.connect());
  broker.kill();
  REQUIRE(probe.until([&] { return !probe.client.connected(); }));
  CHECK(probe.publish("t", "x", 1) == mqtt::Bundle::lost);
  broker.start();
  REQUIRE(probe.until([&] { return probe.client.connected(); }));
  CHECK(mqtt::Bundle::confirmed(probe.publish("t", "x", 1)));
}

TEST_CASE("a frozen broker is noticed by the acknowledgements that do not come") {
  Mosquitto broker;
  reactor::Reactor reactor;
  auto setup = named("watchful");
  setup.progress_timeout = 500ms;
  auto options = options_for(broker.url());
  options.connect_timeout = 500ms;
  Probe probe(reactor, options, setup);
  REQUIRE(probe.connect());
  broker.freeze();
  CHECK(probe.publish("t", "x", 1) == mqtt::Bundle::lost);
  CHECK(probe.problems.front().find("acknowledged nothing") != std::string::npos);
  REQUIRE(probe.until([&] { return probe.problem_has("no answer within"); }));
  broker.thaw();
  REQUIRE(probe.until([&] { return probe.client.connected(); }));
}

TEST_CASE("a frozen broker is noticed by the keepalive of one that only listens") {
  Mosquitto broker;
  reactor::Reactor reactor;
  auto options = options_for(broker.url());
  options.keepalive = 1s;
  Probe probe(reactor, options, named("listener"));
  REQUIRE(probe.connect());
  broker.freeze();
  CHECK(probe.until([&] { return !probe.client.connected(); }));
  broker.thaw();
}

TEST_CASE("the will is published when the client dies, not when it says goodbye") {
  Mosquitto broker;
  auto subscriber = broker.subscriber("status", 1);
  auto setup = named("mortal");
  setup.will = mqtt::Will{.topic = "status", .payload = "offline", .qos = 1, .retain = false};
  {
    reactor::Reactor reactor;
    Probe probe(reactor, options_for(broker.url()), setup);
    REQUIRE(probe.connect());
    REQUIRE(run_to_end(reactor, probe.client.stop(5s)));
  }
  REQUIRE(broker.wait_for_log("Received DISCONNECT from mortal"));
  reactor::Reactor reactor;
  Probe probe(reactor, options_for(broker.url()), setup);
  REQUIRE(probe.connect());
  // Taken over by another, the broker closes it without a DISCONNECT of ours.
  Process other(
      {"mosquitto_sub", "-h", "127.0.0.1", "-p", std::to_string(broker.port()), "-i", "mortal", "-t", "x", "-W", "20"});
  CHECK(subscriber->wait_for_output("status offline\n"));
  CHECK(occurrences(subscriber->output(), "offline") == 1);
}

TEST_CASE("a session that the broker keeps has what came meanwhile") {
  Mosquitto broker;
  auto setup = named("keeper");
  setup.clean_start = false;
  setup.session_expiry = 1h;
  for (const auto version : {mqtt::Version::v3_1_1, mqtt::Version::v5}) {
    setup.client_id = version == mqtt::Version::v5 ? "keeper5" : "keeper3";
    auto options = options_for(broker.url());
    options.version = version;
    reactor::Reactor reactor;
    Probe probe(reactor, options, setup);
    probe.subscriptions = {{"kept", 1}};
    REQUIRE(probe.connect());
    CHECK(!probe.session_present);
    REQUIRE(probe.until([&] { return probe.answers.size() == 1; }));
    probe.client.hold();
    REQUIRE(probe.until([&] { return occurrences(broker.log(), "Received DISCONNECT from " + setup.client_id) == 1; }));
    broker.publish("kept", "meanwhile");
    probe.client.release();
    // The broker sends the kept message right behind its CONNACK, so that either may be told first.
    REQUIRE(probe.until([&] { return probe.messages.size() == 1 && probe.session_present; }));
  }
}

TEST_CASE("who does not take messages hears of the pressure, and overflow is counted") {
  Mosquitto broker;
  reactor::Reactor reactor;
  auto setup = named("slow");
  setup.inbox_limit = 1000;
  setup.max_message = 500;
  Probe probe(reactor, options_for(broker.url()), setup);
  probe.subscriptions = {{"flood", 0}};
  probe.take = false;
  REQUIRE(probe.connect());
  REQUIRE(probe.until([&] { return probe.answers.size() == 1; }));
  broker.publish("flood", std::string(501, 'x'));
  std::size_t sent = 0;
  while (probe.lost == 0 && sent < 50) {  // QoS 0: a broker in trouble may itself leave one out
    broker.publish("flood", std::string(400, 'x'));
    ++sent;
    probe.until([&] { return probe.lost > 0; }, 200ms);
  }
  REQUIRE(probe.lost > 0);
  CHECK(probe.large == 1);
  CHECK(probe.messages.size() == 1);
  CHECK(probe.pressures == 1);
  probe.take = true;
  probe.client.resume();
  CHECK(probe.messages.size() + probe.lost <= sent);
  CHECK(probe.messages.size() >= 2);  // what had room, and perhaps the one that was refused, as they came
  CHECK(probe.messages.size() <= 3);
}
