// Whose turn it is, where very many are asked.
#include "protocol/dialogue.hpp"

#include <deque>
#include <optional>

#include "support/catch.hpp"

namespace fieldgate::protocol {
namespace {

using namespace std::chrono_literals;

struct Many {
  explicit Many(std::size_t count, bool half_duplex) {
    for (std::size_t i = 0; i < count; ++i) {
      Request& request = requests.emplace_back();
      request.every = 10s;
      request.at_connect = true;
      asks.push_back({&request, {}});
    }
    dialogue.emplace(asks, half_duplex);
    dialogue->begin(now, 0, [](const Ask&) { return false; });
  }
  std::deque<Request> requests;
  std::vector<Ask> asks;
  std::optional<Dialogue> dialogue;
  Dialogue::Time now{1000s};
};

TEST_CASE("with half_duplex one waits, without so many as each frame can be held against") {
  Many one(200, true);
  CHECK(one.dialogue->next(one.now) != nullptr);
  CHECK(one.dialogue->next(one.now) == nullptr);
  Many many(200, false);
  std::size_t open = 0;
  while (many.dialogue->next(many.now) != nullptr) ++open;
  CHECK(open == Dialogue::max_open);
  CHECK(many.dialogue->due() == many.now + 5s);  // the first time-out
  many.dialogue->close(many.dialogue->open().front(), false);
  Dialogue::Open* const next = many.dialogue->next(many.now);
  REQUIRE(next != nullptr);
  CHECK(next->ask == &many.asks[Dialogue::max_open]);
}

TEST_CASE("all have their turn, in the order of the file, and again after the interval") {
  Many many(1000, false);
  for (int round = 0; round < 2; ++round) {
    for (const Ask& ask : many.asks) {
      Dialogue::Open* const open = many.dialogue->next(many.now);
      REQUIRE(open != nullptr);
      REQUIRE(open->ask == &ask);
      many.dialogue->close(*open, false);
    }
    CHECK(many.dialogue->next(many.now) == nullptr);
    CHECK(many.dialogue->due() == many.now + 10s);
    many.now += 10s;
  }
}

TEST_CASE("what is postponed comes in its order") {
  Many many(3, true);
  many.dialogue->postpone(many.now, many.now + 3s);
  CHECK(many.dialogue->next(many.now) == nullptr);
  CHECK(many.dialogue->due() == many.now + 3s);
  many.now += 3s;
  CHECK(many.dialogue->next(many.now)->ask == many.asks.data());
}

}  // namespace
}  // namespace fieldgate::protocol
