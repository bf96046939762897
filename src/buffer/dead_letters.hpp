// Dead letters: what can never be delivered, kept on disk with the reason until an operator has seen to it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "buffer/dead_letter.hpp"
#include "buffer/settling.hpp"
#include "config/section.hpp"
#include "message/result.hpp"
#include "reactor/reactor.hpp"
#include "telemetry/log.hpp"
#include "telemetry/metrics.hpp"

namespace fieldgate::buffer {

/// `dead_letters:` at the top level.
struct DeadLetterOptions {
  std::size_t max_size = 64 * 1024 * 1024;
  Duration max_age = std::chrono::hours(24 * 30);

  static DeadLetterOptions read(config::Section& root);
  bool operator==(const DeadLetterOptions&) const = default;
};

/// The dead letters of all components, in one file of the data_dir. Everything is called on the reactor's thread; a
/// thread of its own does the work: while one commit runs, the next collects. Bounded by bytes and age: the oldest go
/// first, counted (fieldgate_dead_letters_removed_total{reason}). While the disk refuses, letters wait in memory up to
/// a bound; above it they are lost, counted and logged: a sink is never held up for long by what can never be
/// delivered. A damaged file is put aside and a new one begun.
class DeadLetters final : public Settling {
 public:
  /// `file` empty: there is no data_dir; letters are lost, which is counted and logged. The file is opened once the
  /// reactor runs, and again and again where that fails.
  DeadLetters(reactor::Reactor& reactor, std::filesystem::path file, const DeadLetterOptions& options, Epoch epoch,
              telemetry::Metrics& metrics, telemetry::Log log);
  ~DeadLetters() override;

  /// Keeps a letter; `id` and `died` are filled in, and `epoch` where it is 0. It is durable (or given up) when
  /// open_from() has passed its receipt.
  void add(DeadLetter letter);

  /// Returns when all that was added is durable, or given up; after `deadline` at the latest.
  Awaitable<> flushed(Duration deadline);

  // Settling: the letters of this run that are not yet on disk.
  Receipt open_from(After after) const override;
  void hurry(After) override {}

  using Query = DeadLetterQuery;
  Awaitable<Result<std::vector<DeadLetter>>> list(Query query);
  Awaitable<Result<std::uint64_t>> purge(Query query);

  /// What became of letters that an operator wants delivered again.
  struct Replayed {
    std::uint64_t marked = 0;  ///< on their way
    std::uint64_t frames = 0;  ///< of adapters: they stay, since they cannot be replayed
    std::uint64_t absent = 0;  ///< of components that do not run: they stay as they are
  };

  /// Marks letters to be delivered again, and hands them to `take` of their component. At the start of the gateway
  /// those go too that were marked while none ran.
  Awaitable<Result<Replayed>> replay(Query query);

  /// Who takes letters back: returns the new receipt of the message, or 0 where it can take none just now (it is asked
  /// again a second later).
  using Take = std::function<Receipt(const DeadLetter&)>;

  /// Letters of `component` ("sink cloud") go to `take`. A letter is removed once `keeper`, which outlives the last
  /// turn of the reactor, has settled its new receipt as `after` says.
  void on_replay(const std::string& component, Take take, Settling& keeper, After after);

  DeadLetterTotals totals() const;

  /// Closes the file, after what was added is written; returns after `deadline` at the latest, what is not on disk by
  /// then is counted as lost.
  Awaitable<> close(Duration deadline);

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace fieldgate::buffer
