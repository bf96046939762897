// How long to wait before connecting again.
#include "mqtt/patience.hpp"

#include "support/catch.hpp"

using namespace fieldgate;
using namespace std::chrono_literals;
using mqtt::Ending;
using mqtt::Patience;

namespace {

// With the defaults of `reconnect`, and the shortest of what the jitter gives.
Patience usual() { return {1s, 2min}; }

}  // namespace

TEST_CASE("a broker that is away is asked sooner at first, then less and less often") {
  Patience patience = usual();
  std::vector<Duration> waits;
  for (int i = 0; i < 9; ++i) waits.push_back(patience.next(Ending::unstable, 0));
  CHECK(waits.front() == 500ms);
  CHECK(waits[3] == 4s);
  CHECK(waits.back() == 1min);
}

TEST_CASE("a connection that lasted begins the waits anew") {
  Patience patience = usual();
  for (int i = 0; i < 9; ++i) patience.next(Ending::unstable, 0);
  CHECK(patience.next(Ending::stable, 0) == 500ms);
}

TEST_CASE("a broker that refuses who we are is left alone for a minute at least, from the first time on") {
  Patience patience = usual();
  for (int i = 0; i < 5; ++i) {
    const Duration wait = patience.next(Ending::refused, 0);
    CHECK(wait >= 1min);
    CHECK(wait <= 2min);
  }
}

TEST_CASE(
    "two clients of one name come back less than twice a minute after the third time, and at last each 5 minutes") {
  Patience patience = usual();
  std::vector<Duration> waits;
  for (int i = 0; i < 8; ++i) waits.push_back(patience.next(Ending::taken_over, 0));
  CHECK(waits[0] == 7500ms);
  CHECK(waits[2] >= 30s);
  CHECK(waits.back() == 150s);
  CHECK(patience.next(Ending::taken_over, 150000000) == 5min);
}
