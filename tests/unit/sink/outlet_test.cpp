// The outlet: batches, retries, bounds and counters, with a sink that does as the test says.
#include "sink/outlet.hpp"

#include <deque>
#include <map>
#include <sstream>

#include "support/catch.hpp"
#include "support/temp_dir.hpp"

namespace fieldgate::sink {
namespace {

using namespace std::chrono_literals;

/// What the test wants of the sink, and what the sink saw.
struct Script {
  std::deque<Delivery> answers;        // then: confirmed
  std::vector<std::string> delivered;  // one entry a call: the records joined by |
  bool hold = false;                   // the call waits until `go` is notified
  std::string poison;                  // records that hold it are rejected, with all that go with them
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
    if (!script->poison.empty() && seen.find(script->poison) != std::string::npos) {
      answer = {.outcome = Delivery::Outcome::rejected,
                .rejected = last - first,
                .reason = "status_400",
                .text = "t",
                .divisible = true};
    }
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
  explicit Bench(OutletConfig config = ndjson(), const test::TempDir* folder = nullptr, Epoch run = 1)
      : directory(folder != nullptr ? folder->path() : std::filesystem::path()),
        epoch(run),
        letters(reactor, {}, {}, run, metrics, telemetry::Log("dead letters")),
        go(reactor.io()),
        outlet_config(std::move(config)) {
    script = &plan;
    plan.go = &go;
    outlet_config.sink = Factory::of<Scripted>({});
    Surroundings around{reactor, metrics, environment, paths, last, letters, {}, {}, 0};
    if (outlet_config.is_durable()) around.buffer_file = directory / "out.db";
    if (outlet_config.is_durable()) around.epoch = epoch;
    outlet = std::make_unique<Outlet>(outlet_config, "out", around);
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

  std::filesystem::path directory;
  Epoch epoch;
  reactor::Reactor reactor;
  telemetry::Metrics metrics;
  expression::Environment environment{"gw", ""};
  expression::Paths paths;
  Receipt last = 0;
  buffer::DeadLetters letters;
  Origin origin;
  Script plan;
  reactor::Event go;
  OutletConfig outlet_config;
  std::unique_ptr<Outlet> outlet;
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
  bench.send(std::string(900, 'a'));
  bench.until([&] { return bench.plan.delivered.size() == 1; });  // it is on its way, and stays
  for (char c = 'b'; c < 'a' + 10; ++c) bench.send(std::string(900, c));
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

TEST_CASE("messages that wait for the service to come back are given up in time, not at the next attempt") {
  OutletConfig config = Bench::ndjson();
  config.buffer.max_age = 40ms;
  config.request.retry_initial = config.request.retry_max = 1h;
  Bench bench(config);
  bench.plan.answers = {{Delivery::Outcome::retry, 0, 0, {}, "connect", "t"}};
  bench.send("1");
  bench.until([&] { return bench.count("fieldgate_sink_retries_total") == 1; });
  bench.send("2");
  bench.until([&] { return bench.count("fieldgate_sink_expired_total") >= 1; });
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
  left = (co_await outlet.drain(deadline)).messages;
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

TEST_CASE("a poisonous message is found by halving its batch, and only it is given up") {
  OutletConfig config = Bench::ndjson();
  config.batch.max_messages = 8;
  Bench bench(config);
  bench.plan.poison = "5";
  for (char c = '1'; c <= '8'; ++c) bench.send(std::string(1, c));
  bench.until([&] { return bench.outlet->backlog() == 0; });
  CHECK(bench.plan.delivered == std::vector<std::string>{"1|2|3|4|5|6|7|8", "1|2|3|4", "5|6", "5", "6", "7|8"});
  CHECK(bench.count("fieldgate_sink_delivered_total") == 7);
  CHECK(bench.count("fieldgate_sink_dead_letters_total") == 1);
}

TEST_CASE("what is tried again goes in the same company") {
  Bench bench;
  bench.plan.answers = {{Delivery::Outcome::retry, 0, 0, {}, "timeout", "t"}};
  bench.send("1");
  bench.until([&] { return bench.plan.delivered.size() >= 1; });
  for (const char* json : {"2", "3"}) bench.send(json);
  bench.until([&] { return bench.outlet->backlog() == 0; });
  CHECK(bench.plan.delivered == std::vector<std::string>{"1", "1", "2|3"});
}

TEST_CASE("live first: what is new goes at once when the service is back, and what waited says so") {
  OutletConfig config = Bench::ndjson();
  config.encoding.content = Encoding::Content::message;
  config.batch.max_messages = 1;
  config.buffer.order = buffer::Order::live_first;
  config.buffer.backlog_rate = config::Rate{0.1};
  Bench bench(config);
  bench.plan.answers = {{Delivery::Outcome::retry, 0, 0, {}, "connect", "t"}};
  for (const char* json : {"1", "2", "3"}) bench.send(json);
  bench.until([&] { return bench.count("fieldgate_sink_retries_total") == 1; });
  bench.until([&] { return bench.plan.delivered.size() >= 2; });  // it is back
  bench.send("4");
  bench.until([&] { return bench.plan.delivered.size() == 4; });
  std::string order;
  for (const std::string& seen : bench.plan.delivered) {
    const bool is_late = seen.starts_with("{\"late\":true,\"gateway\"");
    order += seen[seen.size() - 2];
    order += is_late ? "L " : " ";
  }
  CHECK(order == "1 1L 2L 4 ");
}

// On disk.

OutletConfig on_disk() {
  OutletConfig config = Bench::ndjson();
  config.buffer.type = buffer::Type::disk;
  config.buffer.max_size = 64 * 1024 * 1024;
  return config;
}

bool is_stored(const Bench& bench) { return bench.outlet->open_from(After::stored) == all_settled; }

TEST_CASE("a disk buffer hands what it holds to the next run, in order") {
  const test::TempDir folder;
  {
    Bench bench(on_disk(), &folder, 1);
    bench.plan.hold = true;
    for (int i = 10; i < 30; ++i) bench.send(std::to_string(i));
    CHECK(bench.outlet->open_from(After::stored) == 1);
    bench.outlet->hurry(After::stored);
    bench.until([&] { return is_stored(bench); });
    CHECK(bench.outlet->open_from(After::delivered) == 1);
  }
  Bench bench(on_disk(), &folder, 2);
  bench.until([&] { return bench.count("fieldgate_sink_delivered_total") == 20; });
  std::string all;
  for (const std::string& seen : bench.plan.delivered) all += seen + "|";
  CHECK(all == "10|11|12|13|14|15|16|17|18|19|20|21|22|23|24|25|26|27|28|29|");
  CHECK(bench.count("fieldgate_sink_accepted_total") == 20);
  CHECK(bench.outlet->backlog() == 0);
}

TEST_CASE("an answer that waits does not wait for a fuller batch") {
  const test::TempDir folder;
  OutletConfig config = on_disk();
  config.batch.timeout = 1h;
  Bench bench(config, &folder);
  bench.plan.hold = true;
  bench.send("1");
  bench.outlet->hurry(After::stored);
  bench.until([&] { return is_stored(bench); });
  CHECK(bench.outlet->open_from(After::delivered) == 1);
}

TEST_CASE("a sink that hangs does not keep messages from the disk") {
  const test::TempDir folder;
  OutletConfig config = on_disk();
  config.encoding.type = Encoding::Type::json;
  Bench bench(config, &folder);
  bench.plan.hold = true;
  bench.send("1");
  bench.until([&] { return bench.plan.delivered.size() == 1; });
  bench.send("2");
  bench.until([&] { return is_stored(bench); });
}

TEST_CASE("a long backlog lies on disk, not in memory, and comes back whole and in order") {
  const test::TempDir folder;
  OutletConfig config = on_disk();
  config.batch.max_bytes = 256 * 1024;
  Bench bench(config, &folder);
  bench.plan.hold = true;
  const int messages = 150;  // of 200 KiB: more than is held in memory
  for (int i = 0; i < messages; ++i) {
    bench.until([&] { return bench.outlet->gate().open(); });
    bench.send(std::to_string(1000 + i) + std::string(200 * 1024, '7'));
  }
  bench.outlet->hurry(After::stored);
  bench.until([&] { return is_stored(bench); });
  bench.plan.hold = false;
  bench.until([&] {
    bench.go.notify();
    return bench.outlet->backlog() == 0;
  });
  int expected = 1000;
  for (const std::string& seen : bench.plan.delivered) CHECK(seen.substr(0, 4) == std::to_string(expected++));
  CHECK(expected == 1000 + messages);
  CHECK(bench.count("fieldgate_sink_corrupt_total") == 0);
  CHECK(bench.outlet->backlog_bytes() == 0);
}

TEST_CASE("drop_oldest gives up what lies on disk, and counts it exactly") {
  const test::TempDir folder;
  OutletConfig config = on_disk();
  config.batch.max_bytes = 256 * 1024;
  config.buffer.max_size = 12 * 1024 * 1024;
  config.buffer.when_full = buffer::WhenFull::drop_oldest;
  Bench bench(config, &folder);
  bench.plan.hold = true;
  for (int i = 0; i < 200; ++i) {
    bench.send(std::to_string(1000 + i) + std::string(200 * 1024, '7'));
    bench.outlet->hurry(After::stored);
    bench.until([&] { return is_stored(bench); });
  }
  bench.plan.hold = false;
  bench.until([&] {
    bench.go.notify();
    return bench.outlet->backlog() == 0;
  });
  CHECK(bench.count("fieldgate_sink_dropped_total") + bench.plan.delivered.size() == 200);
  CHECK(bench.plan.delivered.size() >= 40);
  CHECK(bench.plan.delivered.size() <= 70);
  CHECK(bench.plan.delivered.back().starts_with("1199"));
}

TEST_CASE("another number of lanes: what an earlier run left goes first, through one lane") {
  const test::TempDir folder;
  OutletConfig config = on_disk();
  config.request.concurrency = 4;
  config.batch.max_messages = 1;
  {
    Bench bench(config, &folder, 1);
    bench.plan.hold = true;
    for (int i = 0; i < 40; ++i) bench.send(std::to_string(100 + i), "device-" + std::to_string(i % 10));
    bench.until([&] { return is_stored(bench); });
  }
  config.request.concurrency = 3;
  Bench bench(config, &folder, 2);
  for (int i = 40; i < 80; ++i) bench.send(std::to_string(100 + i), "device-" + std::to_string(i % 10));
  bench.until([&] { return bench.outlet->backlog() == 0; });
  std::map<std::string, std::string> last;  // by device
  std::size_t seen_records = 0;
  for (const std::string& seen : bench.plan.delivered) {
    std::istringstream records(seen);
    for (std::string record; std::getline(records, record, '|'); ++seen_records) {
      std::string& before = last[record.substr(2)];
      CHECK(before < record);
      before = record;
    }
  }
  CHECK(seen_records == 80);
}

TEST_CASE("room made at the front of a lane is filled again from the disk") {
  const test::TempDir folder;
  OutletConfig config = on_disk();
  config.request.concurrency = 2;
  config.request.retry_initial = config.request.retry_max = 50ms;
  config.batch.max_bytes = 256 * 1024;
  config.buffer.max_size = 14 * 1024 * 1024;
  config.buffer.when_full = buffer::WhenFull::drop_oldest;
  Bench bench(config, &folder);
  bench.plan.answers.assign(100000, {Delivery::Outcome::retry, 0, 0, {}, "connect", "t"});
  for (int i = 0; i < 200; ++i) {
    bench.send(std::to_string(1000 + i) + std::string(200 * 1024, '7'), i % 2 == 0 ? "a" : "b");
    bench.outlet->hurry(After::stored);
    bench.until([&] { return is_stored(bench); });
  }
  bench.plan.answers.clear();
  bench.until([&] { return bench.outlet->backlog() == 0; });
  CHECK(bench.count("fieldgate_sink_dropped_total") + bench.count("fieldgate_sink_delivered_total") == 200);
}

TEST_CASE("another number of lanes: when what was left is settled, the others go without further events") {
  const test::TempDir folder;
  OutletConfig config = on_disk();
  config.request.concurrency = 3;
  {
    Bench bench(config, &folder, 1);
    bench.plan.hold = true;
    for (int i = 0; i < 9; ++i) bench.send(std::to_string(100 + i), "device-" + std::to_string(i));
    bench.outlet->hurry(After::stored);
    bench.until([&] { return is_stored(bench); });
  }
  config.request.concurrency = 4;
  Bench bench(config, &folder, 2);
  bench.plan.hold = true;
  for (int i = 0; i < 9; ++i) bench.send(std::to_string(200 + i), "device-" + std::to_string(i));
  bench.outlet->hurry(After::stored);
  bench.until([&] { return is_stored(bench) && !bench.plan.delivered.empty(); });
  bench.plan.hold = false;
  bench.until([&] {
    bench.go.notify();
    return bench.outlet->backlog() == 0;
  });
  CHECK(bench.count("fieldgate_sink_delivered_total") == 18);
}

TEST_CASE("draining leaves what a dead service does not take on disk, without waiting for its time") {
  const test::TempDir folder;
  OutletConfig config = on_disk();
  config.request.retry_initial = config.request.retry_max = 1h;
  Bench bench(config, &folder);
  bench.plan.answers.assign(1000, {Delivery::Outcome::retry, 0, 0, {}, "connect", "t"});
  bench.send("1");
  bench.until([&] { return bench.count("fieldgate_sink_retries_total") > 0; });
  bench.send("2");
  std::uint64_t left = 0;
  bool done = false;
  bench.reactor.spawn(drain(*bench.outlet, 1h, left, done));
  bench.until([&] { return done; });
  CHECK(left == 2);
}

}  // namespace
}  // namespace fieldgate::sink
