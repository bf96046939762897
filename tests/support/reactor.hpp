// Running a reactor until something has happened. For test programs that link the reactor's room.
#pragma once

#include <chrono>

#include "reactor/reactor.hpp"

namespace fieldgate::test {

/// Runs `reactor` until `condition` holds; false if it does not within `deadline`. What other threads do is seen within
/// 10 ms.
template <class Condition>
bool run_until(reactor::Reactor& reactor, Condition condition,
               std::chrono::milliseconds deadline = std::chrono::seconds(20)) {
  const auto end = std::chrono::steady_clock::now() + deadline;
  while (!condition()) {
    if (std::chrono::steady_clock::now() >= end) return false;
    reactor.io().restart();
    reactor.io().run_one_for(std::chrono::milliseconds(10));
  }
  return true;
}

/// Runs `work` to its end; false if it does not end within `deadline`.
inline bool run_to_end(reactor::Reactor& reactor, Awaitable<> work,
                       std::chrono::milliseconds deadline = std::chrono::seconds(20)) {
  bool done = false;
  asio::co_spawn(reactor.io(), std::move(work), [&done](std::exception_ptr) { done = true; });
  return run_until(
      reactor, [&] { return done; }, deadline);
}

}  // namespace fieldgate::test
