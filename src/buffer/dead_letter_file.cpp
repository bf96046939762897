// DeadLetterFile: the table and its queries.
#include "buffer/dead_letter_file.hpp"

#include <algorithm>

namespace fieldgate::buffer {

namespace {

namespace fs = std::filesystem;
using storage::Database;
using storage::Statement;

constexpr std::int64_t layout = 1;

/// What a row costs beside its texts.
constexpr std::size_t row_bytes = 100;

constexpr std::int64_t list_head = 256;
constexpr std::int64_t whole = 1 << 30;  // above SQLite's own limit

/// Letters handed over at once for their replay.
constexpr std::size_t replay_letters = 100;
constexpr std::size_t replay_bytes = 1024 * 1024;

/// The record comes last: whoever reads only the columns before it does not load it.
constexpr const char* schema =
    "CREATE TABLE letters(id INTEGER PRIMARY KEY AUTOINCREMENT, size INTEGER NOT NULL, died INTEGER NOT NULL,"
    " received INTEGER NOT NULL, receipt INTEGER NOT NULL, epoch INTEGER NOT NULL, replay INTEGER NOT NULL DEFAULT 0,"
    " component TEXT NOT NULL, reason TEXT NOT NULL, device BLOB NOT NULL, text BLOB NOT NULL, key BLOB NOT NULL,"
    " record BLOB NOT NULL);"
    "CREATE INDEX marked ON letters(component, id) WHERE replay = 1;"
    "PRAGMA user_version = 1";

constexpr std::string_view columns =
    "SELECT id, died, received, receipt, epoch, replay, component, reason, device, text, key, length(record),"
    " substr(record, 1, ?1) FROM letters ";

DeadLetter read_row(const Statement& row) {
  DeadLetter letter;
  letter.id = row.integer(0);
  letter.died = TimePoint(Duration(row.integer(1)));
  letter.received = TimePoint(Duration(row.integer(2)));
  letter.receipt = static_cast<Receipt>(row.integer(3));
  letter.epoch = static_cast<Epoch>(row.integer(4));
  letter.replay = row.integer(5) != 0;
  letter.component = row.text(6);
  letter.reason = row.text(7);
  letter.device = row.blob(8);
  letter.text = row.blob(9);
  letter.key = row.blob(10);
  letter.size = static_cast<std::size_t>(row.integer(11));
  letter.record = row.blob(12);
  return letter;
}

std::int64_t micros(TimePoint time) { return time.time_since_epoch().count(); }

/// The condition of a query; its parameters are bound from `first` on.
std::string condition(const DeadLetterQuery& query, int first) {
  std::string text = "WHERE 1";
  if (query.id != 0) text += " AND id = ?" + std::to_string(first);
  if (!query.component.empty()) text += " AND component = ?" + std::to_string(first + 1);
  if (!query.reason.empty()) text += " AND reason = ?" + std::to_string(first + 2);
  return text;
}

void bind(Statement& statement, const DeadLetterQuery& query, int first) {
  if (query.id != 0) statement.bind(first, query.id);
  if (!query.component.empty()) statement.bind_text(first + 1, query.component);
  if (!query.reason.empty()) statement.bind_text(first + 2, query.reason);
}

}  // namespace

std::size_t DeadLetterFile::weight(const DeadLetter& letter) {
  return letter.component.size() + letter.reason.size() + letter.text.size() + letter.device.size() +
         letter.key.size() + letter.record.size() + row_bytes;
}

Result<DeadLetterFile> DeadLetterFile::open(const fs::path& file, const Bounds& bounds) {
  Database::Options options;
  options.wal_bytes =
      std::clamp<std::int64_t>(static_cast<std::int64_t>(bounds.max_size) / 8, 64 * 1024, options.wal_bytes);
  Result<Database> database = Database::open(file, options);
  if (!database) return database.error();
  DeadLetterFile opened(std::move(*database), bounds);
  if (Result<void> ready = opened.prepare(); !ready) return ready.error();
  return opened;
}

Result<void> DeadLetterFile::prepare() {
  const Result<std::int64_t> version = database_.number("PRAGMA user_version");
  if (!version) return version.error();
  if (*version == 0) {
    const Result<std::int64_t> tables = database_.number("SELECT count(*) FROM sqlite_schema");
    if (!tables) return tables.error();
    if (*tables != 0) return Error{"corrupt", "it is a database, but not of dead letters"};
    const auto make = [&] { return database_.run(schema); };
    if (Result<void> made = transaction(make); !made) return made;
  } else if (*version != layout) {
    return Error{"corrupt", "another version of Fieldgate wrote it (layout " + std::to_string(*version) + ")"};
  }
  return count_all();
}

Result<void> DeadLetterFile::count_all() {
  Result<Statement> all = database_.prepare("SELECT count(*), coalesce(sum(size), 0) FROM letters");
  if (!all) return all.error().reason == "sql" ? Error{"corrupt", all.error().text} : all.error();
  if (const Result<bool> row = all->step(); !row) return row.error();
  totals_ = {static_cast<std::uint64_t>(all->integer(0)), static_cast<std::uint64_t>(all->integer(1))};
  return {};
}

template <class Work>
auto DeadLetterFile::transaction(const Work& work) -> decltype(work()) {
  if (Result<void> begun = database_.run("BEGIN IMMEDIATE"); !begun) return begun.error();
  const DeadLetterTotals before = totals_;
  auto done = work();
  if (done) {
    const Result<void> committed = database_.run("COMMIT");
    if (committed) return done;
    done = committed.error();
  }
  static_cast<void>(database_.run("ROLLBACK"));  // where SQLite has done so itself, there is nothing left to undo
  totals_ = before;
  return done;
}

Result<void> DeadLetterFile::insert_all(std::span<const DeadLetter> letters) {
  Result<Statement> row = database_.prepare(
      "INSERT INTO letters(size, died, received, receipt, epoch, component, reason, device, text, key, record)"
      " VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
  if (!row) return row.error();
  for (const DeadLetter& letter : letters) {
    const auto size = static_cast<std::int64_t>(weight(letter));
    row->bind(1, size).bind(2, micros(letter.died)).bind(3, micros(letter.received));
    row->bind(4, static_cast<std::int64_t>(letter.receipt)).bind(5, static_cast<std::int64_t>(letter.epoch));
    row->bind_text(6, letter.component).bind_text(7, letter.reason).bind(8, Bytes(letter.device));
    row->bind(9, Bytes(letter.text)).bind(10, Bytes(letter.key)).bind(11, Bytes(letter.record));
    if (Result<void> done = row->run(); !done) return done;
    ++totals_.letters;
    totals_.bytes += static_cast<std::uint64_t>(size);
  }
  return {};
}

Result<DeadLetterFile::Removed> DeadLetterFile::remove_oldest(TimePoint now) {
  Removed removed;
  Result<Statement> oldest = database_.prepare("SELECT id, size, died FROM letters ORDER BY id");
  if (!oldest) return oldest.error();
  const std::int64_t too_old = micros(now - bounds_.max_age);
  std::int64_t last = 0;
  while (totals_.letters > 0) {
    const Result<bool> row = oldest->step();
    if (!row) return row.error();
    if (!*row) break;
    const bool aged = oldest->integer(2) < too_old;
    if (!aged && totals_.bytes <= bounds_.max_size) break;
    ++(aged ? removed.max_age : removed.max_size);
    last = oldest->integer(0);
    --totals_.letters;
    totals_.bytes -= std::min(totals_.bytes, static_cast<std::uint64_t>(oldest->integer(1)));
  }
  oldest->reset();
  if (last == 0) return removed;
  Result<Statement> remove = database_.prepare("DELETE FROM letters WHERE id <= ?");
  if (!remove) return remove.error();
  if (Result<void> done = remove->bind(1, last).run(); !done) return done.error();
  return removed;
}

Result<DeadLetterFile::Removed> DeadLetterFile::insert(std::span<const DeadLetter> letters, TimePoint now) {
  return transaction([&]() -> Result<Removed> {
    if (Result<void> done = insert_all(letters); !done) return done.error();
    return remove_oldest(now);
  });
}

Result<std::vector<DeadLetter>> DeadLetterFile::list(const DeadLetterQuery& query) {
  Result<Statement> rows = database_.prepare(std::string(columns) + condition(query, 3) + " ORDER BY id DESC LIMIT ?2");
  if (!rows) return rows.error();
  rows->bind(1, query.id != 0 ? whole : list_head).bind(2, static_cast<std::int64_t>(query.limit));
  bind(*rows, query, 3);
  std::vector<DeadLetter> letters;
  for (;;) {
    const Result<bool> row = rows->step();
    if (!row) return row.error();
    if (!*row) break;
    letters.push_back(read_row(*rows));
  }
  std::reverse(letters.begin(), letters.end());
  return letters;
}

Result<std::uint64_t> DeadLetterFile::purge(const DeadLetterQuery& query) {
  const auto gone = transaction([&]() -> Result<std::uint64_t> {
    Result<Statement> remove = database_.prepare("DELETE FROM letters " + condition(query, 1));
    if (!remove) return remove.error();
    bind(*remove, query, 1);
    if (Result<void> done = remove->run(); !done) return done.error();
    const auto changed = static_cast<std::uint64_t>(database_.changes());
    if (Result<void> counted = count_all(); !counted) return counted.error();
    return changed;
  });
  // Whoever deletes all of them wants the room; where that fails, the letters are gone all the same.
  if (gone && *gone > 0 && totals_.letters == 0) {
    if (database_.run("VACUUM")) static_cast<void>(database_.checkpoint());
  }
  return gone;
}

Result<std::vector<std::pair<std::string, std::uint64_t>>> DeadLetterFile::count(const DeadLetterQuery& query) {
  Result<Statement> rows = database_.prepare("SELECT component, count(*) FROM letters " + condition(query, 1) +
                                             " GROUP BY component ORDER BY component");
  if (!rows) return rows.error();
  bind(*rows, query, 1);
  std::vector<std::pair<std::string, std::uint64_t>> counts;
  for (;;) {
    const Result<bool> row = rows->step();
    if (!row) return row.error();
    if (!*row) return counts;
    counts.emplace_back(rows->text(0), static_cast<std::uint64_t>(rows->integer(1)));
  }
}

Result<std::uint64_t> DeadLetterFile::mark(DeadLetterQuery query, const std::string& component) {
  query.component = component;
  return transaction([&]() -> Result<std::uint64_t> {
    Result<Statement> update = database_.prepare("UPDATE letters SET replay = 1 " + condition(query, 1));
    if (!update) return update.error();
    bind(*update, query, 1);
    if (Result<void> done = update->run(); !done) return done.error();
    return static_cast<std::uint64_t>(database_.changes());
  });
}

Result<std::vector<DeadLetter>> DeadLetterFile::marked(const std::string& component) {
  Result<Statement> rows = database_.prepare(std::string(columns) + "WHERE replay = 1 AND component = ?2 ORDER BY id");
  if (!rows) return rows.error();
  rows->bind(1, whole).bind_text(2, component);
  std::vector<DeadLetter> letters;
  for (std::size_t bytes = 0; letters.size() < replay_letters && bytes < replay_bytes;) {
    const Result<bool> row = rows->step();
    if (!row) return row.error();
    if (!*row) break;
    letters.push_back(read_row(*rows));
    bytes += weight(letters.back());
  }
  return letters;
}

Result<std::uint64_t> DeadLetterFile::erase(std::span<const std::int64_t> ids) {
  return transaction([&]() -> Result<std::uint64_t> {
    Result<Statement> remove = database_.prepare("DELETE FROM letters WHERE id = ? RETURNING size");
    if (!remove) return remove.error();
    std::uint64_t gone = 0;
    for (const std::int64_t id : ids) {
      const Result<bool> row = remove->bind(1, id).step();
      if (!row) return row.error();
      if (*row) {
        ++gone;
        --totals_.letters;
        totals_.bytes -= std::min(totals_.bytes, static_cast<std::uint64_t>(remove->integer(0)));
      }
      if (Result<void> done = remove->run(); !done) return done.error();
    }
    return gone;
  });
}

}  // namespace fieldgate::buffer
