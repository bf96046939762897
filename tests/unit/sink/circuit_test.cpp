// The circuit: waits that grow, one probe, and what the service asks for.
#include "sink/circuit.hpp"

#include "support/catch.hpp"

using namespace fieldgate;
using namespace std::chrono_literals;
using sink::Circuit;

namespace {

const Circuit::Time start{1h};
constexpr Circuit::Result ok{};
constexpr Circuit::Result failed{.failed = true};
constexpr std::uint64_t whole = 500000;  // of the jitter: 500 ms of the upper half of a second are 500,001 steps

Circuit open_circuit() {
  Circuit circuit(1s, 1min);
  circuit.enter();
  circuit.leave(failed, start, start, whole);
  return circuit;
}

}  // namespace

TEST_CASE("a closed circuit lets everyone in at any time") {
  Circuit circuit(1s, 1min);
  CHECK(circuit.next() <= start);
  circuit.enter();
  circuit.enter();
  CHECK(circuit.leave(ok, start, start, 0) == Duration());
  CHECK(circuit.next() <= start);
  CHECK_FALSE(circuit.failing());
}

TEST_CASE("after a failure all wait, then one tries") {
  Circuit circuit = open_circuit();
  CHECK(circuit.failing());
  CHECK(circuit.next() == start + 1s);
  circuit.enter();
  CHECK(circuit.next() == Circuit::Time::max());
}

TEST_CASE("the probe's success lets the others go on, and the next failure begins small") {
  Circuit circuit = open_circuit();
  circuit.enter();
  circuit.leave(ok, start + 1s, start + 2s, 0);
  CHECK_FALSE(circuit.failing());
  CHECK(circuit.next() <= start);
  circuit.enter();
  CHECK(circuit.leave(failed, start + 2s, start + 2s, 0) == 500ms);
}

TEST_CASE("each failed probe doubles the wait, up to the longest") {
  Circuit circuit(1s, 3s);
  Circuit::Time now = start;
  std::vector<Duration> waits;
  for (int i = 0; i < 4; ++i) {
    circuit.enter();
    waits.push_back(circuit.leave(failed, now, now, 0));
    now += waits.back();
  }
  CHECK(waits == std::vector<Duration>{500ms, 1s, 1500ms, 1500ms});
}

TEST_CASE("deliveries that were under way when the circuit opened do not make the wait longer") {
  Circuit circuit(1s, 1min);
  circuit.enter();
  circuit.enter();
  circuit.leave(failed, start - 1s, start, whole);
  CHECK(circuit.leave(failed, start - 1s, start + 400ms, whole) == 600ms);
  CHECK(circuit.next() == start + 1s);
  circuit.enter();
  CHECK(circuit.leave(failed, start + 1s, start + 1s, whole * 2) <= 2s);
}

TEST_CASE("a late success of before the circuit opened does not close it") {
  Circuit circuit = open_circuit();
  circuit.leave(ok, start - 1s, start + 100ms, 0);
  CHECK(circuit.failing());
}

TEST_CASE("what a late failure asks for is waited for, and the probe under way still counts") {
  Circuit circuit = open_circuit();
  circuit.enter();  // the probe, at start + 1s
  circuit.leave({.failed = true, .retry_after = 30s}, start - 1s, start + 1s, 0);
  circuit.leave(ok, start + 1s, start + 2s, 0);
  CHECK_FALSE(circuit.failing());
}

TEST_CASE("Retry-After wins over our guess, longer or shorter, but for the shortest wait") {
  Circuit circuit(1s, 1min);
  circuit.enter();
  CHECK(circuit.leave({.failed = true, .retry_after = 5min}, start, start, 0) == 5min);
  circuit.enter();
  CHECK(circuit.leave({.failed = true, .retry_after = 0s}, start + 5min, start + 5min, 0) == 1s);
}

TEST_CASE("a failure behind some progress waits the first wait") {
  Circuit circuit(1s, 1min);
  Circuit::Time now = start;
  for (int i = 0; i < 5; ++i) {
    circuit.enter();
    now += circuit.leave(failed, now, now, 0);
  }
  circuit.enter();
  CHECK(circuit.leave({.failed = true, .progress = true}, now, now, 0) == 500ms);
}

TEST_CASE("stopping ends the wait, and later ones are short for each lane by itself") {
  Circuit circuit = open_circuit();
  circuit.hurry();
  CHECK(circuit.next() <= start);
  circuit.enter();
  CHECK(circuit.next() <= start);
  CHECK(circuit.leave({.failed = true, .retry_after = 1h}, start + 1ms, start + 2ms, 0) == 1s);
  CHECK(circuit.next() == start + 2ms + 1s);
}
