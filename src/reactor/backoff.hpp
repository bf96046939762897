// How long to wait before trying again.
#pragma once

#include <algorithm>
#include <cstdint>

#include "message/time.hpp"

namespace fieldgate::reactor {

/// Exponential, capped, with full jitter in its upper half: the n-th wait lies between a half and the whole of
/// min(max, initial * 2^n). Pure: whoever uses it brings the randomness.
class Backoff {
 public:
  Backoff(Duration initial, Duration max) : initial_(initial), max_(max), next_(initial) {}

  /// The next wait. `random` is any number, well spread.
  Duration next(std::uint64_t random) {
    const auto whole = static_cast<std::uint64_t>(std::min(next_, max_).count());
    next_ = std::min(next_ * 2, max_);
    return Duration(static_cast<std::int64_t>(whole / 2 + random % (whole / 2 + 1)));
  }

  /// After a success: start small again.
  void reset() { next_ = initial_; }

 private:
  Duration initial_;
  Duration max_;
  Duration next_;
};

/// A well-spread number; not for secrets. Any thread.
std::uint64_t random_number();

}  // namespace fieldgate::reactor
