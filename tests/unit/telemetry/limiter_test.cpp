// Proves when a repeating line passes.
#include "telemetry/limiter.hpp"

#include "support/catch.hpp"

using fieldgate::telemetry::Limiter;

TEST_CASE("a key passes once a minute and then tells how many were left out") {
  Limiter limiter;
  const Limiter::Clock::time_point start{};
  std::uint64_t left_out = 99;
  CHECK(limiter.admit("sink a", "timeout", start, left_out));
  CHECK(left_out == 0);
  CHECK_FALSE(limiter.admit("sink a", "timeout", start + std::chrono::seconds(1), left_out));
  CHECK_FALSE(limiter.admit("sink a", "timeout", start + std::chrono::seconds(59), left_out));
  CHECK(limiter.admit("sink a", "timeout", start + std::chrono::seconds(60), left_out));
  CHECK(left_out == 2);
  CHECK_FALSE(limiter.admit("sink a", "timeout", start + std::chrono::seconds(61), left_out));
}

TEST_CASE("components and keys do not limit one another") {
  Limiter limiter;
  const Limiter::Clock::time_point start{};
  std::uint64_t left_out = 0;
  CHECK(limiter.admit("sink a", "timeout", start, left_out));
  CHECK(limiter.admit("sink b", "timeout", start, left_out));
  CHECK(limiter.admit("sink a", "refused", start, left_out));
}

TEST_CASE("keys without end do not take memory without end") {
  Limiter limiter;
  const Limiter::Clock::time_point start{};
  std::uint64_t left_out = 0;
  for (std::size_t key = 0; key < Limiter::max_keys; ++key) {
    REQUIRE(limiter.admit("x", std::to_string(key), start, left_out));
  }
  CHECK(limiter.admit("x", "one more", start, left_out));
  CHECK_FALSE(limiter.admit("x", "and another", start, left_out));
}
