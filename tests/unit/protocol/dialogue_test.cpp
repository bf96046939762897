// Whose turn it is, where very many are asked.
#include "protocol/dialogue.hpp"

#include <deque>
#include <optional>
#include <string>
#include <utility>

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

/// Commands alone, and what is told of them: "failed expired unsaid", one after the other.
struct Orders {
  explicit Orders(bool half_duplex = true) : dialogue(asks, half_duplex) {
    command.exchange.timeout = 5s;
    dialogue.begin(now, 0, [](const Ask&) { return false; });
  }
  bool add(const std::string& name, Dialogue::Time not_after = Agenda::never) {
    Order order;
    order.command = &command;
    order.arguments = name;
    order.not_after = not_after;
    order.outcomes = [this, name](const Outcome& outcome) {
      told += name + " " + std::string(outcome.error) + (outcome.said ? " said;" : " unsaid;");
    };
    return dialogue.add(std::move(order));
  }
  Command command;
  std::vector<Ask> asks;
  Dialogue dialogue;
  Dialogue::Time now{1000s};
  std::string told;
};

TEST_CASE("a command whose time has come before its turn is never said, and the next has its turn") {
  Orders orders;
  REQUIRE(orders.add("first", orders.now + 10s));
  REQUIRE(orders.add("second", orders.now + 2s));
  REQUIRE(orders.add("third"));
  Dialogue::Open* const first = orders.dialogue.next(orders.now);
  REQUIRE(first != nullptr);
  orders.now += 2s;
  CHECK(orders.dialogue.next(orders.now) == nullptr);
  CHECK(orders.told.empty());  // its turn has not come
  orders.dialogue.close(*first, false);
  Dialogue::Open* const next = orders.dialogue.next(orders.now);
  REQUIRE(next != nullptr);
  CHECK(next->order.arguments == "third");
  CHECK(orders.told == "second expired unsaid;");
}

TEST_CASE("a command that is under way does not expire any more") {
  Orders orders;
  REQUIRE(orders.add("first", orders.now + 1s));
  REQUIRE(orders.dialogue.next(orders.now) != nullptr);
  orders.now += 2s;
  CHECK(orders.dialogue.next(orders.now) == nullptr);
  CHECK(orders.told.empty());
  CHECK(orders.dialogue.open().size() == 1);
}

TEST_CASE("at the end of a connection it is told of each command whether bytes of it may have gone out") {
  Orders orders(false);
  for (const char* name : {"first", "second", "third"}) REQUIRE(orders.add(name));
  Dialogue::Open* const first = orders.dialogue.next(orders.now);
  REQUIRE(first != nullptr);
  first->said = true;
  REQUIRE(orders.dialogue.next(orders.now) != nullptr);  // its turn has come, but its bytes could not be made yet
  orders.dialogue.fail_all("absent");
  CHECK(orders.told == "first absent said;second absent unsaid;third absent unsaid;");
  CHECK(orders.dialogue.idle());
}

TEST_CASE("more commands than may wait are refused, and nothing is told of them") {
  Orders orders;
  for (std::size_t i = 0; i < Dialogue::max_orders; ++i) REQUIRE(orders.add(std::to_string(i)));
  CHECK_FALSE(orders.add("another"));
  CHECK(orders.told.empty());
}

}  // namespace
}  // namespace fieldgate::protocol
