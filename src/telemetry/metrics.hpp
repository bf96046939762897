// Counters as plain integers, gauges and histograms, written out as Prometheus text. The face of this room.
#pragma once

#include <array>
#include <bit>
#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace fieldgate::telemetry {

/// Counts up; read and written on the reactor's thread only.
using Counter = std::uint64_t;

using Labels = std::vector<std::pair<std::string_view, std::string>>;

/// Durations in buckets of powers of two from 16 us to about 67 s (and above). Observing is a few instructions.
class Histogram {
 public:
  void observe(std::chrono::steady_clock::duration duration, std::uint64_t times = 1) {
    const std::int64_t count = std::chrono::nanoseconds(duration).count();
    const std::uint64_t ns = count > 0 ? static_cast<std::uint64_t>(count) : 0;
    const std::uint64_t us = (ns + 999) / 1000;  // a bound belongs to its bucket
    const auto bucket = us <= 16 ? std::size_t{0} : static_cast<std::size_t>(std::bit_width(us - 1)) - 4;
    counts_[bucket < buckets ? bucket : buckets] += times;
    sum_ns_ += ns * times;
  }

  static constexpr std::size_t buckets = 23;
  static double upper_bound_seconds(std::size_t bucket);
  const std::array<std::uint64_t, buckets + 1>& counts() const { return counts_; }
  double sum_seconds() const { return static_cast<double>(sum_ns_) * 1e-9; }

 private:
  std::array<std::uint64_t, buckets + 1> counts_{};
  std::uint64_t sum_ns_ = 0;
};

/// All metrics of the process. What it hands out stays valid as long as it lives.
class Metrics {
 public:
  /// The counter of this name and labels; the same again yields the same counter. `help` counts for the family's first.
  Counter& counter(std::string_view name, const Labels& labels, std::string_view help);

  /// A value read when somebody asks for the metrics.
  void gauge(std::string_view name, const Labels& labels, std::string_view help, std::function<double()> read);

  Histogram& histogram(std::string_view name, const Labels& labels, std::string_view help);

  /// Makes the name of counters known before the first of them is.
  void declare(std::string_view name, std::string_view help);

  /// Everything, as Prometheus text exposition format 0.0.4.
  std::string prometheus() const;

 private:
  enum class Type : std::uint8_t { counter, gauge, histogram };
  struct Series {
    std::string labels;  // rendered: adapter="meters",reason="per_ip"
    Counter* counter = nullptr;
    Histogram* histogram = nullptr;
    std::function<double()> gauge;
  };
  struct Family {
    std::string name;
    std::string help;
    Type type = Type::counter;
    std::deque<Series> series;
  };
  Family& family(std::string_view name, std::string_view help, Type type);
  Series& series(std::string_view name, const Labels& labels, std::string_view help, Type type);

  std::deque<Family> families_;
  std::deque<Counter> counters_;
  std::deque<Histogram> histograms_;
};

/// Counters of one family that differ by their `reason`, made when a reason first comes up. For what is rare: it
/// searches.
class Reasons {
 public:
  Reasons(Metrics& metrics, std::string_view name, Labels labels, std::string_view help)
      : metrics_(metrics), name_(name), labels_(std::move(labels)), help_(help) {
    metrics.declare(name, help);
  }

  /// The counter of one reason; stays valid as long as the metrics.
  Counter& of(std::string_view reason);

  void count(std::string_view reason, std::uint64_t times = 1) { of(reason) += times; }
  std::uint64_t total() const;
  /// Of one reason; 0 where it has not come.
  std::uint64_t count_of(std::string_view reason) const;

 private:
  Metrics& metrics_;
  std::string name_;
  Labels labels_;
  std::string help_;
  std::vector<std::pair<std::string, Counter*>> reasons_;
};

}  // namespace fieldgate::telemetry
