// A budget in use: kept ahead in a file, so that not even a kill lets a sink spend more.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "reactor/reactor.hpp"
#include "sink/budget.hpp"
#include "telemetry/log.hpp"

namespace fieldgate::sink {

/// Every byte is in the file as spent before it is: the file is written a step ahead. What of a step was not spent is
/// lost with the run. Without a file (no data_dir, or a budget by the second, which a restart outlasts) it is kept in
/// memory only. Lives on the reactor; the file is read when made, and written on the worker.
class Spending {
 public:
  using Time = Budget::Time;

  Spending(const Budget::Options& options, std::filesystem::path file, telemetry::Log log);

  /// When the next delivery may begin: while there is enough left for the smallest that was seen.
  Time next(Time now);

  /// Whether the file must be written before it begins.
  bool must_save() const { return !file_.empty() && ahead_ < step(); }
  Awaitable<> save(reactor::Reactor& reactor);

  /// How many bytes of records may go now, by what the last ones cost on the wire; one record goes in any case.
  std::uint64_t records_now(Time now);

  /// A delivery of `bytes` of records begins.
  void begin(std::uint64_t bytes);
  /// One has ended, which took `sent` on the wire; `whole`: all of its records went, so that it tells what they cost.
  void end(std::uint64_t sent, bool whole, Time now);

  std::uint64_t left(Time now) { return budget_.left(now); }

 private:
  std::uint64_t step() const;

  Budget budget_;
  std::filesystem::path file_;
  telemetry::Log log_;
  std::uint64_t ahead_ = 0;  // in the file as spent, and not yet spent
  std::uint64_t smallest_;   // of the deliveries seen
  std::size_t under_way_ = 0;
  double pending_ = 0;  // bytes of records under way
  double records_ = 0;  // of late: bytes of records that went, and what they cost
  double cost_ = 0;
};

}  // namespace fieldgate::sink
