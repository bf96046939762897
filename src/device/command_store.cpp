// CommandStore: one table.
#include "device/command_store.hpp"

#include <array>
#include <fstream>
#include <iterator>
#include <utility>

#include "message/siphash.hpp"
#include "storage/wal.hpp"

namespace fieldgate::device {

namespace {

using storage::Database;
using storage::Statement;

constexpr std::int64_t layout = 2;

constexpr const char* schema =
    "BEGIN IMMEDIATE;"
    "CREATE TABLE commands(number INTEGER PRIMARY KEY AUTOINCREMENT, final INTEGER NOT NULL, state INTEGER NOT NULL,"
    " accepted INTEGER NOT NULL, changed INTEGER NOT NULL, expires INTEGER NOT NULL, repeatable INTEGER NOT NULL,"
    " framed INTEGER NOT NULL, asker BLOB NOT NULL, device BLOB NOT NULL, key BLOB NOT NULL, id BLOB NOT NULL,"
    " name BLOB NOT NULL, reply_to BLOB NOT NULL, correlation BLOB NOT NULL, error BLOB NOT NULL,"
    " content BLOB NOT NULL, data BLOB NOT NULL, sum INTEGER NOT NULL);"
    "CREATE INDEX keys ON commands(device, asker, key);"
    "CREATE INDEX ids ON commands(id);"
    "CREATE INDEX ends ON commands(final, number);"
    "PRAGMA user_version = 2;"
    "COMMIT";

constexpr std::string_view columns =
    "SELECT number, final, state, accepted, changed, expires, repeatable, framed, asker, device, key, id, name,"
    " reply_to, correlation, error, content, data, sum FROM commands ";

std::int64_t micros(TimePoint time) { return time.time_since_epoch().count(); }

std::array<Bytes, 10> texts_of(const KeptCommand& command) {
  const CommandRequest& request = command.status.request;
  return {request.from,     request.device,      command.key,          request.id,      request.name,
          request.reply_to, request.correlation, command.status.error, request.content, command.status.data};
}

/// By which a row that the disk has changed is known.
std::int64_t sum_of(const KeptCommand& command) {
  const CommandStatus& status = command.status;
  std::string all;
  for (const std::int64_t number :
       {status.number, std::int64_t{status.final}, static_cast<std::int64_t>(status.state), micros(status.accepted),
        micros(status.changed), status.expires ? micros(*status.expires) : 0, std::int64_t{command.repeatable},
        std::int64_t{status.request.framed}}) {
    all.append(std::to_string(number)).push_back(' ');
  }
  for (const Bytes text : texts_of(command)) all.append(std::to_string(text.size())).append(" ").append(text);
  return static_cast<std::int64_t>(SipHash(0, 0)(all));
}

Result<KeptCommand> read_row(const Statement& row) {
  KeptCommand command;
  CommandStatus& status = command.status;
  status.number = row.integer(0);
  status.final = row.integer(1) != 0;
  status.state = static_cast<CommandState>(static_cast<std::uint64_t>(row.integer(2)) % 6);
  status.accepted = TimePoint(Duration(row.integer(3)));
  status.changed = TimePoint(Duration(row.integer(4)));
  if (row.integer(5) != 0) status.expires = TimePoint(Duration(row.integer(5)));
  command.repeatable = row.integer(6) != 0;
  status.request.framed = row.integer(7) != 0;
  std::string* const texts[] = {&status.request.from,
                                &status.request.device,
                                &command.key,
                                &status.request.id,
                                &status.request.name,
                                &status.request.reply_to,
                                &status.request.correlation,
                                &status.error,
                                &status.request.content,
                                &status.data};
  for (int i = 0; i < 10; ++i) *texts[i] = row.blob(8 + i);
  if (row.integer(18) != sum_of(command))
    return Error{"corrupt", "command " + std::to_string(status.number) + " is not as it was written"};
  return command;
}

Result<std::vector<KeptCommand>> read_all(Statement& rows) {
  std::vector<KeptCommand> found;
  for (;;) {
    const Result<bool> row = rows.step();
    if (!row) return row.error();
    if (!*row) return found;
    Result<KeptCommand> command = read_row(rows);
    if (!command) return command.error();
    found.push_back(std::move(*command));
  }
}

Result<std::vector<CommandStatus>> read_statuses(Statement& rows) {
  auto read = read_all(rows);
  if (!read) return read.error();
  std::vector<CommandStatus> found;
  for (KeptCommand& command : *read) found.push_back(std::move(command.status));
  return found;
}

/// SQLite takes damage in its log for the log's end, and with what is lost behind it a command could go out again.
Result<void> check_log(const std::filesystem::path& file) {
  std::ifstream log(file.string() + "-wal", std::ios::binary);
  const std::string content{std::istreambuf_iterator<char>(log), std::istreambuf_iterator<char>()};
  if (storage::mend_wal(content).state == storage::MendedWal::State::sound) return {};
  return Error{"corrupt", "its log (" + file.filename().string() + "-wal) is damaged"};
}

}  // namespace

Result<CommandStore> CommandStore::open(const std::filesystem::path& file) {
  if (!file.empty()) {
    if (Result<void> sound = check_log(file); !sound) return sound.error();
  }
  Result<Database> database = file.empty() ? Database::open_in_memory() : Database::open(file, {});
  if (!database) return database.error();
  CommandStore store(std::move(*database));
  if (Result<void> ready = store.prepare(); !ready) return ready.error();
  return store;
}

Result<void> CommandStore::prepare() {
  const Result<std::int64_t> version = database_.number("PRAGMA user_version");
  if (!version) return version.error();
  if (*version == layout) return look_through();
  if (*version != 0)
    return Error{"corrupt", "another version of Fieldgate wrote it (layout " + std::to_string(*version) + ")"};
  const Result<std::int64_t> tables = database_.number("SELECT count(*) FROM sqlite_schema");
  if (!tables) return tables.error();
  if (*tables != 0) return Error{"corrupt", "it is a database, but not of commands"};
  Result<void> made = database_.run(schema);
  if (!made) static_cast<void>(database_.run("ROLLBACK"));
  return made;
}

/// A log that a crash cut off goes first: later transactions behind its end would look like damage in its midst.
Result<void> CommandStore::look_through() {
  if (Result<void> whole = database_.checkpoint(); !whole) return whole;
  Result<Statement> check = database_.prepare("PRAGMA integrity_check(1)");
  if (!check) return check.error();
  const Result<bool> row = check->step();
  if (!row) return row.error();
  if (*row && check->text(0) != "ok") return Error{"corrupt", std::string(check->text(0))};
  return {};
}

Result<std::vector<KeptCommand>> CommandStore::open_commands() {
  Result<Statement> rows = database_.prepare(std::string(columns) + "WHERE final = 0 ORDER BY number");
  if (!rows) return rows.error();
  return read_all(*rows);
}

Result<std::int64_t> CommandStore::last_number() {
  return database_.number("SELECT seq FROM sqlite_sequence WHERE name = 'commands'");
}

Result<std::optional<CommandStatus>> CommandStore::seen(const KeptCommand& command, TimePoint since) {
  Result<Statement> rows = database_.prepare(
      std::string(columns) +
      "WHERE device = ? AND asker = ? AND key = ? AND accepted >= ? AND state <> 5 ORDER BY number DESC LIMIT 1");
  if (!rows) return rows.error();
  rows->bind(1, Bytes(command.status.request.device)).bind(2, Bytes(command.status.request.from));
  rows->bind(3, Bytes(command.key)).bind(4, micros(since));
  const Result<bool> row = rows->step();
  if (!row) return row.error();
  if (!*row) return std::optional<CommandStatus>();
  Result<KeptCommand> found = read_row(*rows);
  if (!found) return found.error();
  return std::optional<CommandStatus>(std::move(found->status));
}

Result<void> CommandStore::put(const KeptCommand& command) {
  Result<Statement> row = database_.prepare(
      "INSERT OR REPLACE INTO commands(number, final, state, accepted, changed, expires, repeatable, framed, asker,"
      " device, key, id, name, reply_to, correlation, error, content, data, sum)"
      " VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
  if (!row) return row.error();
  const CommandStatus& status = command.status;
  const CommandRequest& request = status.request;
  row->bind(1, status.number).bind(2, std::int64_t{status.final});
  row->bind(3, static_cast<std::int64_t>(status.state)).bind(4, micros(status.accepted));
  row->bind(5, micros(status.changed)).bind(6, status.expires ? micros(*status.expires) : 0);
  row->bind(7, std::int64_t{command.repeatable}).bind(8, std::int64_t{request.framed});
  int parameter = 9;
  for (const Bytes text : texts_of(command)) row->bind(parameter++, text);
  row->bind(parameter, sum_of(command));
  return row->run();
}

Result<std::vector<CommandStatus>> CommandStore::find(std::string_view id, std::int64_t number) {
  Result<Statement> rows = database_.prepare(
      std::string(columns) + (number != 0 ? "WHERE number = ?1" : "WHERE id = ?1") + " ORDER BY number DESC LIMIT 100");
  if (!rows) return rows.error();
  number != 0 ? rows->bind(1, number) : rows->bind(1, Bytes(id));
  return read_statuses(*rows);
}

Result<std::vector<CommandStatus>> CommandStore::of_device(std::string_view device, std::size_t limit) {
  Result<Statement> rows = database_.prepare(std::string(columns) + "WHERE device = ?1 ORDER BY number DESC LIMIT ?2");
  if (!rows) return rows.error();
  rows->bind(1, Bytes(device)).bind(2, static_cast<std::int64_t>(limit));
  return read_statuses(*rows);
}

Result<std::uint64_t> CommandStore::purge(TimePoint before, const CommandBounds& bounds) {
  Result<void> done =
      database_.run("DELETE FROM commands WHERE final = 1 AND changed < " + std::to_string(micros(before)));
  if (!done) return done.error();
  done = database_.run(
      "DELETE FROM commands WHERE number IN (SELECT number FROM (SELECT number, count(*) OVER newest AS ended,"
      " sum(length(content) + length(data) + 500) OVER newest AS bytes FROM commands WHERE final = 1"
      " WINDOW newest AS (ORDER BY number DESC)) WHERE ended > " +
      std::to_string(bounds.ended) + " OR bytes > " + std::to_string(bounds.bytes) + ")");
  if (!done) return done.error();
  return static_cast<std::uint64_t>(database_.changes());
}

}  // namespace fieldgate::device
