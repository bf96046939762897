// A disk buffer's file: sealed batches as rows, on a thread of its own.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "message/batch.hpp"
#include "message/receipt.hpp"
#include "message/result.hpp"
#include "reactor/worker.hpp"

namespace fieldgate::buffer {

/// Number of a row; counts up over the whole life of the file, in the order in which batches were sealed.
using RowId = std::uint64_t;

/// A sealed batch and its place. The store and whoever delivers it share the batch; nobody changes it any more.
struct Row {
  RowId id = 0;
  std::uint32_t lane = 0;
  std::shared_ptr<const Batch> batch;
};

/// Rows of one lane, summed up.
struct Extent {
  std::uint32_t lane = 0;
  RowId first = 0;
  RowId last = 0;
  std::uint64_t rows = 0;
  std::uint64_t messages = 0;
  std::uint64_t bytes = 0;  ///< Batch::bytes() of them
};

/// What was found when the file was opened.
struct Found {
  RowId next = 1;             ///< above every id that the file has ever held
  std::vector<Extent> lanes;  ///< what waits in it
  std::uint64_t corrupt = 0;  ///< messages that were lost to damage, as far as they can be counted (at least 1 then)
  std::string damage;         ///< empty, or what happened and where the damaged file was put aside; for the log
};

/// The rows of one sink's disk buffer, in SQLite (reliability: a commit that was reported survives a power cut). All
/// calls and all callbacks are on the reactor's thread; all work is on the store's. Commits are in groups: while one is
/// written, the next collects. Errors do not end anything: the file is opened again until it works, what was not
/// committed is written again (the listener keeps the batches alive until then only by the shared pointers in rows).
class Store {
 public:
  struct Listener {
    virtual ~Listener() = default;
    /// Once, before anything else but `failing`. `insert`, `erase`, `load` and `trim` are for afterwards; rows get ids
    /// from `Found::next` on.
    virtual void opened(const Found& found) = 0;
    /// Every row inserted so far up to `last` is durable, or was erased before it was written.
    virtual void committed(RowId last) = 0;
    /// The disk refuses; `error` for the log. Called again when the reason changes. Tried again until `healthy`.
    virtual void failing(const Error& error) = 0;
    virtual void healthy() = 0;
    /// Damage was found while the file was in use: so many messages of rows in `lane` are lost (0: none; for the log).
    /// Rows that were not yet reported as committed never are.
    virtual void damaged(std::uint32_t lane, std::uint64_t messages, const std::string& text) = 0;
  };

  /// Opens `file` on the store's thread. `max_size` (bytes of batches) sizes the WAL. `epoch` is written to each row.
  Store(reactor::Reactor& reactor, std::filesystem::path file, std::size_t max_size, Epoch epoch, Listener& listener);
  ~Store();

  /// To be written with the next commit. Ids rise.
  void insert(Row row);

  /// The row is settled. Of a row that is not yet written, nothing is written. Goes with the next commit, or after a
  /// short while; lost in a crash, it only costs a duplicate.
  void erase(RowId id);

  /// Reads rows of `lane` with `after` < id <= `last`, oldest first, up to about `bytes` of batches (at least one row).
  /// `then` gets them; `end` says that no more follow up to `last`. One at a time for each lane.
  using Loaded = std::function<void(std::vector<Row> rows, bool end)>;
  void load(std::uint32_t lane, RowId after, RowId last, std::size_t bytes, Loaded then);

  /// Deletes the oldest rows of `lane` with `after` < id <= `last` until at least `bytes` of batches are gone. `then`
  /// gets what went; its `last` is the id up to which nothing is left.
  using Trimmed = std::function<void(const Extent& gone)>;
  void trim(std::uint32_t lane, RowId after, RowId last, std::size_t bytes, Trimmed then);

  /// Whether its thread has nothing to do: what is inserted now is committed at once.
  bool idle() const;

  /// Writes what is still to be written, and closes the file. `then` is called when that is done; not at all if the
  /// disk does not come back.
  void close(std::function<void()> then);

 private:
  struct State;
  std::shared_ptr<State> state_;  // timers that fire late look whether it is still there
};

}  // namespace fieldgate::buffer
