// The life of the commands' file: opened, written to in groups, opened again after errors.
#pragma once

#include <deque>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "device/command_store.hpp"
#include "reactor/backoff.hpp"
#include "reactor/reactor.hpp"
#include "reactor/worker.hpp"
#include "telemetry/log.hpp"
#include "telemetry/metrics.hpp"

namespace fieldgate::device {

/// Lives on the reactor's thread; a thread of its own does the work: while one commit runs, the next collects.
class CommandJournal {
 public:
  /// What the file held when it was opened first.
  struct Left {
    std::vector<KeptCommand> open;
    std::int64_t last_number = 0;
  };
  /// What is to be written, in one commit with its neighbours.
  struct Write {
    KeptCommand command;
    std::optional<TimePoint> unless_since;  ///< not if its asker gave it since then already
    bool must = false;                      ///< tried again and again; else an error is told
    /// `seen`: the one that was given already. Null both: it is on disk.
    std::function<void(const Error* error, const CommandStatus* seen)> done;
  };
  struct Owner {
    std::function<void(Left)> opened;  ///< once
    std::function<void()> emptied;     ///< the file was damaged, and another begun
  };

  CommandJournal(reactor::Reactor& reactor, std::filesystem::path file, telemetry::Metrics& metrics, telemetry::Log log,
                 Owner owner);

  void start() { turn(); }
  void write(Write write);

  using Query = std::function<Result<std::vector<CommandStatus>>(CommandStore&)>;
  /// Nothing where the file cannot be read now, or not within 2 s.
  Awaitable<std::vector<CommandStatus>> read(Query query);

  /// Whether the disk refuses.
  bool is_failing() const { return failing_; }

  /// Returns when all is written, or at `end`; then the file is closed.
  Awaitable<> close(std::chrono::steady_clock::time_point end);

 private:
  /// What the thread works on, owned by its jobs.
  struct Disk {
    std::filesystem::path path;
    std::optional<CommandStore> store;
  };
  struct Opened {
    Result<void> result;
    std::string damage;
    Left left;
  };
  using Batch = std::vector<Write>;
  struct Outcome {
    Result<void> result;
    std::vector<std::optional<CommandStatus>> seen;
  };

  static void open(Disk& disk, const std::optional<Error>& last, bool first, Opened& opened);
  static Result<void> run(CommandStore& store, const Batch& batch, Outcome& outcome);

  void turn();
  void run_open();
  void run_writes();
  void run_purge();
  void finish(const Outcome& outcome);
  void failed(const Error& error);

  telemetry::Log log_;
  telemetry::Counter& damaged_;
  telemetry::Counter& forgotten_;
  Owner owner_;
  std::shared_ptr<Disk> disk_ = std::make_shared<Disk>();
  std::deque<Write> waiting_;
  std::shared_ptr<Batch> writing_;
  std::optional<Error> last_error_;
  bool running_ = false;  // a job
  bool open_ = false;
  bool told_ = false;        // the owner, what was left
  bool begun_anew_ = false;  // the owner is to be told
  bool failing_ = false;
  bool troubled_ = false;  // since the last write that succeeded
  bool closed_ = false;
  reactor::Backoff backoff_;
  Timer again_;
  std::chrono::steady_clock::time_point purge_at_{};
  std::shared_ptr<const bool> alive_ = std::make_shared<bool>(true);
  reactor::Worker worker_;
};

}  // namespace fieldgate::device
