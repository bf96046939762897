// The mqtt sink against a broker that says what the test wants.
#include "sink/mqtt.hpp"

#include <atomic>

#include "support/catch.hpp"
#include "support/http_sink.hpp"
#include "support/mqtt_broker.hpp"
#include "support/reactor.hpp"

using namespace fieldgate;
using namespace std::chrono_literals;
using sink::Delivery;
using sink::Encoding;
using sink::Mqtt;
using test::ScriptedBroker;
using Bench = test::SinkBench<Mqtt>;
using Outcome = Delivery::Outcome;

namespace {

std::string yaml(const ScriptedBroker& broker, const std::string& more = "") {
  return "servers: [ \"" + broker.url() + "\" ]\ntopic: \"t/{{ device }}\"\nreconnect: { initial: 20ms, max: 50ms }\n" +
         more;
}

constexpr int accepted = 0;

/// Delivers records of the topics, from `first` on.
struct Topics {
  Topics(Bench& with, const std::vector<std::string>& topics) : bench(with) {
    Receipt receipt = 0;
    for (const std::string& topic : topics) {
      bench.content.text() += "payload";
      bench.content.commit('\n', topic, ++receipt, {});
    }
  }
  Delivery deliver(std::size_t first = 0) {
    return test::run_on(bench.reactor, bench.sink->deliver(bench.content, first, bench.content.size(), 0));
  }
  Bench& bench;
};

}  // namespace

TEST_CASE("a broker whose quota is exceeded is asked for less, and offered it again") {
  std::atomic<int> left = 2;
  ScriptedBroker broker([&](const auto&) { return left-- > 0 ? 0x97 : accepted; });
  Bench bench(yaml(broker));
  Topics topics(bench, {"a"});
  for (int i = 0; i < 2; ++i) {
    const Delivery delivery = topics.deliver();
    CHECK(delivery.outcome == Outcome::retry);
    CHECK(delivery.overloaded);
    CHECK(delivery.reason == "quota");
  }
  CHECK(topics.deliver().outcome == Outcome::confirmed);
}

TEST_CASE("a message that may not be is offered three times before it is given up") {
  ScriptedBroker broker([](const auto& one) { return one.topic == "bad" ? 0x87 : accepted; });
  Bench bench(yaml(broker));
  Topics topics(bench, {"good", "bad", "bad", "good"});
  CHECK(topics.deliver().outcome == Outcome::retry);
  CHECK(topics.deliver(1).outcome == Outcome::retry);
  const Delivery last = topics.deliver(1);
  CHECK(last.outcome == Outcome::rejected);
  CHECK(last.rejected == 2);
  CHECK(last.reason == "not_authorized");
  CHECK(topics.deliver(3).outcome == Outcome::confirmed);
  std::size_t good = 0;
  for (const auto& one : broker.published()) good += one.topic == "good" ? 1 : 0;
  CHECK(good == 2);  // what was confirmed behind a refusal does not go again
}

TEST_CASE("a topic that was given up holds nobody up again") {
  ScriptedBroker broker([](const auto& one) { return one.topic == "bad" ? 0x90 : accepted; });
  Bench bench(yaml(broker));
  Topics topics(bench, {"bad", "good", "bad"});
  CHECK(topics.deliver().outcome == Outcome::retry);
  CHECK(topics.deliver().outcome == Outcome::retry);
  CHECK(topics.deliver().outcome == Outcome::rejected);
  const Delivery again = topics.deliver(1);
  CHECK(again.outcome == Outcome::rejected);
  CHECK(again.delivered == 1);
}

TEST_CASE("rights that come in time lose nothing") {
  std::atomic<int> left = 2;
  ScriptedBroker broker([&](const auto&) { return left-- > 0 ? 0x87 : accepted; });
  Bench bench(yaml(broker));
  Topics topics(bench, {"a"});
  CHECK(topics.deliver().outcome == Outcome::retry);
  CHECK(topics.deliver().outcome == Outcome::retry);
  CHECK(topics.deliver().outcome == Outcome::confirmed);
}

TEST_CASE("a payload that the broker finds invalid is given up at once; of joined ones each may be to blame") {
  ScriptedBroker broker([](const auto&) { return 0x99; });
  Bench single(yaml(broker));
  CHECK(single.deliver({"1"}).outcome == Outcome::rejected);
  Bench joined("servers: [ \"" + broker.url() + "\" ]\ntopic: all\n", {Encoding::Type::ndjson});
  const Delivery delivery = joined.deliver({"1", "2"});
  CHECK(delivery.outcome == Outcome::rejected);
  CHECK(delivery.rejected == 2);
  CHECK(delivery.divisible);
}

TEST_CASE("refused publications are counted by their code") {
  ScriptedBroker broker([](const auto&) { return 0x99; });
  Bench bench(yaml(broker));
  bench.deliver({"1"});
  const std::string text = bench.metrics.prometheus();
  CHECK(text.find("fieldgate_mqtt_puback_refused_total{component=\"sink out\",code=\"0x99\"} 1") != std::string::npos);
  CHECK(text.find("fieldgate_mqtt_connack_total{component=\"sink out\",code=\"0x00\"} 1") != std::string::npos);
}

TEST_CASE("a compressed payload says so in a property") {
  ScriptedBroker broker([](const auto&) { return accepted; });
  for (const std::string name : {"gzip", "zstd"}) {
    Bench bench(yaml(broker, "compression: " + name));
    CHECK(bench.deliver({std::string(1000, 'x')}).outcome == Outcome::confirmed);
    const auto one = broker.published().back();
    CHECK(one.properties == std::string("\x26\0\x10", 3) + "content-encoding" + std::string("\0\x04", 2) + name);
    CHECK(one.payload.starts_with(name == "gzip" ? "\x1f\x8b" : "\x28\xb5\x2f\xfd"));
    CHECK(one.payload.size() < 100);
  }
  Bench plain(yaml(broker));
  plain.deliver({"1"});
  CHECK(broker.published().back().properties.empty());
}

TEST_CASE("the bytes of publications are reckoned, and those of connecting about") {
  ScriptedBroker broker([](const auto&) { return accepted; });
  for (const std::string more : {"", "compression: gzip"}) {
    Bench bench(yaml(broker, more));
    bench.deliver({"1"});
    const std::size_t before = broker.received();
    std::uint64_t sent = 0;
    for (const std::size_t size : {1U, 127U, 128U, 20000U}) sent += bench.deliver({std::string(size, 'x')}).sent;
    CHECK(sent == broker.received() - before);
  }
}

TEST_CASE("compression needs version 5") {
  config::Reading reading("servers: [ \"mqtt://a\" ]\ntopic: t\nversion: 3.1.1\ncompression: gzip\n",
                          [](config::Section& root) { Mqtt::Config::read(root); });
  CHECK(reading.printed.find("MQTT 5") != std::string::npos);
}
