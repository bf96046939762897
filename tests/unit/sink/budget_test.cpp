// The budget: a sliding window over what was spent.
#include "sink/budget.hpp"

#include "support/catch.hpp"

using namespace fieldgate;
using namespace std::chrono_literals;
using sink::Budget;

namespace {

const Budget::Time start{100h};

Budget a_minute_s_budget() { return Budget({.bytes = 1000, .period = 1min}); }

}  // namespace

TEST_CASE("a budget is a size and a period") {
  CHECK(*Budget::Options::parse("5MiB/d") == Budget::Options{.bytes = 5 * 1024 * 1024, .period = 24h});
  CHECK(*Budget::Options::parse("100KB/h") == Budget::Options{.bytes = 100000, .period = 1h});
  CHECK(*Budget::Options::parse("1B/m") == Budget::Options{.bytes = 1, .period = 1min});
  CHECK(*Budget::Options::parse("2KiB/s") == Budget::Options{.bytes = 2048, .period = 1s});
}

TEST_CASE("what is no budget gets an error that says what to write") {
  for (const std::string_view text : {"5MiB", "5/d", "5MiB/w", "/d", "0B/d", "5MiB/", "-1MiB/d", "5MiB/d/d"}) {
    const auto parsed = Budget::Options::parse(text);
    CAPTURE(text);
    REQUIRE_FALSE(parsed);
    CHECK(parsed.error().text.find("like") != std::string::npos);
  }
}

TEST_CASE("what is spent is gone for a period, and then comes back") {
  Budget budget = a_minute_s_budget();
  CHECK(budget.left(start) == 1000);
  budget.spend(700, start);
  CHECK(budget.left(start) == 300);
  CHECK(budget.left(start + 59s) == 300);
  CHECK(budget.left(start + 62s) == 1000);
}

TEST_CASE("in no span of the period's length is more spent than the budget") {
  Budget budget = a_minute_s_budget();
  std::vector<std::pair<Budget::Time, std::uint64_t>> log;
  for (Budget::Time now = start; now < start + 10min; now += 700ms) {
    const std::uint64_t bytes = std::min<std::uint64_t>(budget.left(now), 333);
    budget.spend(bytes, now);
    log.emplace_back(now, bytes);
    std::uint64_t in_a_minute = 0;
    for (const auto& [time, spent] : log) in_a_minute += time > now - 1min ? spent : 0;
    REQUIRE(in_a_minute <= 1000);
  }
  std::uint64_t total = 0;
  for (const auto& [time, spent] : log) total += spent;
  CHECK(total >= 9000);  // and what there is is used
}

TEST_CASE("more than the budget may be spent by mistake; it is made up for") {
  Budget budget = a_minute_s_budget();
  budget.spend(1500, start);
  budget.spend(200, start + 30s);
  CHECK(budget.left(start + 30s) == 0);
  CHECK(budget.left(start + 62s) == 800);
}

TEST_CASE("it says when there will be enough") {
  Budget budget = a_minute_s_budget();
  CHECK(budget.when(1000, start) == start);
  budget.spend(600, start);
  budget.spend(400, start + 10s);
  CHECK(budget.when(0, start + 10s) == start + 10s);
  const auto first = budget.when(1, start + 10s);
  const auto all = budget.when(1000, start + 10s);
  CHECK(budget.when(5000, start + 10s) == all);
  CHECK(budget.left(first - 1us) == 0);
  CHECK(budget.left(first) == 600);
  CHECK(budget.left(all - 1us) == 600);
  CHECK(budget.left(all) == 1000);
}

TEST_CASE("what was spent before a restart still counts, by its age") {
  Budget before = a_minute_s_budget();
  before.spend(600, start);
  before.spend(300, start + 30s);
  const auto spent = before.spent(start + 31s);

  Budget after = a_minute_s_budget();
  const Budget::Time later{5h};  // another run's steady clock
  after.restore(spent, later);
  CHECK(after.left(later) == 100);
  CHECK(after.left(later + 31s) == 700);
  CHECK(after.left(later + 62s) == 1000);
}

TEST_CASE("what is older than the period does not count") {
  Budget budget = a_minute_s_budget();
  budget.restore({{61s, 900}, {1s, 50}}, start);
  CHECK(budget.left(start) == 950);
}
