// Something that coroutines of the reactor wait for.
#pragma once

#include "message/time.hpp"
#include "reactor/asio.hpp"

namespace fieldgate::reactor {

/// Wakes all who wait. Not a flag: who comes after `notify` waits for the next one, so check your condition before
/// waiting.
class Event {
 public:
  explicit Event(asio::io_context& io) : timer_(io, Timer::time_point::max()) {}

  void notify() { timer_.cancel(); }

  Awaitable<> wait() {
    error_code ignored;
    co_await timer_.async_wait(into(ignored));
  }

 private:
  Timer timer_;
};

}  // namespace fieldgate::reactor
