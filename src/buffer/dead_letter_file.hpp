// The file of the dead letters: every call blocks.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "buffer/dead_letter.hpp"
#include "message/result.hpp"
#include "storage/database.hpp"

namespace fieldgate::buffer {

/// A SQLite file with a row a letter. Used by one thread at a time: that of DeadLetters, or a command while no gateway
/// runs. Reasons of errors are storage::Database's; `corrupt` also for a file that is something else.
class DeadLetterFile {
 public:
  struct Bounds {
    std::size_t max_size = 64 * 1024 * 1024;
    Duration max_age = std::chrono::hours(24 * 30);
  };
  /// Letters that had to go, by the bound that they passed.
  struct Removed {
    std::uint64_t max_size = 0;
    std::uint64_t max_age = 0;
  };

  /// Opens or makes `file`.
  static Result<DeadLetterFile> open(const std::filesystem::path& file, const Bounds& bounds);

  /// Adds the letters, all or none, and takes out what is too old or too much, the oldest first. They are durable when
  /// it returns.
  Result<Removed> insert(std::span<const DeadLetter> letters, TimePoint now);

  /// Takes out only what is too old, and too much since the bounds were changed.
  Result<Removed> trim(TimePoint now) { return insert({}, now); }

  /// The newest letters, oldest of them first. Without an `id`, of each record only its first bytes.
  Result<std::vector<DeadLetter>> list(const DeadLetterQuery& query);

  /// Deletes what the query means; returns how many.
  Result<std::uint64_t> purge(const DeadLetterQuery& query);

  /// How many letters of each component the query means.
  Result<std::vector<std::pair<std::string, std::uint64_t>>> count(const DeadLetterQuery& query);

  /// Marks letters of `component` that the query means, to be delivered again; returns how many.
  Result<std::uint64_t> mark(DeadLetterQuery query, const std::string& component);

  /// The first letters of `component` that are marked, whole, oldest first; at least one if there is any.
  Result<std::vector<DeadLetter>> marked(const std::string& component);

  /// Deletes these letters; returns how many there still were.
  Result<std::uint64_t> erase(std::span<const std::int64_t> ids);

  /// After an error: what the disk had not really taken is written now, or this fails.
  Result<void> checkpoint() { return database_.checkpoint(); }

  const DeadLetterTotals& totals() const { return totals_; }

  /// Bytes that a letter counts for.
  static std::size_t weight(const DeadLetter& letter);

 private:
  DeadLetterFile(storage::Database database, const Bounds& bounds) : database_(std::move(database)), bounds_(bounds) {}
  Result<void> prepare();
  Result<void> count_all();
  Result<void> insert_all(std::span<const DeadLetter> letters);
  Result<Removed> remove_oldest(TimePoint now);

  /// Runs `work` in a transaction; undone with all that it changed where it fails.
  template <class Work>
  auto transaction(const Work& work) -> decltype(work());

  storage::Database database_;
  Bounds bounds_;
  DeadLetterTotals totals_;
};

/// Puts a damaged file away as FILE.damaged-TIME, with its WAL, and forgets all but the newest two of those before.
/// Returns the new name.
Result<std::filesystem::path> set_aside(const std::filesystem::path& file, TimePoint now);

}  // namespace fieldgate::buffer
