// Runs one coroutine on a reactor to its end, for a test that waits for its result.
#pragma once

#include <optional>
#include <utility>

#include "reactor/reactor.hpp"

namespace fieldgate::test {

template <class T>
Awaitable<> keep_result(Awaitable<T> work, std::optional<T>& result, reactor::Reactor& reactor) {
  result.emplace(co_await std::move(work));
  reactor.stop();
}

/// The result of `work`. What else was spawned goes on with the next call.
template <class T>
T run_on(reactor::Reactor& reactor, Awaitable<T> work) {
  std::optional<T> result;
  reactor.spawn(keep_result(std::move(work), result, reactor));
  reactor.io().restart();
  reactor.run();
  return std::move(*result);
}

}  // namespace fieldgate::test
