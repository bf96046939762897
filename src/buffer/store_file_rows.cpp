// StoreFile: rows written, deleted and read.
#include <algorithm>
#include <fstream>
#include <system_error>

#include "buffer/store_file.hpp"

namespace fieldgate::buffer {
namespace fs = std::filesystem;
using storage::Statement;

namespace {

constexpr RowId reserve = 1 << 20;  // ids that are noted as used at once
constexpr std::uintmax_t max_aside = 16 * 1024 * 1024;

/// How many messages a damaged row held, by whichever of its signs can be believed.
std::uint64_t messages_of(const StoreRow& row) {
  constexpr std::size_t record = 24;
  const std::size_t records = row.records.size() / record;
  if (records > 0 && row.records.size() % record == 0) return records;
  return static_cast<std::uint64_t>(std::clamp<std::int64_t>(row.messages, 1, 1'000'000));
}

}  // namespace

Result<void> StoreFile::write(StoreGroup& group) {
  Result<void> result = guarded([this, &group] { return write_once(group); });
  if (!result && !group.rows.empty()) uncertain_ = std::max(uncertain_, group.rows.back().id);
  return result;
}

Result<void> StoreFile::write_once(StoreGroup& group) {
  if (Result<void> opened = ready(); !opened) return opened;
  if (suspect_) {
    if (Result<void> flushed = database_->checkpoint(); !flushed) return flushed;
    suspect_ = false;
  }
  if (group.rows.empty() && group.erased.empty() && !group.trim) return {};
  StoreSums sums = sums_;
  RowId next = next_;
  if (Result<void> begun = database_->run("BEGIN IMMEDIATE"); !begun) return begun;
  if (Result<void> changed = change(group, sums, next); !changed) return changed;
  if (Result<void> committed = database_->run("COMMIT"); !committed) return committed;
  std::erase_if(sums, [](const auto& entry) { return entry.second.rows == 0; });
  sums_ = std::move(sums);
  next_ = next;
  if (group.rows.empty() && sums_.empty()) give_back_space();
  return {};
}

Result<void> StoreFile::change(StoreGroup& group, StoreSums& sums, RowId& next) {
  if (Result<void> done = insert_rows(group, sums, next); !done) return done;
  if (Result<void> done = erase_rows(group.erased, sums); !done) return done;
  if (group.trim) {
    if (Result<void> done = trim(group, sums); !done) return done;
  }
  return store_tables::write_sums(*database_, sums_, sums);
}

Result<void> StoreFile::insert_rows(const StoreGroup& group, StoreSums& sums, RowId& next) {
  if (group.rows.empty()) return {};
  if (group.rows.back().id >= next) {
    next = group.rows.back().id + reserve;
    if (Result<void> done = store_tables::write_next(*database_, next); !done) return done;
  }
  std::vector<RowId> again;
  for (const Row& row : group.rows) {
    if (row.id <= uncertain_) again.push_back(row.id);
  }
  if (Result<void> done = erase_rows(again, sums); !done) return done;
  Result<Statement> statement = database_->prepare(StoreRow::insert);
  if (!statement) return statement.error();
  const StoreClock now = StoreClock::now();
  for (const Row& row : group.rows) {
    const StoreRow columns = StoreRow::of(row, now, epoch_);
    columns.bind(*statement);
    if (Result<void> done = statement->run(); !done) return done;
    StoreSum& sum = sums[columns.lane];
    sum = {sum.rows + 1, sum.messages + columns.messages, sum.bytes + columns.bytes};
  }
  return {};
}

Result<void> StoreFile::erase_rows(const std::vector<RowId>& ids, StoreSums& sums) {
  if (ids.empty()) return {};
  Result<Statement> statement = database_->prepare("DELETE FROM batches WHERE id=? RETURNING lane,messages,bytes");
  if (!statement) return statement.error();
  for (const RowId id : ids) {
    statement->bind(1, static_cast<std::int64_t>(id));
    const Result<bool> row = statement->step();
    if (!row) return row.error();
    if (*row) {
      StoreSum& sum = sums[statement->integer(0)];
      sum = {sum.rows - 1, sum.messages - statement->integer(1), sum.bytes - statement->integer(2)};
    }
    if (Result<void> done = statement->run(); !done) return done;
  }
  return {};
}

Result<void> StoreFile::trim(StoreGroup& group, StoreSums& sums) {
  const StoreRange& range = *group.trim;
  Result<Statement> statement =
      database_->prepare("SELECT id,bytes FROM batches WHERE id>? AND id<=? AND lane=? ORDER BY id");
  if (!statement) return statement.error();
  statement->bind(1, static_cast<std::int64_t>(range.after)).bind(2, static_cast<std::int64_t>(range.last));
  statement->bind(3, std::int64_t{range.lane});
  std::vector<RowId> oldest;
  std::size_t bytes = 0;
  bool end = false;
  while (bytes < range.bytes && !end) {
    const Result<bool> row = statement->step();
    if (!row) return row.error();
    end = !*row;
    if (end) break;
    oldest.push_back(static_cast<RowId>(statement->integer(0)));
    bytes += static_cast<std::size_t>(statement->integer(1));
  }
  statement->reset();
  const StoreSum before = sums[range.lane];
  if (Result<void> done = erase_rows(oldest, sums); !done) return done;
  const StoreSum& after = sums[range.lane];
  group.trimmed = {range.lane,
                   oldest.empty() ? range.after : oldest.front(),
                   end              ? range.last
                   : oldest.empty() ? range.after
                                    : oldest.back(),
                   static_cast<std::uint64_t>(before.rows - after.rows),
                   static_cast<std::uint64_t>(before.messages - after.messages),
                   static_cast<std::uint64_t>(before.bytes - after.bytes)};
  return {};
}

/// After a long outage the file would stay as large as it ever was. An empty one is rewritten in no time.
void StoreFile::give_back_space() {
  const Result<std::int64_t> pages = database_->number("PRAGMA page_count");
  const Result<std::int64_t> page = database_->number("PRAGMA page_size");
  if (!pages || !page || *pages * *page <= options().wal_bytes) return;
  if (database_->run("VACUUM") && database_->checkpoint()) return;
  close();
  suspect_ = true;
}

Result<StorePage> StoreFile::read(const StoreRange& range) {
  StorePage page;
  const Result<void> result = guarded([this, &range, &page]() -> Result<void> {
    if (Result<void> opened = ready(); !opened) return opened;
    Result<StorePage> read = read_once(range);
    if (!read) return read.error();
    page = std::move(*read);
    return {};
  });
  if (!result) return result.error();
  return page;
}

Result<StorePage> StoreFile::read_once(const StoreRange& range) {
  Result<Statement> statement = database_->prepare(std::string("SELECT ") + StoreRow::columns +
                                                   " FROM batches WHERE id>? AND id<=? AND lane=? ORDER BY id");
  if (!statement) return statement.error();
  statement->bind(1, static_cast<std::int64_t>(range.after)).bind(2, static_cast<std::int64_t>(range.last));
  statement->bind(3, std::int64_t{range.lane});
  const StoreClock now = StoreClock::now();
  StorePage page;
  std::size_t bytes = 0;
  do {
    const Result<bool> row = statement->step();
    if (!row) return row.error();
    if (!*row) {
      page.read_to = range.last;
      page.end = true;
      return page;
    }
    const StoreRow columns = StoreRow::read(*statement);
    page.read_to = static_cast<RowId>(columns.id);
    if (std::optional<Row> restored = columns.restore(now)) {
      bytes += restored->batch->bytes();
      page.rows.push_back(*std::move(restored));
    } else {
      set_aside(columns);
      page.damaged.push_back(page.read_to);
      damage_.push_back({range.lane, messages_of(columns),
                         "row " + std::to_string(columns.id) + " of " + file_.string() +
                             " was damaged; what is left of it was added to " + beside(".damaged-rows").string()});
    }
  } while (bytes < range.bytes || page.rows.empty());
  page.end = page.read_to >= range.last;
  return page;
}

void StoreFile::set_aside(const StoreRow& row) {
  const fs::path aside = beside(".damaged-rows");
  std::error_code error;
  const std::uintmax_t size = fs::file_size(aside, error);
  if (!error && size + row.text.size() > max_aside) return;
  std::ofstream file(aside, std::ios::binary | std::ios::app);
  fs::permissions(aside, fs::perms::owner_read | fs::perms::owner_write, error);
  file << "row " << row.id << " lane " << row.lane << " epoch " << row.epoch << " messages " << row.messages << " text "
       << row.text.size() << " keys " << row.keys.size() << " records " << row.records.size() << '\n'
       << row.text << row.keys << row.records << '\n';
}

}  // namespace fieldgate::buffer
