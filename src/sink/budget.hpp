// `budget` of a sink: how many bytes may be written in a span of time.
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <string_view>
#include <vector>

#include "message/result.hpp"
#include "message/time.hpp"

namespace fieldgate::sink {

/// A sliding window: in no span of the period's length is more spent than the budget. What was spent at one time comes
/// back a period later, in steps of a sixtieth of it. Pure: times come from outside, and are the steady clock's.
class Budget {
 public:
  using Time = std::chrono::steady_clock::time_point;

  struct Options {
    std::uint64_t bytes = 0;
    Duration period{};

    /// `5MiB/d`: a size, and a period of s, m, h or d.
    static Result<Options> parse(std::string_view text);
    bool operator==(const Options&) const = default;
  };

  /// Bytes, and how long ago they were spent.
  struct Spent {
    Duration age{};
    std::uint64_t bytes = 0;
    bool operator==(const Spent&) const = default;
  };

  explicit Budget(const Options& options) : options_(options) {}

  void spend(std::uint64_t bytes, Time now);

  /// What may still be spent at `now`.
  std::uint64_t left(Time now);

  /// When `bytes`, or the whole budget if it is less, may be spent: `now`, or later.
  Time when(std::uint64_t bytes, Time now);

  /// What still counts, the oldest first, to be kept over a restart; and back.
  std::vector<Spent> spent(Time now);
  void restore(const std::vector<Spent>& spent, Time now);

  const Options& options() const { return options_; }

 private:
  struct Slot {
    Time ends;  // all of it counts as spent then, and comes back a period later
    std::uint64_t bytes;
  };
  Duration width() const { return options_.period / 60; }
  void forget(Time now);

  Options options_;
  std::deque<Slot> slots_;
  std::uint64_t total_ = 0;
};

}  // namespace fieldgate::sink
