// Admission: who of a sink's lanes may send now.
#include "sink/admission.hpp"

#include <vector>

#include <fmt/format.h>

#include "support/catch.hpp"
#include "support/reactor.hpp"
#include "support/temp_dir.hpp"
#include "unit/config/reading.hpp"

using namespace fieldgate;
using namespace std::chrono_literals;
using sink::Admission;
using sink::Delivery;
using sink::FlowOptions;

namespace {

constexpr Delivery::Outcome retry = Delivery::Outcome::retry;

FlowOptions flow(const std::string& yaml) {
  FlowOptions options;
  if (yaml.empty()) return options;
  config::Reading reading(yaml, [&options](config::Section& root) { options = FlowOptions::read(root); });
  INFO(reading.printed);
  REQUIRE(reading.problems.errors() == 0);
  return options;
}

std::string problem_of(const std::string& yaml) {
  config::Reading reading(yaml, [](config::Section& root) {
    root.accept_all_keys();
    FlowOptions::read(root);
  });
  return reading.only();
}

Batch batch_of(std::size_t records, std::size_t bytes) {
  Batch batch;
  for (std::size_t i = 0; i < records; ++i) {
    batch.text() += std::string(bytes, 'x');
    batch.commit('\n', "", i + 1, {});
  }
  return batch;
}

/// An admission on a reactor, and lanes that ask it.
struct Gateway {
  explicit Gateway(std::size_t lanes, const std::string& yaml = "", std::filesystem::path file = {}) {
    request.concurrency = lanes;
    request.retry_initial = 1ms;
    request.retry_max = 2ms;
    const sink::Context context{"out",    reactor,       metrics, telemetry::Log("sink out"), environment, paths,
                                encoding, batch_options, request};
    admission = std::make_unique<Admission>(context, flow(yaml), std::move(file));
  }

  Awaitable<> ask(int lane) {
    co_await admission->enter();
    entered.push_back(lane);
  }

  void spawn(int lane) {
    reactor.spawn(ask(lane));
    turn();
  }

  /// Lets everything go on that can at once, or within a moment.
  void turn() {
    reactor.io().restart();
    reactor.io().poll();
  }

  bool wait_for(std::size_t entries) {
    return test::run_until(reactor, [&] { return entered.size() >= entries; });
  }

  /// One delivery of a whole portion, whose bytes cost twice as many on the wire, behind a head.
  std::size_t deliver(const Batch& batch, std::size_t first, std::uint64_t head = 0) {
    const std::size_t before = entered.size();
    spawn(0);
    REQUIRE(wait_for(before + 1));
    const std::size_t end = admission->portion(batch, first, batch.size());
    Delivery delivery;
    delivery.sent = head;
    for (std::size_t i = first; i < end; ++i) delivery.sent += 2 * batch.record(i).size();
    admission->leave(delivery, 1ms);
    return end;
  }

  double gauge(const std::string& name) const {
    const std::string text = metrics.prometheus();
    const std::size_t at = text.find("\n" + name + "{");
    return at == std::string::npos ? -1 : std::stod(text.substr(text.find("} ", at) + 2));
  }

  reactor::Reactor reactor;
  telemetry::Metrics metrics;
  expression::Environment environment{"plant-7", ""};
  expression::Paths paths;
  sink::Encoding encoding;
  sink::BatchOptions batch_options;
  sink::RequestOptions request;
  std::unique_ptr<Admission> admission;
  std::vector<int> entered;
};

/// What is delivered of `batch` until the budget holds it.
std::uint64_t deliver_until_held(Gateway& gateway, const Batch& batch) {
  std::uint64_t sent = 0;
  for (std::size_t at = 0; at < batch.size() && !gateway.admission->held();) {
    const std::size_t end = gateway.deliver(batch, at);
    for (; at < end; ++at) sent += 2 * batch.record(at).size();
  }
  return sent;
}

}  // namespace

TEST_CASE("all lanes may send at once, and no more than these") {
  Gateway gateway(2);
  for (const int lane : {1, 2, 3}) gateway.spawn(lane);
  CHECK(gateway.entered == std::vector<int>{1, 2});
  gateway.admission->leave(Delivery::done(), 1ms);
  REQUIRE(gateway.wait_for(3));
}

TEST_CASE("who waits longest is next") {
  Gateway gateway(1);
  for (const int lane : {1, 2, 3}) gateway.spawn(lane);
  gateway.admission->leave(Delivery::done(), 1ms);
  gateway.spawn(1);
  for (int i = 0; i < 2; ++i) {
    REQUIRE(gateway.wait_for(static_cast<std::size_t>(i) + 2));
    gateway.admission->leave(Delivery::done(), 1ms);
  }
  REQUIRE(gateway.wait_for(4));
  CHECK(gateway.entered == std::vector<int>{1, 2, 3, 1});
}

TEST_CASE("after a failure one lane tries for all, and its success lets the others go on") {
  Gateway gateway(3);
  gateway.spawn(1);
  CHECK(gateway.admission->leave({.outcome = retry}, 0ms) > 0ms);
  CHECK(gateway.admission->failing());
  for (const int lane : {1, 2, 3}) gateway.spawn(lane);
  REQUIRE(gateway.wait_for(2));
  test::run_until(
      gateway.reactor, [] { return false; }, 20ms);
  CHECK(gateway.entered.size() == 2);
  CHECK(gateway.admission->leave(Delivery::done(), 0ms) == 0ms);
  CHECK_FALSE(gateway.admission->failing());
  REQUIRE(gateway.wait_for(4));
}

TEST_CASE("an overloaded service gets fewer deliveries at once") {
  Gateway gateway(4);
  CHECK(gateway.gauge("fieldgate_sink_concurrency") == 4);
  gateway.spawn(1);
  gateway.admission->leave({.outcome = retry, .overloaded = true}, 0ms);
  CHECK(gateway.gauge("fieldgate_sink_concurrency") == 2);
}

TEST_CASE("stopping lets through who waits for the circuit") {
  Gateway gateway(1);
  gateway.spawn(1);
  gateway.admission->leave({.outcome = retry, .retry_after = 1h}, 0ms);
  gateway.spawn(2);
  CHECK(gateway.entered.size() == 1);
  gateway.admission->hurry();
  REQUIRE(gateway.wait_for(2));
  CHECK(gateway.admission->leave({.outcome = retry, .retry_after = 1h}, 0ms) == 1ms);
}

TEST_CASE("a closed schedule holds everything, also a stop, and is no failure") {
  // Open in a minute that is half a day away, whatever the time is now.
  const auto now = std::chrono::floor<std::chrono::minutes>(Instant::now().wall.time_since_epoch());
  const auto later = (now + 12h) % 24h;
  const auto text = [](Duration time) {
    const auto minutes = std::chrono::duration_cast<std::chrono::minutes>(time).count();
    return fmt::format("{:02}:{:02}", minutes / 60 % 24, minutes % 60);
  };
  Gateway gateway(1, "schedule: { open: [\"" + text(later) + "-" + text(later + 1min) + "\"] }");
  gateway.spawn(1);
  gateway.admission->hurry();
  gateway.turn();
  CHECK(gateway.entered.empty());
  CHECK(gateway.admission->held());
  CHECK_FALSE(gateway.admission->failing());
}

TEST_CASE("without a budget a batch goes as a whole") {
  Gateway gateway(1);
  CHECK(gateway.admission->portion(batch_of(100, 100), 3, 100) == 100);
  CHECK(gateway.gauge("fieldgate_sink_budget_left_bytes") == -1);
}

TEST_CASE("a budget is used up, and not exceeded by more than a record") {
  Gateway gateway(1, "budget: 100KiB/h");
  const std::uint64_t sent = deliver_until_held(gateway, batch_of(5000, 100));
  CHECK(sent <= 102400);
  CHECK(sent > 100000);
  CHECK(gateway.gauge("fieldgate_sink_budget_left_bytes") == Approx(102400 - static_cast<double>(sent)));
  gateway.admission->hurry();
  gateway.spawn(9);
  CHECK(gateway.entered.back() == 0);
  CHECK_FALSE(gateway.admission->failing());
}

TEST_CASE("a small budget is spent on records, not on the heads of requests") {
  const test::TempDir folder;
  Gateway gateway(1, "budget: 4KiB/h", folder / "budget");
  const Batch batch = batch_of(100, 100);
  std::size_t records = 0;
  std::uint64_t sent = 0;
  while (!gateway.admission->held()) {
    const std::size_t end = gateway.deliver(batch, records, 250);
    sent += 250 + 2 * 100 * (end - records);
    records = end;
  }
  CHECK(sent <= 4096);
  CHECK(records >= 13);  // one by one there would be 9
}

TEST_CASE("a budget smaller than a single record lets one through all the same") {
  Gateway gateway(1, "budget: 10B/h");
  CHECK(deliver_until_held(gateway, batch_of(3, 100)) == 200);
}

TEST_CASE("what is spent is kept over a kill, at every moment of a run") {
  const test::TempDir folder;
  std::uint64_t sent = 0;
  for (int run = 0; run < 100; ++run) {
    Gateway gateway(1, "budget: 100KiB/h", folder / "budget");
    const Batch batch = batch_of(2, 1000);
    for (std::size_t at = 0; at < batch.size() && !gateway.admission->held(); ++at) {
      gateway.deliver(batch, at);
      sent += 2000;
    }
  }
  CHECK(sent <= 102400);
  CHECK(sent > 10000);
}

TEST_CASE("a damaged budget file does not keep a sink from sending") {
  const test::TempDir folder;
  folder.write("budget", "nonsense");
  Gateway gateway(1, "budget: 100KiB/h", folder / "budget");
  CHECK(deliver_until_held(gateway, batch_of(5000, 100)) > 90000);
}

TEST_CASE("a budget file that cannot be written does not keep a sink from sending") {
  const test::TempDir folder;
  Gateway gateway(1, "budget: 100KiB/h", folder.write("plain", "") / "budget");
  CHECK(deliver_until_held(gateway, batch_of(5000, 100)) > 90000);
}

TEST_CASE("a wrong budget is a problem of its option") {
  CHECK(problem_of("budget: 5MiB").find("5MiB/d") != std::string::npos);
  CHECK(problem_of("{ type: console, budget: 5MiB/d }").find("network") != std::string::npos);
  CHECK(flow("budget: none") == FlowOptions{});
  CHECK(flow("budget: 1KiB/d").budget == sink::Budget::Options{.bytes = 1024, .period = 24h});
}
