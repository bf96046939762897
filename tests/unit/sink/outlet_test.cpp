// The outlet: batches, retries, bounds and counters, with a sink that does as the test says.
#include "sink/outlet.hpp"

#include <deque>

#include "support/catch.hpp"

namespace fieldgate::sink {
namespace {

using namespace std::chrono_literals;

/// What the test wants of the sink, and what the sink saw.
struct Script {
  std::deque<Delivery> answers;        // then: confirmed
  std::vector<std::string> delivered;  // one entry a call: the records joined by |
  bool hold = false;                   // the call waits until `go` is notified
  reactor::Event* go = nullptr;
};
Script* script = nullptr;

class Scripted final : public Sink {
 public:
  static constexpr std::string_view type = "scripted";
  struct Config {
    bool operator==(const Config&) const = default;
  };
  Scripted(const Config&, const Context&) {}

  Result<void> append_key(const Message& message, std::string& out) const override {
    if (message.device == "keyless") return Error{"unfilled", "no topic"};
    out += message.device;
    return {};
  }

  Awaitable<Delivery> deliver(const Batch& batch, std::size_t first, std::size_t last, std::size_t) override {
    std::string seen;
    for (std::size_t i = first; i < last; ++i) seen += (i > first ? "|" : "") + std::string(batch.record(i));
    script->delivered.push_back(seen);
    while (script->hold) co_await script->go->wait();
    Delivery answer = Delivery::done();
    if (!script->answers.empty()) {
      answer = script->answers.front();
      script->answers.pop_front();
    }
    co_return answer;
  }
  Awaitable<> stop(Duration) override { co_return; }
  bool up() const override { return true; }
};

class Bench {
 public:
  explicit Bench(OutletConfig config = ndjson()) : go(reactor.io()), outlet_config(std::move(config)) {
    script = &plan;
    plan.go = &go;
    outlet_config.sink = Factory::of<Scripted>({});
    outlet = std::make_unique<Outlet>(outlet_config, "out", reactor, metrics, environment, paths);
    outlet->start();
  }

  static OutletConfig ndjson() {
    OutletConfig config;
    config.encoding = {Encoding::Type::ndjson, Encoding::Content::data};
    config.batch = {3, 1024, 5ms};
    config.request.retry_initial = config.request.retry_max = 1ms;
    config.buffer.max_size = 4096;
    return config;
  }

  void send(std::string_view json, std::string_view device = "d", Receipt receipt = 0) {
    Message message;
    message.device = device;
    message.origin = &origin;
    message.received = Instant::now();
    message.document.json = json;
    message.receipt = receipt != 0 ? receipt : ++last;
    outlet->accept(message);
  }

  /// Runs the reactor until `done`.
  template <class Done>
  void until(Done done) {
    const auto end = std::chrono::steady_clock::now() + 10s;
    while (!done() && std::chrono::steady_clock::now() < end) reactor.io().run_one_for(10ms);
    REQUIRE(done());
  }

  std::uint64_t count(const std::string& name) {
    const std::string text = metrics.prometheus();
    std::uint64_t sum = 0;
    for (std::size_t at = text.find("\n" + name); at != std::string::npos; at = text.find("\n" + name, at + 1)) {
      sum += std::stoull(text.substr(text.find("} ", at) + 2));
    }
    return sum;
  }

  reactor::Reactor reactor;
  telemetry::Metrics metrics;
  expression::Environment environment{"gw", ""};
  expression::Paths paths;
  Origin origin;
  Script plan;
  reactor::Event go;
  OutletConfig outlet_config;
  std::unique_ptr<Outlet> outlet;
  Receipt last = 0;
};

TEST_CASE("a full batch goes at once, the rest when its time is up") {
  Bench bench;
  for (const char* json : {"1", "2", "3", "4"}) bench.send(json);
  bench.until([&] { return bench.plan.delivered.size() == 2; });
  CHECK(bench.plan.delivered == std::vector<std::string>{"1|2|3", "4"});
}

TEST_CASE("a sink that takes one at a time is handed what there is, without waiting") {
  OutletConfig config = Bench::ndjson();
  config.encoding.type = Encoding::Type::json;
  config.batch.timeout = 1h;
  Bench bench(config);
  bench.send("1");
  bench.send("2");
  bench.until([&] { return bench.plan.delivered.size() == 1; });
  CHECK(bench.plan.delivered.front() == "1|2");
}

TEST_CASE("what was not confirmed is sent again, from where the sink got to") {
  Bench bench;
  bench.plan.answers = {{Delivery::Outcome::retry, 1, 0, {}, "timeout", "t"}};
  for (const char* json : {"1", "2", "3"}) bench.send(json);
  bench.until([&] { return bench.outlet->backlog() == 0; });
  CHECK(bench.plan.delivered == std::vector<std::string>{"1|2|3", "2|3"});
  CHECK(bench.count("fieldgate_sink_delivered_total") == 3);
  CHECK(bench.count("fieldgate_sink_retries_total") == 1);
}

TEST_CASE("a rejected message is counted as a dead letter and the others go on") {
  Bench bench;
  bench.plan.answers = {{Delivery::Outcome::rejected, 1, 1, {}, "status_400", "t"}};
  for (const char* json : {"1", "2", "3"}) bench.send(json);
  bench.until([&] { return bench.outlet->backlog() == 0; });
  CHECK(bench.plan.delivered == std::vector<std::string>{"1|2|3", "3"});
  CHECK(bench.count("fieldgate_sink_delivered_total") == 2);
  CHECK(bench.count("fieldgate_sink_dead_letters_total") == 1);
}

TEST_CASE("a message that comes by two inputs is taken once") {
  Bench bench;
  bench.send("1", "d", 7);
  bench.send("1", "d", 7);
  bench.send("2", "d", 8);
  bench.until([&] { return bench.outlet->backlog() == 0; });
  CHECK(bench.count("fieldgate_sink_accepted_total") == 2);
}

TEST_CASE("a message without its topic, or larger than a batch, goes to the dead letters") {
  Bench bench;
  bench.send("1", "keyless");
  bench.send(std::string(2000, '7'));
  bench.send("2");
  bench.until([&] { return bench.outlet->backlog() == 0; });
  CHECK(bench.plan.delivered == std::vector<std::string>{"2"});
  CHECK(bench.count("fieldgate_sink_dead_letters_total") == 2);
}

TEST_CASE("a blocking buffer closes its gate before it is full, and opens it when there is room") {
  Bench bench;
  bench.plan.hold = true;
  const std::string record(500, '7');
  int sent = 0;
  while (bench.outlet->gate().open() && sent < 100) {
    bench.send(record);
    ++sent;
  }
  CHECK(sent >= 5);
  CHECK(sent <= 7);
  CHECK(bench.count("fieldgate_sink_dropped_total") == 0);
  bench.plan.hold = false;
  bench.until([&] {
    bench.go.notify();
    return bench.outlet->gate().open();
  });
}

TEST_CASE("what comes through a closed gate is counted, not kept without bound") {
  Bench bench;
  bench.plan.hold = true;
  const std::string record(500, '7');
  for (int i = 0; i < 50; ++i) bench.send(record);
  CHECK(bench.outlet->backlog() <= 8);
  CHECK(bench.count("fieldgate_sink_dropped_total") == 50 - bench.outlet->backlog());
}

TEST_CASE("drop_oldest gives up the oldest, drop_newest the newest") {
  OutletConfig config = Bench::ndjson();
  config.batch.max_messages = 1;
  config.buffer.max_size = 4096;
  config.buffer.when_full = GENERATE(buffer::WhenFull::drop_oldest, buffer::WhenFull::drop_newest);
  Bench bench(config);
  bench.plan.hold = true;
  for (char c = 'a'; c < 'a' + 10; ++c) bench.send(std::string(900, c));
  const std::uint64_t lost = bench.count("fieldgate_sink_dropped_total");
  CHECK(lost == 6);
  CHECK(bench.outlet->gate().open());
  bench.plan.hold = false;
  bench.until([&] {
    bench.go.notify();
    return bench.outlet->backlog() == 0;
  });
  std::string order;
  for (const std::string& seen : bench.plan.delivered) order += seen[0];
  CHECK(order == (config.buffer.when_full == buffer::WhenFull::drop_oldest ? "ahij" : "abcd"));
}

TEST_CASE("messages that waited too long are given up and counted") {
  OutletConfig config = Bench::ndjson();
  config.buffer.max_age = 20ms;
  Bench bench(config);
  bench.plan.answers.assign(1000, {Delivery::Outcome::retry, 0, 0, {}, "connect", "t"});
  for (const char* json : {"1", "2", "3"}) bench.send(json);
  bench.until([&] { return bench.outlet->backlog() == 0; });
  CHECK(bench.count("fieldgate_sink_expired_total") == 3);
}

TEST_CASE("lanes keep a device in one place and deliver beside each other") {
  OutletConfig config = Bench::ndjson();
  config.request.concurrency = 4;
  config.batch.max_messages = 1;
  Bench bench(config);
  bench.plan.hold = true;
  for (int i = 0; i < 8; ++i) bench.send("1", "device-" + std::to_string(i));
  bench.until([&] { return bench.plan.delivered.size() > 1; });
  bench.plan.hold = false;
  bench.until([&] {
    bench.go.notify();
    return bench.outlet->backlog() == 0;
  });
}

Awaitable<> drain(Outlet& outlet, Duration deadline, std::uint64_t& left, bool& done) {
  left = co_await outlet.drain(deadline);
  done = true;
}

TEST_CASE("draining delivers an open batch without waiting for its time") {
  OutletConfig config = Bench::ndjson();
  config.batch.timeout = 1h;
  Bench bench(config);
  bench.send("1");
  std::uint64_t left = 99;
  bool done = false;
  bench.reactor.spawn(drain(*bench.outlet, 10s, left, done));
  bench.until([&] { return done; });
  CHECK(left == 0);
}

TEST_CASE("draining tries again at once what waits in a long backoff") {
  OutletConfig config = Bench::ndjson();
  config.request.retry_initial = config.request.retry_max = 1h;
  Bench bench(config);
  bench.plan.answers = {{Delivery::Outcome::retry, 0, 0, {}, "connect", "t"}};
  bench.send("1");
  bench.until([&] { return bench.count("fieldgate_sink_retries_total") == 1; });
  std::uint64_t left = 99;
  bool done = false;
  bench.reactor.spawn(drain(*bench.outlet, 10s, left, done));
  bench.until([&] { return done; });
  CHECK(left == 0);
}

TEST_CASE("a blocking buffer has room for the largest message behind its gate") {
  OutletConfig config = Bench::ndjson();
  config.batch.max_bytes = 1024 * 1024;
  config.buffer.max_size = 8 * 1024 * 1024;
  Bench bench(config);
  bench.plan.hold = true;
  const std::string large(740 * 1024, '7');
  while (bench.outlet->gate().open()) bench.send(large);
  CHECK(bench.count("fieldgate_sink_dropped_total") == 0);
}

TEST_CASE("draining ends in time though the sink does not answer, and says what is left") {
  Bench bench;
  bench.plan.hold = true;
  bench.send("1");
  std::uint64_t left = 0;
  bool done = false;
  bench.reactor.spawn(drain(*bench.outlet, 30ms, left, done));
  bench.until([&] { return done; });
  CHECK(left == 1);
}

TEST_CASE("the envelope holds what config.md says a message is") {
  OutletConfig config = Bench::ndjson();
  config.encoding.content = Encoding::Content::message;
  Bench bench(config);
  bench.origin.adapter = "meters";
  bench.send("{\"voltage\":230.0}", "a\"b");
  bench.until([&] { return bench.plan.delivered.size() == 1; });
  CHECK(
      bench.plan.delivered[0] ==
      R"({"gateway":"gw","adapter":"meters","device":"a\"b","time":"1970-01-01T00:00:00.000Z","data":{"voltage":230.0}})");
}

}  // namespace
}  // namespace fieldgate::sink
