// How many deliveries of a sink may be under way at once: less while the service is overloaded.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>

#include "message/time.hpp"

namespace fieldgate::sink {

/// Additive increase, multiplicative decrease, between 1 and the configured number of lanes, where it starts. Halved
/// when the service says that it is too much, reduced by a quarter when answers take far longer than they use to; both
/// at most once a round trip, since all that was under way then suffers from the same. Pure: times come from outside.
class Concurrency {
 public:
  using Time = std::chrono::steady_clock::time_point;

  explicit Concurrency(std::size_t lanes) : lanes_(lanes), limit_(lanes) {}

  std::size_t limit() const { return limit_; }

  /// A delivery from `began` to `now` went well.
  void good(Time began, Time now);

  /// The service wants less.
  void overloaded(Time began, Time now);

 private:
  using Seconds = std::chrono::duration<double>;

  bool slow(Seconds took);
  void reduce(std::size_t limit, Time began, Time now);

  std::size_t lanes_;
  std::size_t limit_;
  std::size_t streak_ = 0;  // good answers since the limit last changed
  Time reduced_ = Time::min();
  Seconds smoothed_{0};  // 0: nothing yet
  Seconds usual_{0};     // the smallest of it, forgotten slowly
};

}  // namespace fieldgate::sink
