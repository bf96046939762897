// Who of a sink's lanes may send now: the circuit, the concurrency that adapts, the budget, the schedule.
#pragma once

#include <chrono>
#include <filesystem>
#include <memory>
#include <string>

#include "reactor/backoff.hpp"
#include "reactor/event.hpp"
#include "sink/sink.hpp"

namespace fieldgate::sink {

/// `budget` and `schedule` of a sink.
struct FlowOptions {
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
  /// `budget_file`: where what is spent is kept over restarts; empty without a data_dir.
  Admission(const Context& context, const FlowOptions& options, std::filesystem::path budget_file);
  ~Admission();

  /// Returns when this lane may send. Every entry is followed by exactly one leave().
  Awaitable<> enter();

  /// What became of it, and how long it took. Returns how long the sink will now wait (for the log; zero if not).
  Duration leave(const Delivery& delivery, Duration took);

  /// For stopping: whoever waits is let through, and failures are tried again after retry_initial.
  void hurry();

  /// Whether the last attempt failed: the circuit is open, or half open.
  bool failing() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace fieldgate::sink
