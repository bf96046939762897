// The mqtt sink against a real mosquitto.
#include "sink/mqtt.hpp"

#include "config/loader.hpp"
#include "support/catch.hpp"
#include "support/mosquitto.hpp"
#include "support/reactor.hpp"
#include "unit/config/reading.hpp"

using namespace fieldgate;
using namespace fieldgate::test;
using namespace std::chrono_literals;
using sink::Delivery;

namespace {

/// A sink out of YAML, with all it needs.
struct Bench {
  explicit Bench(const std::string& yaml) {
    config::Reading reading(yaml, [&](config::Section& section) {
      encoding = sink::Encoding::read(section, sink::Mqtt::default_encoding);
      config = sink::Mqtt::Config::read(section);
    });
    INFO(reading.printed);
    REQUIRE(reading.problems.errors() == 0);
    request.timeout = 5s;
    made = std::make_unique<sink::Mqtt>(config, sink::Context{"cloud", reactor, metrics, telemetry::Log("sink cloud"),
                                                              environment, paths, encoding, batch_options, request});
    made->start();
  }

  void add(const std::string& topic, const std::string& record) {
    batch.text() += record;
    batch.commit(encoding.separator(), topic, ++receipts, {});
  }

  Awaitable<> deliver_from(std::size_t first) {
    result = co_await made->deliver(batch, first, batch.size(), 0);
    done = true;
  }
  Delivery deliver(std::size_t first = 0) {
    done = false;
    reactor.spawn(deliver_from(first));
    REQUIRE(run_until(reactor, [&] { return done; }));
    return result;
  }
  reactor::Reactor reactor;
  telemetry::Metrics metrics;
  expression::Environment environment{"plant-7", ""};
  expression::Paths paths;
  sink::Encoding encoding;
  sink::BatchOptions batch_options;
  sink::RequestOptions request;
  sink::Mqtt::Config config;
  Batch batch;
  Receipt receipts = 0;
  Delivery result;
  bool done = false;
  std::unique_ptr<sink::Mqtt> made;
};

std::string yaml(const Mosquitto& broker, const std::string& more = "") {
  return "servers: [ \"" + broker.url() +
         "\" ]\ntopic: \"v1/{{ gateway }}/{{ device }}\"\nreconnect: { initial: 50ms, max: 200ms }\n" + more;
}

}  // namespace

TEST_CASE("each record is a message on its topic") {
  Mosquitto broker;
  auto subscriber = broker.subscriber("v1/#");
  for (const char* more : {"qos: 0\n", "qos: 1\n", "qos: 2\n", "version: 3.1.1\n"}) {
    Bench bench(yaml(broker, more));
    bench.add(std::string("v1/a"), std::string("{\"n\":1}"));
    bench.add("v1/b", "{\"n\":2}");
    CHECK(bench.deliver().outcome == Delivery::Outcome::confirmed);
    REQUIRE(run_to_end(bench.reactor, bench.made->stop(5s)));
  }
  REQUIRE(subscriber->wait_for_output("v1/b {\"n\":2}\n", 20s, 4));
  CHECK(occurrences(subscriber->output(), "v1/a {\"n\":1}\n") == 4);
}

TEST_CASE("the topic is made of the message, confined to a level") {
  Mosquitto broker;
  Bench bench(yaml(broker));
  Origin origin;
  Message message;
  message.device = "a/b+";
  message.origin = &origin;
  std::string key;
  REQUIRE(bench.made->append_key(message, key));
  CHECK(key == "v1/plant-7/a%2Fb%2B");
}

TEST_CASE("joined records are one message") {
  Mosquitto broker;
  auto subscriber = broker.subscriber("all");
  const std::string base = "servers: [ \"" + broker.url() + "\" ]\ntopic: all\n";
  Bench array(base + "client_id: array\nencoding: { type: json_array }\n");
  array.add("all", "1");
  array.add("all", "2");
  CHECK(array.deliver().outcome == Delivery::Outcome::confirmed);
  CHECK(subscriber->wait_for_output("all [1,2]\n"));
  Bench lines(base + "encoding: { type: ndjson }\n");
  lines.add("all", "1");
  lines.add("all", "2");
  CHECK(lines.deliver().outcome == Delivery::Outcome::confirmed);
  CHECK(subscriber->wait_for_output("all 1\n2\n"));
}

TEST_CASE("joined records cannot have a topic that differs by message") {
  config::Reading reading("servers: [ \"mqtt://a\" ]\ntopic: \"{{ device }}\"\nencoding: { type: ndjson }\n",
                          [](config::Section& section) {
                            sink::Encoding::read(section, sink::Encoding::Type::json);
                            sink::Mqtt::Config::read(section);
                          });
  CHECK(reading.printed.find("cannot differ by message") != std::string::npos);
}

TEST_CASE("what the broker refuses for good is rejected, what is behind it goes on and not twice") {
  Mosquitto broker({.acl = "topic write good/#\npattern read #\n"});
  Bench bench(yaml(broker));
  for (const char* topic : {"good/1", "bad/1", "bad/1", "good/2"}) bench.add(topic, "x");
  const Delivery first = bench.deliver();
  CHECK(first.outcome == Delivery::Outcome::retry);
  CHECK(first.delivered == 1);
  CHECK(bench.deliver(1).outcome == Delivery::Outcome::retry);
  const Delivery delivery = bench.deliver(1);
  CHECK(delivery.outcome == Delivery::Outcome::rejected);
  CHECK(delivery.rejected == 2);
  CHECK(delivery.reason == "not_authorized");
  CHECK(bench.deliver(3).outcome == Delivery::Outcome::confirmed);
  CHECK(broker.wait_for_log("'good/2'"));
  CHECK(occurrences(broker.log(), "'good/2'") == 1);
}

TEST_CASE("a broker that is away at the start is waited for") {
  Mosquitto broker;
  broker.kill();
  Bench bench(yaml(broker));
  bench.add("v1/a", "x");
  const Delivery delivery = bench.deliver();
  CHECK(delivery.outcome == Delivery::Outcome::retry);
  CHECK(delivery.reason == "connect");
  CHECK(delivery.text.find(broker.url()) != std::string::npos);
  CHECK(!bench.made->up());
  broker.start();
  Delivery again;
  do {
    again = bench.deliver();
  } while (again.outcome == Delivery::Outcome::retry);
  CHECK(again.outcome == Delivery::Outcome::confirmed);
  CHECK(bench.made->up());
}

TEST_CASE("a broker restarted under load loses nothing at QoS 1") {
  Mosquitto broker({.extra = "persistence true\nmax_queued_messages 0"});
  // A subscriber whose session outlives the broker.
  const std::vector<std::string> subscribe = {"stdbuf",
                                              "-oL",
                                              "mosquitto_sub",
                                              "-h",
                                              "127.0.0.1",
                                              "-p",
                                              std::to_string(broker.port()),
                                              "-i",
                                              "keeper",
                                              "-c",
                                              "-q",
                                              "1",
                                              "-t",
                                              "v1/#",
                                              "-F",
                                              "%p"};
  Process subscriber(subscribe);
  REQUIRE(broker.wait_for_log("Sending SUBACK"));
  Bench bench(yaml(broker));
  constexpr std::size_t count = 20000;
  for (std::size_t i = 0; i < count; ++i) bench.add("v1/a", "<" + std::to_string(i) + ">");
  bench.reactor.spawn(bench.deliver_from(0));
  std::size_t first = 0;
  int restarts = 0;
  for (;;) {
    // In the middle of a delivery, as the subscriber sees it.
    REQUIRE(run_until(bench.reactor, [&] {
      return bench.done || (restarts < 2 && occurrences(subscriber.output(), ">") > 2000u * unsigned(restarts + 1));
    }));
    if (!bench.done) {
      broker.stop();
      broker.start();
      ++restarts;
      continue;
    }
    if (bench.result.outcome == Delivery::Outcome::confirmed) break;
    REQUIRE(bench.result.outcome == Delivery::Outcome::retry);
    first += bench.result.delivered;
    bench.done = false;
    bench.reactor.spawn(bench.deliver_from(first));
  }
  CHECK(restarts > 0);
  CHECK(run_until(bench.reactor, [&] { return subscriber.output().find("<19999>") != std::string::npos; }));
  const std::string output = subscriber.output();
  std::size_t missing = 0;
  std::size_t at = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t found = output.find("<" + std::to_string(i) + ">", at);
    if (found == std::string::npos)
      ++missing;
    else
      at = found;
  }
  CHECK(missing == 0);
}

TEST_CASE("the status topic says online and offline, by the gateway itself and by the will") {
  Mosquitto broker;
  auto subscriber = broker.subscriber("status");
  const std::string will = "will: { topic: status, payload: offline, online: online }\n";
  {
    Bench bench(yaml(broker, will));
    REQUIRE(run_until(bench.reactor, [&] { return occurrences(subscriber->output(), "status online\n") == 1; }));
    REQUIRE(run_to_end(bench.reactor, bench.made->stop(5s)));
    CHECK(subscriber->wait_for_output("status offline\n"));
  }
  Bench bench(yaml(broker, will));
  REQUIRE(run_until(bench.reactor, [&] { return occurrences(subscriber->output(), "status online\n") == 2; }));
  Process other({"mosquitto_sub", "-h", "127.0.0.1", "-p", std::to_string(broker.port()), "-i",
                 "fieldgate-plant-7-cloud", "-t", "x"});
  CHECK(subscriber->wait_for_output("status offline\n", 20s, 2));
}
