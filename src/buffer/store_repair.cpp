// StoreFile: what is done about a damaged file.
#include <algorithm>
#include <system_error>

#include "buffer/store_aside.hpp"
#include "buffer/store_file.hpp"

namespace fieldgate::buffer {
namespace fs = std::filesystem;
using storage::Database;
using storage::Statement;

namespace {

constexpr std::int64_t last_id = std::int64_t{1} << 62;

/// Reads rows out of a damaged table, round what cannot be read.
class Salvage {
 public:
  Salvage(Statement from, Database& to, StoreSums& saved, std::uint64_t& seen)
      : from_(std::move(from)), to_(to), saved_(saved), seen_(seen) {}

  /// Copies all that can be read. Errors are those of the new file.
  Result<void> run() {
    if (Result<void> begun = to_.run("BEGIN"); !begun) return begun;
    std::int64_t id = 1;
    while (id < last_id) {
      Result<std::int64_t> readable_to = copy_from(id);
      if (!readable_to) return readable_to.error();
      if (*readable_to >= last_id) break;
      ++seen_;
      id = next_readable(*readable_to);
    }
    if (Result<void> summed = store_tables::write_sums(to_, {}, saved_); !summed) return summed;
    return to_.run("COMMIT");
  }

  RowId highest() const { return highest_; }

 private:
  /// Returns the id at or behind which something cannot be read; `last_id` at the end.
  Result<std::int64_t> copy_from(std::int64_t id) {
    Result<Statement> insert = to_.prepare(std::string("INSERT OR IGNORE") + (StoreRow::insert + 6));
    if (!insert) return insert.error();
    seek(id);
    for (;;) {
      const Result<bool> row = from_.step();
      if (!row) return id;
      if (!*row) return last_id;
      const StoreRow columns = StoreRow::read(from_);
      if (columns.id < id) return id;
      id = columns.id + 1;
      if (!columns.intact()) {
        seen_ += static_cast<std::uint64_t>(std::clamp<std::int64_t>(columns.messages, 1, 1'000'000));
        continue;
      }
      columns.bind(*insert);
      if (Result<void> done = insert->run(); !done) return done.error();
      StoreSum& sum = saved_[columns.lane];
      sum = {sum.rows + 1, sum.messages + columns.messages, sum.bytes + columns.bytes};
      highest_ = static_cast<RowId>(columns.id);
    }
  }

  /// The lowest id above the damage at `id`: strides that double until there is something to read, then halved back.
  std::int64_t next_readable(std::int64_t id) {
    std::int64_t stride = 1;
    while (!readable(id + stride)) {
      stride *= 2;
      if (id + stride >= last_id) return last_id;
    }
    std::int64_t bad = id + stride / 2;
    std::int64_t good = id + stride;
    while (good - bad > 1) {
      const std::int64_t middle = bad + (good - bad) / 2;
      (readable(middle) ? good : bad) = middle;
    }
    return good;
  }

  bool readable(std::int64_t id) {
    seek(id);
    const Result<bool> row = from_.step();
    return row && (!*row || from_.integer(0) >= id);
  }

  void seek(std::int64_t id) {
    from_.reset();
    from_.bind(1, id);
  }

  Statement from_;
  Database& to_;
  StoreSums& saved_;
  std::uint64_t& seen_;
  RowId highest_ = 0;
};

}  // namespace

/// The new file is complete and closed before the damaged one makes place for it: a crash in between repeats the
/// repair, or, after the first rename, ends it (`finish_repair`).
Result<void> StoreFile::repair(const std::string& why) {
  StoreSums saved;
  std::uint64_t seen = 0;
  if (Result<void> done = save_what_can_be_read(saved, seen); !done) return done;
  fs::path aside;
  if (Result<void> put = put_aside(".damaged-" + std::to_string(unix_time()), aside); !put) return put;
  if (Result<void> finished = finish_repair(); !finished) return finished;
  remove_oldest_damaged(file_);
  note_losses(saved, seen, "the file was damaged (" + why + "); it was put aside as " + aside.string());
  return {};
}

Result<void> StoreFile::save_what_can_be_read(StoreSums& saved, std::uint64_t& seen) {
  const fs::path fresh = beside(".repaired");
  std::error_code ignored;
  fs::remove_all(fresh, ignored);
  fs::remove(fresh.string() + "-wal", ignored);
  Result<Database> to = Database::open(fresh, options());
  if (!to) return to.error();
  // What cannot be read may have had higher ids than what can: those of the clock are above all that counting reaches.
  const RowId next = std::max(next_, static_cast<RowId>(std::max<std::int64_t>(unix_time(), 1)) << 20);
  if (Result<void> created = store_tables::create(*to, next); !created) return created;
  if (fs::is_regular_file(fs::symlink_status(file_, ignored))) {
    if (Result<void> copied = copy_into(*to, next, saved, seen); !copied) return copied;
  } else {
    seen = 1;
  }
  return to->checkpoint();
}

Result<void> StoreFile::copy_into(Database& to, RowId next, StoreSums& saved, std::uint64_t& seen) {
  seen = 1;  // until it turns out that something can be read
  Result<Database> from = Database::open_to_read(file_);
  if (!from) return {};
  if (!known_) {
    if (Result<StoreSums> sums = store_tables::read_sums(*from); sums) {
      sums_ = std::move(*sums);
      known_ = true;
    }
  }
  Result<Statement> rows =
      from->prepare(std::string("SELECT ") + StoreRow::columns + " FROM batches WHERE id>=? ORDER BY id");
  if (!rows) return {};
  seen = 0;
  Salvage salvage(std::move(*rows), to, saved, seen);
  if (Result<void> done = salvage.run(); !done) return done;
  if (salvage.highest() < next) return {};
  return store_tables::write_next(to, salvage.highest() + 1);
}

Result<void> StoreFile::put_aside(const std::string& suffix, fs::path& aside) {
  aside = free_name(file_, suffix);
  if (Result<void> moved = move_file(file_, aside); !moved) return moved;
  return move_file(beside("-wal"), aside.string() + "-wal");
}

Result<void> StoreFile::finish_repair() {
  // A WAL that is still here belongs to the damaged file: the new one was closed without any.
  std::error_code ignored;
  if (Result<void> moved = move_file(beside("-wal"), beside(".damaged-wal")); !moved) return moved;
  if (Result<void> moved = move_file(beside(".repaired"), file_); !moved) return moved;
  return sync_folder(file_.parent_path());
}

void StoreFile::note_losses(const StoreSums& saved, std::uint64_t seen, const std::string& text) {
  if (!known_) {
    const char* loss = seen > 0 ? "; how much was lost cannot be told" : "; no message was lost";
    damage_.push_back({0, seen, text + loss});
    sums_ = saved;
    return;
  }
  const std::size_t before = damage_.size();
  for (const auto& [lane, sum] : sums_) {
    const auto kept = saved.find(lane);
    const std::int64_t lost = sum.messages - (kept == saved.end() ? 0 : kept->second.messages);
    if (lost > 0) damage_.push_back({static_cast<std::uint32_t>(lane), static_cast<std::uint64_t>(lost), text});
  }
  if (damage_.size() == before && newest_lost_) {
    damage_.push_back({0, 1, text + "; how much was lost cannot be told"});
  } else if (damage_.size() == before) {
    damage_.push_back({0, 0, text + "; no message was lost"});
  }
  newest_lost_ = false;
  sums_ = saved;
}

}  // namespace fieldgate::buffer
