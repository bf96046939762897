// Whether a service that failed may be tried again: the wait after a failure, and the one probe behind it.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

#include "reactor/backoff.hpp"

namespace fieldgate::sink {

/// One circuit for all lanes of a sink. Closed: everyone may send. After a failure it is open for a while that grows
/// with each further one; then it is half open: one delivery goes, and its success alone lets the others go on. Pure:
/// times and randomness come from outside.
class Circuit {
 public:
  using Time = std::chrono::steady_clock::time_point;

  /// The waits without a word from the service: between `initial` and `max`, doubled each time, with jitter.
  Circuit(Duration initial, Duration max) : initial_(initial), backoff_(initial, max) {}

  /// The earliest time at which a delivery may begin; the far end of time while the probe is under way.
  Time next() const;

  /// A delivery begins, not before next().
  void enter() { probing_ = failing_; }

  struct Result {
    bool failed = false;    ///< the service did not take it, for now
    bool progress = false;  ///< but some of it
    std::optional<Duration> retry_after;
  };
  /// A delivery that began at `began` has ended. Returns how long nobody will try now. What began before the circuit
  /// opened tells nothing new, but that the service asks for a longer wait.
  Duration leave(const Result& result, Time began, Time now, std::uint64_t random);

  /// A delivery that had entered was not made after all: another may be the probe.
  void withdraw() { probing_ = false; }

  /// For stopping: the wait ends, and later ones are of the first length, for each lane by itself.
  void hurry();

  bool failing() const { return failing_; }

 private:
  Duration open_for(Duration wait, Time now);

  Duration initial_;
  reactor::Backoff backoff_;
  Time opened_{};  // what began before is old news
  Time until_{};
  bool failing_ = false;
  bool probing_ = false;
  bool hurried_ = false;
};

}  // namespace fieldgate::sink
