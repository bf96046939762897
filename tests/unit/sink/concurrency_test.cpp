// Concurrency that adapts to what the service can bear.
#include "sink/concurrency.hpp"

#include "support/catch.hpp"

using namespace fieldgate;
using namespace std::chrono_literals;
using sink::Concurrency;

namespace {

const Concurrency::Time start{1h};

/// A number of answers, one after the other, of the same latency.
Concurrency::Time answers(Concurrency& concurrency, int number, Duration took, Concurrency::Time now) {
  for (int i = 0; i < number; ++i) {
    concurrency.good(now, now + took);
    now += took;
  }
  return now;
}

}  // namespace

TEST_CASE("it starts at the configured lanes and never goes above them") {
  Concurrency concurrency(4);
  CHECK(concurrency.limit() == 4);
  answers(concurrency, 100, 10ms, start);
  CHECK(concurrency.limit() == 4);
}

TEST_CASE("an overloaded service gets half, and never less than one") {
  Concurrency concurrency(8);
  Concurrency::Time now = start;
  for (const std::size_t limit : {4U, 2U, 1U, 1U}) {
    concurrency.overloaded(now, now + 10ms);
    CHECK(concurrency.limit() == limit);
    now += 10ms;
  }
}

TEST_CASE("refusals of one round trip halve once") {
  Concurrency concurrency(8);
  for (int lane = 0; lane < 8; ++lane) concurrency.overloaded(start, start + 10ms);
  CHECK(concurrency.limit() == 4);
  concurrency.overloaded(start + 10ms, start + 20ms);
  CHECK(concurrency.limit() == 2);
}

TEST_CASE("one more after as many good answers as there are lanes") {
  Concurrency concurrency(8);
  concurrency.overloaded(start, start);
  REQUIRE(concurrency.limit() == 4);
  const auto now = answers(concurrency, 3, 10ms, start);
  CHECK(concurrency.limit() == 4);
  answers(concurrency, 1, 10ms, now);
  CHECK(concurrency.limit() == 5);
  answers(concurrency, 5, 10ms, now);
  CHECK(concurrency.limit() == 6);
}

TEST_CASE("a refusal begins the count of good answers anew") {
  Concurrency concurrency(8);
  concurrency.overloaded(start, start);
  auto now = answers(concurrency, 3, 10ms, start);
  concurrency.overloaded(now, now);
  now = answers(concurrency, 1, 10ms, now);
  CHECK(concurrency.limit() == 2);
}

TEST_CASE("answers that take far longer than they use to reduce it") {
  Concurrency concurrency(8);
  const auto now = answers(concurrency, 50, 50ms, start);
  CHECK(concurrency.limit() == 8);
  answers(concurrency, 20, 2s, now);
  CHECK(concurrency.limit() < 8);
}

TEST_CASE("small latencies may vary as they like") {
  Concurrency concurrency(8);
  const auto now = answers(concurrency, 50, 1ms, start);
  answers(concurrency, 50, 50ms, now);
  CHECK(concurrency.limit() == 8);
}

TEST_CASE("a latency that stays becomes the usual one") {
  Concurrency concurrency(4);
  auto now = answers(concurrency, 50, 50ms, start);
  now = answers(concurrency, 20, 1s, now);
  REQUIRE(concurrency.limit() < 4);
  answers(concurrency, 1000, 1s, now);
  CHECK(concurrency.limit() == 4);
}
