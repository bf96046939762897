// The mqtt adapter against a real mosquitto.
#include "adapter/mqtt.hpp"

#include "codec/json.hpp"
#include "support/adapter_bench.hpp"
#include "support/mosquitto.hpp"
#include "unit/config/reading.hpp"

using namespace fieldgate;
using namespace fieldgate::test;
using namespace std::chrono_literals;

namespace {

/// Writes down what comes out of the adapter.
struct Written final : router::Input {
  void accept(const Message& message) override {
    lines.push_back(std::string(message.device) + " " + std::string(message.document.json));
  }
  std::vector<std::string> lines;
};

struct Bench : AdapterBench {
  explicit Bench(const Mosquitto& broker, std::vector<mqtt::Subscription> subscriptions) : gate(reactor.io()) {
    config.connection.servers = {*mqtt::Server::parse(broker.url())};
    config.connection.reconnect_initial = 50ms;
    config.connection.reconnect_max = 200ms;
    config.subscribe = std::move(subscriptions);
    config.protocol.codec = codec::Factory::of<codec::Json>({});
    config.protocol.device = *expression::Template::parse("{{ topic.1 }}", expression::Place::plain);
  }
  void start() {
    inlet.emplace(reactor.io(), last, std::vector<router::Input*>{&written}, std::vector<router::Gate*>{&gate},
                  std::vector<buffer::Settling*>{});
    pointer = &*inlet;
    adapter = std::make_unique<adapter::Mqtt>(config, context("bus"));
    REQUIRE(adapter->start(pointer));
    CHECK(adapter->ready());
  }
  router::Gate gate;
  Written written;
  std::optional<router::Inlet> inlet;
  router::Inlet* pointer = nullptr;
  adapter::Mqtt::Config config;
  std::unique_ptr<adapter::Mqtt> adapter;
};

using Lines = std::vector<std::string>;

bool subscribed(Mosquitto& broker, std::size_t times = 1) {
  return occurrences(broker.log(), "Sending SUBACK to fieldgate") >= times;
}

}  // namespace

TEST_CASE("what devices publish becomes messages, by QoS 0 to 2 and by shared subscriptions") {
  Mosquitto broker;
  Bench bench(broker, {{"plant/+/up", 2}, {"$share/g/lab/+/up", 1}});
  bench.start();
  bench.until([&] { return subscribed(broker, 2); });
  for (int qos = 0; qos <= 2; ++qos) broker.publish("plant/press/up", "{\"q\":" + std::to_string(qos) + "}", qos);
  broker.publish("lab/oven/up", "{\"t\":1}");
  broker.publish("plant/press/up", "not json");
  bench.until([&] {
    return bench.written.lines.size() == 4 && bench.says("fieldgate_adapter_frames_total{adapter=\"bus\"} 5\n");
  });
  CHECK(bench.written.lines == Lines{"press {\"q\":0}", "press {\"q\":1}", "press {\"q\":2}", "oven {\"t\":1}"});
  CHECK(bench.says("fieldgate_adapter_messages_total{adapter=\"bus\"} 4\n"));
}

TEST_CASE("a broker that has lost the session is subscribed to again") {
  Mosquitto broker;
  Bench bench(broker, {{"plant/+/up", 1}});
  bench.start();
  bench.until([&] { return subscribed(broker); });
  broker.kill();
  broker.start();
  bench.until([&] { return subscribed(broker); });
  broker.publish("plant/a/up", "{}");
  bench.until([&] { return bench.written.lines == Lines{"a {}"}; });
}

TEST_CASE("retained messages are taken, or not") {
  Mosquitto broker;
  broker.publish("plant/a/up", "{\"old\":1}", 1, true);
  for (const auto version : {mqtt::Version::v3_1_1, mqtt::Version::v5}) {
    for (const bool take : {true, false}) {
      Bench bench(broker, {{"plant/+/up", 1}});
      bench.config.connection.version = version;
      bench.config.session_expiry = 0s;
      bench.config.take_retained = take;
      const std::size_t before = occurrences(broker.log(), "Sending SUBACK");
      bench.start();
      bench.until([&] { return subscribed(broker, before + 1); });
      broker.publish("plant/b/up", "{\"new\":1}");
      bench.until([&] { return !bench.written.lines.empty() && bench.written.lines.back() == "b {\"new\":1}"; });
      CHECK(bench.written.lines.size() == (take ? 2 : 1));
    }
  }
}

TEST_CASE("a closed gate leaves messages where they are, until it opens") {
  Mosquitto broker;
  Bench bench(broker, {{"plant/+/up", 1}});
  bench.start();
  bench.until([&] { return subscribed(broker); });
  bench.gate.close();
  for (int i = 0; i < 5; ++i)
    broker.publish("plant/a/up", std::to_string(i) == "0" ? "{\"n\":0}" : "{\"n\":" + std::to_string(i) + "}");
  // The one in hand is still taken.
  bench.until([&] { return bench.written.lines.size() == 1; });
  bench.until([&] { return occurrences(broker.log(), "Received PUBACK from fieldgate") == 5; });
  CHECK(bench.written.lines.size() == 1);
  bench.gate.reopen();
  bench.until([&] { return bench.written.lines.size() == 5; });
  CHECK(bench.written.lines.back() == "a {\"n\":4}");
}

TEST_CASE("under pressure the broker's session holds what the gateway cannot take, and nothing is lost") {
  Mosquitto broker({.extra = "max_queued_messages 0\nmax_queued_bytes 0"});
  Bench bench(broker, {{"plant/+/up", 1}});
  bench.start();
  bench.until([&] { return subscribed(broker); });
  bench.gate.close();
  // 12 MiB, of an inbox of 16 that is left at 8; the broker has the rest.
  const std::string filler(512 * 1024, 'x');
  for (int i = 0; i < 24; ++i) {
    const auto file = broker.directory().write("payload", "{\"n\":" + std::to_string(i) + ",\"x\":\"" + filler + "\"}");
    run({"mosquitto_pub", "-h", "127.0.0.1", "-p", std::to_string(broker.port()), "-q", "1", "-t", "plant/a/up", "-f",
         file});
  }
  bench.until([&] { return occurrences(broker.log(), "Received DISCONNECT from fieldgate-gw-bus") == 1; });
  bench.gate.reopen();
  bench.until([&] { return bench.written.lines.size() >= 24; });
  CHECK(bench.written.lines.size() == 24);
  CHECK(!bench.says("fieldgate_adapter_errors_total{adapter=\"bus\",reason=\"overflow\"} 1\n"));
}

TEST_CASE("filters are checked when the file is read") {
  config::Reading reading("servers: [ \"mqtt://a\" ]\nsubscribe: [ { topic: \"a#\" }, { topic: b }, { topic: b } ]\n",
                          [](config::Section& section) {
                            try {
                              adapter::Mqtt::Config::read(section);
                            } catch (const std::out_of_range&) {
                              // No codecs are registered here: the protocol is read last.
                            }
                          });
  CHECK(reading.printed.find("not a whole level") != std::string::npos);
  CHECK(reading.printed.find("subscribed to twice") != std::string::npos);
}
