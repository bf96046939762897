// Dead letters: what can never be delivered, kept on disk with the reason until an operator has seen to it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "buffer/settling.hpp"
#include "config/section.hpp"
#include "message/receipt.hpp"
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

/// One message that came to its end, or one frame that became none.
struct DeadLetter {
  std::int64_t id = 0;    ///< given when it is kept
  std::string component;  ///< "sink cloud", "adapter meters"
  std::string reason;     ///< the counter's label: "status_400"
  std::string text;       ///< what was said: by the service, by the decoder
  std::string device;     ///< empty where it is not known
  std::string key;        ///< of a sink's message: its key (the topic), as in Batch
  std::string record;     ///< of a sink's message: as it was encoded; of an adapter's: the frame's bytes
  TimePoint died{};       ///< when it was given up
  TimePoint received{};   ///< when it had come
  Receipt receipt = 0;
  Epoch epoch = 0;
  bool replay = false;  ///< an operator wants it delivered again
};

/// The dead letters of all components, in one file of the data_dir. Everything is called on the reactor's thread; a
/// thread of its own does the work. Bounded by bytes and age: the oldest go first, counted
/// (fieldgate_dead_letters_removed_total{reason}). While the disk refuses, letters wait in memory up to a bound; above
/// it they are lost, counted and logged: a sink is never held up for long by what can never be delivered.
class DeadLetters final : public Settling {
 public:
  /// `file` empty: there is no data_dir, letters are only counted and logged.
  DeadLetters(reactor::Reactor& reactor, std::filesystem::path file, const DeadLetterOptions& options, Epoch epoch,
              telemetry::Metrics& metrics, telemetry::Log log);
  ~DeadLetters() override;

  /// Keeps a letter (`id`, `died` and `epoch` are filled in). It is durable when open_from() has passed its receipt.
  void add(DeadLetter letter);

  /// Returns when all that was added is durable, or given up; after `deadline` at the latest.
  Awaitable<> flushed(Duration deadline);

  // Settling: the letters that are not yet on disk.
  Receipt open_from(After after) const override;
  void hurry() override {}

  /// What an operator asks for. Empty `component`, `reason`: all.
  struct Query {
    std::string component;
    std::string reason;
    std::int64_t id = 0;  ///< 0: all
    std::size_t limit = 100;
  };
  Awaitable<Result<std::vector<DeadLetter>>> list(Query query);
  Awaitable<Result<std::uint64_t>> purge(Query query);

  /// Marks letters to be delivered again, and hands them to `take` of their component. Also at the start of the
  /// gateway, for those that were marked while none ran. Returns how many.
  Awaitable<Result<std::uint64_t>> replay(Query query);

  /// Who takes the letters of `component` back: returns true once it has them; the letter is then removed as soon as
  /// `settled` says that its new receipt is stored.
  using Take = std::function<Receipt(const DeadLetter&)>;
  void on_replay(const std::string& component, Take take, const Settling& keeper);

  /// Closes the file, after what was added is written, at the latest after `deadline`.
  Awaitable<> close(Duration deadline);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace fieldgate::buffer
