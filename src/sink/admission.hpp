// Who of a sink's lanes may send now: the circuit, the concurrency that adapts, the budget, the schedule.
#pragma once

#include <chrono>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "sink/budget.hpp"
#include "sink/schedule.hpp"
#include "sink/sink.hpp"

namespace fieldgate::sink {

/// `budget` and `schedule` of a sink.
struct FlowOptions {
  std::optional<Budget::Options> budget;
  Schedule schedule;

  static FlowOptions read(config::Section& sink);
  bool operator==(const FlowOptions&) const = default;
};

/// Stands before every delivery of a sink, once for all its lanes.
///
/// Circuit: after a failure the whole sink waits (backoff with jitter, or what the service asked for); then one lane
/// tries, and only its success lets the others go on. Concurrency: starts at the configured number of lanes, is halved
/// by 429 and 503, shrinks where latency grows far beyond the usual, and grows by one after as many good answers as
/// it is large. Budget and schedule (config.md, Delivery) hold everything, without counting as a failure.
class Admission {
 public:
  /// `budget_file`: where what is spent is kept over restarts; empty without a data_dir. Reads it.
  Admission(const Context& context, const FlowOptions& options, std::filesystem::path budget_file);
  ~Admission();

  /// Returns when this lane may send: in the order of the calls. Every entry is followed by exactly one
  /// leave() or withdraw().
  Awaitable<> enter();

  /// After enter(): how far to go in `batch` from record `first` towards `last` (not included), so that the budget is
  /// not exceeded; at least one record, and all of them where there is no budget. Call it once for each entry.
  std::size_t portion(const Batch& batch, std::size_t first, std::size_t last);

  /// What became of it, and how long it took. Returns how long the sink will now wait (for the log; zero if not).
  Duration leave(const Delivery& delivery, Duration took);

  /// There is nothing to send after all.
  void withdraw();

  /// For stopping: whoever waits for the circuit is let through, and failures are tried again after retry_initial.
  /// Budget and schedule hold all the same: they were set for what bytes cost.
  void hurry();

  /// Whether the last attempt failed: the circuit is open, or half open.
  bool failing() const;

  /// Whether the budget or the schedule holds everything now: a stop need not wait for it.
  bool held() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace fieldgate::sink
