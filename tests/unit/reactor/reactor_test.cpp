// Blocking calls, lookups and lives.
#include "reactor/reactor.hpp"

#include <future>
#include <thread>

#include "reactor/backoff.hpp"
#include "reactor/event.hpp"
#include "support/catch.hpp"

namespace fieldgate::reactor {
namespace {

/// Runs `work` on a reactor until it returns.
void run(Reactor& reactor, Awaitable<> work) {
  reactor.spawn(std::move(work));
  reactor.run();
}

Awaitable<> block_once(Reactor& reactor, std::thread::id& where, std::thread::id& back) {
  co_await reactor.blocking([&where] { where = std::this_thread::get_id(); });
  back = std::this_thread::get_id();
}

TEST_CASE("a blocking call runs on another thread and comes back") {
  Reactor reactor;
  std::thread::id where;
  std::thread::id back;
  run(reactor, block_once(reactor, where, back));
  CHECK(where != std::this_thread::get_id());
  CHECK(back == std::this_thread::get_id());
}

Awaitable<> look_up(Reactor& reactor, std::string host, std::vector<asio::ip::address>& found, std::string& error) {
  auto answer = co_await reactor.resolve(host, std::chrono::seconds(10));
  if (answer)
    found = *answer;
  else
    error = answer.error().text;
}

TEST_CASE("literals and localhost resolve") {
  for (const char* host : {"127.0.0.1", "::1", "localhost"}) {
    Reactor reactor;
    std::vector<asio::ip::address> found;
    std::string error;
    run(reactor, look_up(reactor, host, found, error));
    INFO(host << " " << error);
    REQUIRE_FALSE(found.empty());
    CHECK(found.front().is_loopback());
  }
}

TEST_CASE("a name that cannot exist is an error that names it") {
  Reactor reactor;
  std::vector<asio::ip::address> found;
  std::string error;
  run(reactor, look_up(reactor, "no..such..host", found, error));
  CHECK(found.empty());
  CHECK(error.find("no..such..host") != std::string::npos);
}

Awaitable<> wait_for(Event& event, int& woken) {
  co_await event.wait();
  ++woken;
}

TEST_CASE("an event wakes all who wait, and nobody else") {
  Reactor reactor;
  Event event(reactor.io());
  int woken = 0;
  reactor.spawn(wait_for(event, woken));
  reactor.spawn(wait_for(event, woken));
  reactor.io().poll();
  CHECK(woken == 0);
  event.notify();
  reactor.io().poll();
  CHECK(woken == 2);
}

TEST_CASE("waits double up to the cap, and jitter stays in their upper half") {
  using namespace std::chrono_literals;
  Backoff low(1s, 10s);
  Backoff high(1s, 10s);
  for (const Duration whole : {Duration(1s), Duration(2s), Duration(4s), Duration(8s), Duration(10s), Duration(10s)}) {
    CHECK(low.next(0) == whole / 2);
    CHECK(high.next(static_cast<std::uint64_t>(whole.count() / 2)) == whole);
  }
  low.reset();
  CHECK(low.next(0) == 500ms);
}

TEST_CASE("a reactor ends although a blocking call has not") {
  std::promise<void> release;
  auto released = release.get_future().share();
  {
    Reactor reactor;
    std::thread::id where;
    std::promise<void> begun;
    auto has_begun = begun.get_future();
    reactor.spawn(reactor.blocking([released, &begun] {
      begun.set_value();
      released.wait();
    }));
    reactor.io().poll();
    has_begun.wait();
  }
  release.set_value();
}

}  // namespace
}  // namespace fieldgate::reactor
