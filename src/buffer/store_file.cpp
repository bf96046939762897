// StoreFile: opening, looking through, and what happens on errors.
#include "buffer/store_file.hpp"

#include <algorithm>
#include <fstream>
#include <system_error>

namespace fieldgate::buffer {
namespace fs = std::filesystem;
using storage::Database;
using storage::Statement;

namespace {

/// `user_version` holds the version twice, so that one that a flipped bit has made is not taken for a newer
/// Fieldgate's.
constexpr std::int64_t twice = 0x10001;

/// By which a sum that a flipped bit has changed is known.
std::int64_t mark_of(std::int64_t lane, const StoreSum& sum) {
  std::uint64_t mark = 0;
  for (const std::int64_t value : {lane, sum.rows, sum.messages, sum.bytes}) {
    mark = (mark ^ static_cast<std::uint64_t>(value)) * 0x9e3779b97f4a7c15;
    mark ^= mark >> 32;
  }
  return static_cast<std::int64_t>(mark >> 1);
}

}  // namespace

namespace store_tables {

Result<void> create(Database& database, RowId next) {
  return database.run(
      "BEGIN IMMEDIATE;PRAGMA application_id=" + std::to_string(application) +
      ";PRAGMA user_version=" + std::to_string(version * twice) + ";" + StoreRow::table +
      ";CREATE TABLE lanes(lane INTEGER PRIMARY KEY,rows INTEGER,messages INTEGER,bytes INTEGER,mark INTEGER)"
      ";CREATE TABLE ids(next INTEGER);INSERT INTO ids VALUES(" +
      std::to_string(next) + ");COMMIT");
}

Result<StoreSums> read_sums(Database& database) {
  Result<Statement> statement = database.prepare("SELECT lane,rows,messages,bytes,mark FROM lanes");
  if (!statement) return statement.error();
  StoreSums sums;
  for (;;) {
    const Result<bool> row = statement->step();
    if (!row) return row.error();
    if (!*row) return sums;
    const StoreSum sum{statement->integer(1), statement->integer(2), statement->integer(3)};
    if (statement->integer(4) != mark_of(statement->integer(0), sum)) {
      return Error{"corrupt", "what its rows come to is damaged"};
    }
    if (sum.rows != 0) sums[statement->integer(0)] = sum;
  }
}

Result<void> write_sums(Database& database, const StoreSums& before, const StoreSums& after) {
  Result<Statement> statement = database.prepare("INSERT OR REPLACE INTO lanes VALUES(?,?,?,?,?)");
  if (!statement) return statement.error();
  for (const auto& [lane, sum] : after) {
    if (const auto old = before.find(lane); old != before.end() && old->second == sum) continue;
    statement->bind(1, lane).bind(2, sum.rows).bind(3, sum.messages).bind(4, sum.bytes);
    statement->bind(5, mark_of(lane, sum));
    if (Result<void> done = statement->run(); !done) return done;
  }
  return {};
}

Result<void> write_next(Database& database, RowId next) {
  return database.run("UPDATE ids SET next=" + std::to_string(next));
}

}  // namespace store_tables

StoreFile::StoreFile(fs::path file, std::size_t max_size, Epoch epoch)
    : file_(std::move(file)), max_size_(max_size), epoch_(epoch) {}

Database::Options StoreFile::options() const {
  constexpr std::size_t mebibyte = 1024 * 1024;
  return {.wal_bytes = static_cast<std::int64_t>(std::clamp(max_size_ / 4, mebibyte, 64 * mebibyte)),
          .page_bytes = 8192,  // measured (tests/bench/store_bench): smaller cost time, larger cost bytes on the disk
          .cache_bytes = 4 * mebibyte};
}

Result<void> StoreFile::guarded(const std::function<Result<void>()>& call) {
  Result<void> result = call();
  if (!result && (result.error().reason == "corrupt" || result.error().reason == "sql")) {
    close();
    if (Result<void> repaired = repair(result.error().text); repaired) {
      result = call();
    } else {
      result = repaired;
    }
  }
  if (!result) {
    close();
    suspect_ = true;
  }
  return result;
}

Result<Found> StoreFile::open() {
  if (Result<void> opened = guarded([this] { return ready(); }); !opened) return opened.error();
  Found found;
  found.next = next_;
  for (const auto& [lane, sum] : sums_) {
    const Ends ends = ends_[lane];
    found.lanes.push_back({static_cast<std::uint32_t>(lane), ends.first, ends.last,
                           static_cast<std::uint64_t>(sum.rows), static_cast<std::uint64_t>(sum.messages),
                           static_cast<std::uint64_t>(sum.bytes)});
  }
  for (const StoreDamage& damage : take_damage()) {
    found.corrupt += damage.messages;
    if (found.damage.find(damage.text) == std::string::npos) {
      found.damage += (found.damage.empty() ? "" : "; ") + damage.text;
    }
  }
  return found;
}

/// A mark stands beside the file while it is made: without it, an empty file is one that was emptied.
Result<void> StoreFile::ready() {
  if (database_) return {};
  std::error_code ignored;
  const auto exists = [&ignored](const fs::path& path) { return fs::exists(fs::symlink_status(path, ignored)); };
  if (!exists(file_)) {
    if (exists(beside(".repaired"))) {
      if (Result<void> finished = finish_repair(); !finished) return finished;
    } else {
      std::ofstream mark(beside(".creating"));
      fs::permissions(beside(".creating"), fs::perms::owner_read | fs::perms::owner_write, ignored);
    }
  }
  if (Result<void> connected = connect(); !connected) return connected;
  const Result<std::int64_t> tables = database_->number("SELECT count(*) FROM sqlite_schema");
  if (!tables) return tables.error();
  if (*tables == 0 && !exists(beside(".creating"))) return Error{"corrupt", "the file was empty"};
  if (*tables == 0) {
    if (Result<void> created = store_tables::create(*database_, next_); !created) return created;
  }
  if (Result<void> looked = look_through(); !looked) return looked;
  fs::remove(beside(".creating"), ignored);
  return {};
}

Result<void> StoreFile::connect() {
  if (Result<void> mended = mend_log(); !mended) return mended;
  // Else frames of a transaction that a crash cut off could lie behind later ones, and pass for a proof that these were
  // synced.
  std::error_code none;
  if (const std::uintmax_t size = fs::file_size(beside("-wal"), none); !none && size > 0) suspect_ = true;
  Result<Database> opened = Database::open(file_, options());
  if (!opened) return opened.error();
  database_.emplace(std::move(*opened));
  database_->keep_wal_on_close(true);
  return {};
}

void StoreFile::close() {
  if (database_) database_->keep_wal_on_close(false);
  database_.reset();
}

Result<void> StoreFile::check_kind() {
  // SQLite's "write version" of the file format (offset 18): 2 in WAL mode. With an unknown one it reads the file, and
  // writes nothing more to it.
  std::ifstream header(file_, std::ios::binary);
  if (header.seekg(18) && header.get() > 2) return Error{"corrupt", "the file's header is damaged"};
  const Result<std::int64_t> application = database_->number("PRAGMA application_id");
  if (!application) return application.error();
  if (*application != store_tables::application) return Error{"corrupt", "the file is no buffer of Fieldgate"};
  const Result<std::int64_t> word = database_->number("PRAGMA user_version");
  if (!word) return word.error();
  const std::int64_t version = *word / twice;
  if (*word % twice != 0 || version < store_tables::version) return Error{"corrupt", "the file has no version"};
  if (version == store_tables::version) return {};
  fs::path aside;
  close();
  if (Result<void> put = put_aside(".version-" + std::to_string(version), aside); !put) return put;
  damage_.push_back({0, 0,
                     "the file was written by a newer Fieldgate; it was kept as " + aside.string() +
                         ", to be put back before a return to that version"});
  return ready();
}

Result<void> StoreFile::look_through() {
  if (Result<void> kind = check_kind(); !kind) return kind;
  if (Result<void> rows = check_rows(); !rows) return rows;
  const Result<std::int64_t> next = database_->number("SELECT next FROM ids");
  if (!next) return next.error();
  next_ = std::max(next_, static_cast<RowId>(*next));
  for (const auto& [lane, ends] : ends_) {
    if (ends.last >= next_) return Error{"corrupt", "the file's ids do not agree"};
  }
  return {};
}

Result<void> StoreFile::check_rows() {
  const Result<StoreSums> sums = store_tables::read_sums(*database_);
  if (!sums) return sums.error();
  Result<Statement> statement = database_->prepare("SELECT id,lane,messages,bytes FROM batches ORDER BY id");
  if (!statement) return statement.error();
  StoreSums found;
  ends_.clear();
  std::int64_t previous = 0;
  for (;;) {
    const Result<bool> row = statement->step();
    if (!row) return row.error();
    if (!*row) break;
    const std::int64_t id = statement->integer(0);
    const std::int64_t lane = statement->integer(1);
    if (id <= previous) return Error{"corrupt", "rows are out of order"};
    previous = id;
    StoreSum& sum = found[lane];
    sum = {sum.rows + 1, sum.messages + statement->integer(2), sum.bytes + statement->integer(3)};
    const auto [ends, is_new] = ends_.try_emplace(lane, Ends{static_cast<RowId>(id), 0});
    ends->second.last = static_cast<RowId>(id);
  }
  if (found != *sums) return Error{"corrupt", "rows are missing or changed"};
  sums_ = std::move(found);
  known_ = true;
  return {};
}

}  // namespace fieldgate::buffer
