// The way back to the reactor for threads that may outlive it.
#pragma once

#include <memory>
#include <mutex>
#include <utility>

#include "reactor/reactor.hpp"

namespace fieldgate::reactor {

struct Reactor::Home {
  explicit Home(asio::io_context* context) : io(context) {}

  /// Any thread. Dropped where the reactor is gone.
  template <class Handler>
  void post(Handler handler) {
    const std::scoped_lock lock(mutex);
    if (io != nullptr) asio::post(*io, std::move(handler));
  }

  std::mutex mutex;
  asio::io_context* io;
};

/// What a coroutine waits with for a job on another thread. The job knows it only weakly: the timer must die with the
/// coroutine, on the reactor.
struct Handover {
  explicit Handover(asio::io_context& io) : done(io, Timer::time_point::max()) {}

  /// On the reactor: wakes the coroutine, if it still waits.
  static void finish(const std::weak_ptr<Handover>& waiting) {
    const auto handover = waiting.lock();
    if (!handover) return;
    handover->finished = true;
    handover->done.cancel();
  }

  Timer done;
  bool finished = false;
};

}  // namespace fieldgate::reactor
