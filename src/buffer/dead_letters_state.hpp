// What DeadLetters and its coroutines share. The room's own.
#pragma once

#include <functional>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "buffer/dead_letter_file.hpp"
#include "buffer/dead_letters.hpp"
#include "reactor/backoff.hpp"
#include "reactor/event.hpp"
#include "reactor/worker.hpp"

namespace fieldgate::buffer {

/// What the thread works on. Jobs own it by shared pointers and run one after the other: nobody else touches it.
struct DeadLetterDisk {
  std::filesystem::path path;
  DeadLetterFile::Bounds bounds;
  std::optional<DeadLetterFile> file;

  struct Opened {
    Result<void> result;
    std::string damage;  ///< for the log: what was wrong with the file that was put aside
  };
  /// Opens the file. `last`, if any, is the error after which it has to be opened again: then what was written before
  /// is made durable first. Puts a damaged file aside and begins another.
  Opened open(const std::optional<Error>& last);

 private:
  Opened replace(const Error& why);
};

struct DeadLetters::State : std::enable_shared_from_this<State> {
  /// While the disk takes letters, what one commit may keep waiting; while it does not, what memory is given to them.
  static constexpr std::size_t max_waiting_bytes = 16 * 1024 * 1024;
  static constexpr std::size_t max_failing_bytes = 1024 * 1024;
  static constexpr std::size_t max_failing_letters = 1000;
  static constexpr std::size_t max_text = 2048;

  /// An operator's question waits so long for a file that is being opened.
  static constexpr auto opening_time = std::chrono::seconds(5);

  State(reactor::Reactor& on, std::filesystem::path where, const DeadLetterOptions& wanted, Epoch run,
        telemetry::Metrics& metrics, telemetry::Log to, std::function<void()> tell);

  /// The life of the file: opens, writes, hands letters back, closes.
  static Awaitable<> work(std::shared_ptr<State> self);

  /// Waits for news of that life, until `end`.
  static Awaitable<> progress_until(std::shared_ptr<State> self, std::chrono::steady_clock::time_point end);

  /// Runs `query` on the thread, with the file.
  template <class T>
  static Awaitable<Result<T>> ask(std::shared_ptr<State> self, std::function<Result<T>(DeadLetterFile&)> query);

  /// Why a letter of this weight cannot be kept; empty where it can.
  std::string_view refusal(std::size_t weight) const;

  /// The letter's receipt, if it is one of this run.
  Receipt open_receipt(const DeadLetter& letter) const {
    return letter.receipt != 0 && letter.epoch == epoch ? letter.receipt : all_settled;
  }
  DeadLetterTotals totals() const { return {on_disk.letters + (added - settled), on_disk.bytes + waiting_bytes}; }
  std::vector<std::string> known() const;
  void look_for_marked();
  struct Taker;
  Taker* next_taker(std::chrono::steady_clock::time_point now);

  /// Ends everything without waiting for the disk.
  void abandon();

  // Steps of work().
  Awaitable<> open();
  Awaitable<> write();
  Awaitable<> hand_back(Taker& taker);
  Awaitable<> remove_kept();
  Awaitable<> shut();
  static Awaitable<> follow_handed(std::shared_ptr<State> self);
  void hand_over(Taker& taker, const std::vector<DeadLetter>& letters);
  void settle_written();
  void failed(const Error& error);
  void wake_at(std::chrono::steady_clock::time_point time);
  std::chrono::steady_clock::time_point next_turn() const;

  reactor::Reactor& reactor;
  std::filesystem::path file;
  Epoch epoch;
  telemetry::Log log;
  telemetry::Reasons removed;
  telemetry::Counter& lost;
  std::function<void()> moved;
  std::shared_ptr<DeadLetterDisk> disk;
  std::unique_ptr<reactor::Worker> worker;

  std::vector<DeadLetter> waiting;  // not yet given to the thread
  std::shared_ptr<const std::vector<DeadLetter>> writing = std::make_shared<const std::vector<DeadLetter>>();
  std::size_t waiting_bytes = 0;  // of both
  std::uint64_t added = 0;        // letters, ever
  std::uint64_t settled = 0;      // of them, durable or given up
  Receipt lowest = all_settled;   // of both
  DeadLetterTotals on_disk;

  bool is_open = false;
  bool failing = false;
  std::optional<Error> last_error;  // since the file was opened
  bool closing = false;
  bool closed = false;
  bool gone = false;
  reactor::Backoff backoff;
  std::chrono::steady_clock::time_point retry_at{};
  std::chrono::steady_clock::time_point trim_at{};
  reactor::Event wake;      // for work()
  reactor::Event progress;  // of work()
  Timer alarm;

  struct Taker {
    std::string component;
    Take take;
    Settling* keeper;
    After after;
    bool marked = true;                             // there may be marked letters of it in the file
    std::chrono::steady_clock::time_point again{};  // not before
    std::size_t handed = 0;
  };
  /// A letter that its component has again.
  struct Handed {
    std::int64_t id;
    Receipt receipt;
    Taker* taker;
  };
  std::list<Taker> takers;
  std::vector<Handed> handed;
  std::vector<std::int64_t> kept_ids;  // of letters that were handed and are stored: to be removed
  bool following = false;
  reactor::Event kept;  // a keeper's watermark has moved
};

template <class T>
Awaitable<Result<T>> DeadLetters::State::ask(std::shared_ptr<State> self,
                                             std::function<Result<T>(DeadLetterFile&)> query) {
  struct Answer {
    Result<T> result = Error{"io", "the dead letters cannot be read now; the log says why"};
    DeadLetterTotals totals;
    bool asked = false;
  };
  if (self->file.empty()) co_return Error{"io", "there is no data_dir, so no dead letters are kept"};
  const auto end = std::chrono::steady_clock::now() + opening_time;
  while (!self->is_open && !self->failing && !self->closed && std::chrono::steady_clock::now() < end)
    co_await progress_until(self, end);
  const auto answer = std::make_shared<Answer>();
  if (!self->is_open) co_return answer->result;
  std::function<void()> job = [answer, disk = self->disk, query = std::move(query)] {
    if (!disk->file) return;
    answer->result = query(*disk->file);
    answer->totals = disk->file->totals();
    answer->asked = true;
  };
  co_await self->worker->run(std::move(job));
  if (answer->asked) {
    self->on_disk = answer->totals;
    if (!answer->result) self->failed(answer->result.error());
  }
  co_return answer->result;
}

}  // namespace fieldgate::buffer
