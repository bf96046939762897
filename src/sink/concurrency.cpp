// Concurrency: AIMD.
#include "sink/concurrency.hpp"

namespace fieldgate::sink {

namespace {

/// Of each new latency in the smoothed one.
constexpr double weight = 0.2;

/// The usual latency follows a lasting change in some hundred answers.
constexpr double forgetting = 0.01;

/// Far above the usual: so many times, and at least so much, that neither jitter nor a larger batch counts as load.
constexpr double far_above = 3;
constexpr std::chrono::duration<double> least_excess{0.1};

}  // namespace

void Concurrency::good(Time began, Time now) {
  if (slow(now - began)) return reduce(limit_ - limit_ / 4, began, now);
  if (++streak_ < limit_ || limit_ == lanes_) return;
  ++limit_;
  streak_ = 0;
}

void Concurrency::overloaded(Time began, Time now) { reduce(limit_ / 2, began, now); }

bool Concurrency::slow(Seconds took) {
  smoothed_ = smoothed_.count() > 0 ? smoothed_ + weight * (took - smoothed_) : took;
  usual_ = usual_.count() > 0 ? std::min(smoothed_, usual_ + forgetting * (smoothed_ - usual_)) : smoothed_;
  return smoothed_ > far_above * usual_ && smoothed_ > usual_ + least_excess;
}

void Concurrency::reduce(std::size_t limit, Time began, Time now) {
  if (began < reduced_) return;
  reduced_ = now;
  limit_ = std::max<std::size_t>(limit, 1);
  streak_ = 0;
}

}  // namespace fieldgate::sink
