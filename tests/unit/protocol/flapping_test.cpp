// Flapping: how often a newer connection may take over.
#include "protocol/flapping.hpp"

#include "support/catch.hpp"

namespace fieldgate::protocol {
namespace {

using namespace std::chrono_literals;
using Time = Flapping::Clock::time_point;

constexpr Time start{1000s};

TEST_CASE("a device may take its connection over three times a minute, for ever") {
  Flapping flapping;
  for (Time now = start; now < start + 1h; now += 20s) CHECK(flapping.may_take_over("a", now));
}

TEST_CASE("the fourth takeover within a minute is refused for a second, and others' are not") {
  Flapping flapping;
  for (int i = 0; i < 3; ++i) CHECK(flapping.may_take_over("a", start));
  CHECK_FALSE(flapping.may_take_over("a", start));
  CHECK_FALSE(flapping.may_take_over("a", start + 999ms));
  CHECK(flapping.may_take_over("b", start));
  CHECK(flapping.may_take_over("a", start + 1s));
}

TEST_CASE("each further takeover has to wait twice as long, up to a minute") {
  Flapping flapping;
  for (int i = 0; i < 3; ++i) flapping.may_take_over("a", start);
  Time now = start;
  for (const auto wait : {1s, 2s, 4s, 8s, 16s, 32s, 60s, 60s}) {
    CAPTURE(wait.count());
    CHECK_FALSE(flapping.may_take_over("a", now));
    for (Time again = now; again < now + wait; again += 500ms) CHECK_FALSE(flapping.may_take_over("a", again));
    now += wait;
    CHECK(flapping.may_take_over("a", now));
  }
}

TEST_CASE("after a quiet minute all is forgiven") {
  Flapping flapping;
  for (int i = 0; i < 5; ++i) flapping.may_take_over("a", start);
  for (int i = 0; i < 3; ++i) CHECK(flapping.may_take_over("a", start + 1min));
}

TEST_CASE("however many ids flap, few are remembered") {
  Flapping flapping;
  for (int i = 0; i < 20'000; ++i) flapping.may_take_over(std::to_string(i), start);
  CHECK(flapping.size() <= Flapping::max_ids);
}

}  // namespace
}  // namespace fieldgate::protocol
