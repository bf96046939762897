// A disk buffer's file, on the store's thread: groups of changes as transactions, reads, and repair. Everything blocks.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "buffer/store.hpp"
#include "buffer/store_row.hpp"
#include "storage/database.hpp"

namespace fieldgate::buffer {

/// Messages that are gone because the file was damaged.
struct StoreDamage {
  std::uint32_t lane = 0;
  std::uint64_t messages = 0;
  std::string text;
};

/// Rows of a lane with `after` < id <= `last`, the oldest first, up to about `bytes` of batches.
struct StoreRange {
  std::uint32_t lane = 0;
  RowId after = 0;
  RowId last = 0;
  std::size_t bytes = 0;
};

/// One transaction: rows to be written, then rows to be deleted, then a trim.
struct StoreGroup {
  std::vector<Row> rows;  ///< by rising ids
  std::vector<RowId> erased;
  std::optional<StoreRange> trim;
  Extent trimmed;  ///< what that deleted
};

/// What a read has found.
struct StorePage {
  std::vector<Row> rows;
  RowId read_to = 0;           ///< the last id that was looked at
  bool end = false;            ///< nothing follows up to the range's last
  std::vector<RowId> damaged;  ///< rows that were set aside, to be erased
};

/// What the rows of a lane come to.
struct StoreSum {
  std::int64_t rows = 0;
  std::int64_t messages = 0;
  std::int64_t bytes = 0;
  bool operator==(const StoreSum&) const = default;
};
using StoreSums = std::map<std::int64_t, StoreSum>;

/// The tables: `batches` with the rows, `lanes` with what they come to (so that what damage took can be counted), `ids`
/// with a number that no row has reached.
namespace store_tables {
inline constexpr std::int64_t version = 1;
inline constexpr std::int64_t application = 0x46476266;  // "FGbf"

Result<void> create(storage::Database& database, RowId next);
Result<StoreSums> read_sums(storage::Database& database);
Result<void> write_sums(storage::Database& database, const StoreSums& before, const StoreSums& after);
Result<void> write_next(storage::Database& database, RowId next);
}  // namespace store_tables

/// One file. Errors with the reason `corrupt` do not leave it: the damaged file is put aside, and what can be read of
/// it goes into a new one. After any other error the file is closed, and the next call opens it. Used by one thread at
/// a time.
class StoreFile {
 public:
  StoreFile(std::filesystem::path file, std::size_t max_size, Epoch epoch);

  Result<Found> open();
  Result<void> write(StoreGroup& group);
  Result<StorePage> read(const StoreRange& range);

  /// Empties the WAL and closes: also after an error, since a WAL that is read again may hold what no sync has written.
  /// Destroying the object closes at once: the WAL stays for the next start.
  void close();

  /// What was lost since this was last asked.
  std::vector<StoreDamage> take_damage() { return std::exchange(damage_, {}); }

 private:
  struct Ends {
    RowId first = 0;
    RowId last = 0;
  };

  Result<void> guarded(const std::function<Result<void>()>& call);
  Result<void> ready();
  Result<void> connect();
  Result<void> mend_log();
  Result<void> look_through();
  Result<void> check_kind();
  Result<void> check_rows();

  Result<void> write_once(StoreGroup& group);
  Result<void> change(StoreGroup& group, StoreSums& sums, RowId& next);
  Result<void> insert_rows(const StoreGroup& group, StoreSums& sums, RowId& next);
  Result<void> erase_rows(const std::vector<RowId>& ids, StoreSums& sums);
  Result<void> trim(StoreGroup& group, StoreSums& sums);
  void give_back_space();
  Result<StorePage> read_once(const StoreRange& range);
  void set_aside(const StoreRow& row);

  Result<void> repair(const std::string& why);
  /// `seen`: messages of which there are traces, but no more; at least 1 where anything could not be read.
  Result<void> save_what_can_be_read(StoreSums& saved, std::uint64_t& seen);
  Result<void> copy_into(storage::Database& to, RowId next, StoreSums& saved, std::uint64_t& seen);
  /// Moves the file and its WAL to a name that is free.
  Result<void> put_aside(const std::string& suffix, std::filesystem::path& aside);
  Result<void> finish_repair();
  void note_losses(const StoreSums& saved, std::uint64_t seen, const std::string& text);

  storage::Database::Options options() const;
  std::filesystem::path beside(const char* suffix) const { return file_.string() + suffix; }

  std::filesystem::path file_;
  std::size_t max_size_;
  Epoch epoch_;
  std::optional<storage::Database> database_;
  StoreSums sums_;
  bool known_ = false;                 // whether sums_ says what should be in the file
  std::map<std::int64_t, Ends> ends_;  // of the lanes, when the file was opened
  RowId next_ = 1;                     // ids from it on have never been used: it is in the file
  RowId uncertain_ = 0;                // rows up to it may be in the file although their commit failed
  bool suspect_ = false;               // nothing is durable before the WAL is in the database
  bool newest_lost_ = false;           // what the lanes came to may be lost with their rows
  std::vector<StoreDamage> damage_;
};

}  // namespace fieldgate::buffer
