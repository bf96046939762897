// Circuit: closed, open, half open.
#include "sink/circuit.hpp"

#include <algorithm>

namespace fieldgate::sink {

Circuit::Time Circuit::next() const {
  if (!failing_) return Time::min();
  return probing_ && !hurried_ ? Time::max() : until_;
}

Duration Circuit::leave(const Result& result, Time began, Time now, std::uint64_t random) {
  const bool stale = failing_ && began < opened_ && !hurried_;
  if (stale) {
    if (result.failed && result.retry_after) until_ = std::max(until_, now + *result.retry_after);
    return std::chrono::duration_cast<Duration>(std::max(until_ - now, Time::duration::zero()));
  }
  probing_ = false;
  if (!result.failed) {
    failing_ = false;
    backoff_.reset();
    return {};
  }
  if (result.progress) backoff_.reset();
  const Duration own = hurried_ ? initial_ : backoff_.next(random);
  // A service that says when knows better than our guess, which grows to minutes in a long outage.
  return open_for(result.retry_after && !hurried_ ? std::max(initial_, *result.retry_after) : own, now);
}

Duration Circuit::open_for(Duration wait, Time now) {
  failing_ = true;
  opened_ = now;
  until_ = now + wait;
  return wait;
}

void Circuit::hurry() {
  hurried_ = true;
  until_ = Time::min();
}

}  // namespace fieldgate::sink
