// Database: SQLite's calls, and how a connection is set up so that a commit is durable.
#include "storage/database.hpp"

#include <fcntl.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>
#include <utility>

namespace fieldgate::storage {
namespace {

std::string_view reason_of(int code) {
  if (code == SQLITE_IOERR_CORRUPTFS || code == SQLITE_IOERR_DATA) return "corrupt";
  switch (code & 0xff) {
    case SQLITE_FULL:
      return "disk_full";
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return "corrupt";
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return "locked";
    case SQLITE_IOERR:
    case SQLITE_CANTOPEN:
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_AUTH:
    case SQLITE_NOLFS:
    case SQLITE_PROTOCOL:
    case SQLITE_INTERRUPT:
    case SQLITE_NOMEM:
      return "io";
    default:
      return "sql";
  }
}

/// What SQLite and, below it, the system say about the last failure of `connection`.
Error error_of(sqlite3* connection, int code) {
  std::string text = sqlite3_errstr(code & 0xff);
  if (const char* more = connection != nullptr ? sqlite3_errmsg(connection) : nullptr; more != nullptr) {
    if (text != more) text.append(": ").append(more);
  }
  const int system = connection != nullptr ? sqlite3_system_errno(connection) : 0;
  if (system != 0 && reason_of(code) != "corrupt") text.append(": ").append(std::generic_category().message(system));
  text.append(" (SQLite error ").append(std::to_string(code)).append(")");
  return {reason_of(code), std::move(text)};
}

Error system_error(const std::filesystem::path& path, int code) {
  const std::string_view reason = code == ENOSPC || code == EDQUOT ? "disk_full" : "io";
  return {reason, path.string() + ": " + std::generic_category().message(code)};
}

/// SQLite syncs the folder for its WAL, but not for the database: a power cut could take the whole file away.
Result<void> sync_folder(const std::filesystem::path& file) {
  const std::filesystem::path folder = file.has_parent_path() ? file.parent_path() : ".";
  const int descriptor = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0) return system_error(folder, errno);
  const int code = ::fsync(descriptor) == 0 ? 0 : errno;
  ::close(descriptor);
  if (code != 0) return system_error(folder, code);
  return {};
}

/// Makes the file, for its owner alone; SQLite gives the same mode to the WAL. A file that is there is not opened:
/// closing it would take the locks of any other connection in this process.
Result<void> create(const std::filesystem::path& file) {
  const int descriptor = ::open(file.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (descriptor >= 0) {
    ::close(descriptor);
    return sync_folder(file);
  }
  if (errno != EEXIST) return system_error(file, errno);
  struct stat status {};
  if (::lstat(file.c_str(), &status) != 0) return system_error(file, errno);
  if (!S_ISREG(status.st_mode)) return Error{"corrupt", file.string() + ": not a regular file"};
  if ((status.st_mode & 0777) != 0600 && ::chmod(file.c_str(), 0600) != 0) return system_error(file, errno);
  return {};
}

/// `locking_mode` comes before the WAL is first touched, so that there is no shared memory file. Debian's SQLite
/// overwrites with zeros what is deleted unless told otherwise.
std::string set_up(const Database::Options& options) {
  const auto number = [](std::int64_t value) { return std::to_string(value); };
  return "PRAGMA locking_mode=EXCLUSIVE;PRAGMA page_size=" + number(options.page_bytes) +
         ";PRAGMA journal_mode=WAL;PRAGMA synchronous=FULL;PRAGMA secure_delete=OFF;PRAGMA temp_store=MEMORY"
         ";PRAGMA mmap_size=0;PRAGMA trusted_schema=OFF;PRAGMA cell_size_check=ON;PRAGMA cache_size=-" +
         number(options.cache_bytes / 1024) + ";PRAGMA journal_size_limit=" + number(options.wal_bytes);
}

/// The page size is the file's own, which another version may have made.
Result<void> set_checkpoints(Database& database, std::int64_t wal_bytes) {
  const Result<std::int64_t> page = database.number("PRAGMA page_size");
  if (!page) return page.error();
  return database.run("PRAGMA wal_autocheckpoint=" + std::to_string(std::max<std::int64_t>(wal_bytes / *page, 1)));
}

}  // namespace

Statement::~Statement() { sqlite3_finalize(statement_); }

Statement::Statement(Statement&& other) noexcept : statement_(std::exchange(other.statement_, nullptr)) {}

Statement& Statement::operator=(Statement&& other) noexcept {
  std::swap(statement_, other.statement_);
  return *this;
}

Statement& Statement::bind(int parameter, std::int64_t value) {
  sqlite3_bind_int64(statement_, parameter, value);
  return *this;
}

Statement& Statement::bind(int parameter, Bytes blob) {
  sqlite3_bind_blob64(statement_, parameter, blob.empty() ? "" : blob.data(), blob.size(), nullptr);
  return *this;
}

Statement& Statement::bind_text(int parameter, std::string_view text) {
  sqlite3_bind_text64(statement_, parameter, text.empty() ? "" : text.data(), text.size(), nullptr, SQLITE_UTF8);
  return *this;
}

Result<bool> Statement::step() {
  const int code = sqlite3_step(statement_);
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  return error_of(sqlite3_db_handle(statement_), code);
}

Result<void> Statement::run() {
  for (;;) {
    const Result<bool> row = step();
    if (row && *row) continue;
    reset();
    if (!row) return row.error();
    return {};
  }
}

std::int64_t Statement::integer(int column) const { return sqlite3_column_int64(statement_, column); }

Bytes Statement::blob(int column) const {
  const void* data = sqlite3_column_blob(statement_, column);
  if (data == nullptr) return {};
  return {static_cast<const char*>(data), static_cast<std::size_t>(sqlite3_column_bytes(statement_, column))};
}

std::string_view Statement::text(int column) const {
  const void* data = sqlite3_column_text(statement_, column);
  if (data == nullptr) return {};
  return {static_cast<const char*>(data), static_cast<std::size_t>(sqlite3_column_bytes(statement_, column))};
}

bool Statement::is_integer(int column) const { return sqlite3_column_type(statement_, column) == SQLITE_INTEGER; }

void Statement::reset() {
  sqlite3_reset(statement_);
  sqlite3_clear_bindings(statement_);
}

Result<Database> Database::open(const std::filesystem::path& file, const Options& options) {
  if (Result<void> created = create(file); !created) return created.error();
  sqlite3* connection = nullptr;
  constexpr int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_PRIVATECACHE |
                        SQLITE_OPEN_EXRESCODE;
  const int code = sqlite3_open_v2(file.c_str(), &connection, flags, nullptr);
  Database database(connection);
  if (code != SQLITE_OK) return error_of(connection, code);
  if (Result<void> result = database.run(set_up(options)); !result) return result.error();
  if (Result<void> result = set_checkpoints(database, options.wal_bytes); !result) return result.error();
  return database;
}

Result<Database> Database::open_in_memory() {
  sqlite3* connection = nullptr;
  constexpr int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
  const int code = sqlite3_open_v2(":memory:", &connection, flags, nullptr);
  Database database(connection);
  if (code != SQLITE_OK) return error_of(connection, code);
  return database;
}

Result<Database> Database::open_to_read(const std::filesystem::path& file) {
  sqlite3* connection = nullptr;
  constexpr int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_PRIVATECACHE | SQLITE_OPEN_EXRESCODE;
  const int code = sqlite3_open_v2(file.c_str(), &connection, flags, nullptr);
  Database database(connection);
  if (code != SQLITE_OK) return error_of(connection, code);
  database.keep_wal_on_close(true);
  Result<void> result = database.run(
      "PRAGMA locking_mode=EXCLUSIVE;PRAGMA temp_store=MEMORY;PRAGMA mmap_size=0;PRAGMA trusted_schema=OFF;"
      "PRAGMA cell_size_check=ON;PRAGMA query_only=ON");
  if (!result) return result.error();
  return database;
}

Database::~Database() { sqlite3_close_v2(connection_); }

Database::Database(Database&& other) noexcept : connection_(std::exchange(other.connection_, nullptr)) {}

Database& Database::operator=(Database&& other) noexcept {
  std::swap(connection_, other.connection_);
  return *this;
}

Result<Statement> Database::prepare(std::string_view sql) {
  sqlite3_stmt* statement = nullptr;
  const int code = sqlite3_prepare_v3(connection_, sql.data(), static_cast<int>(sql.size()), SQLITE_PREPARE_PERSISTENT,
                                      &statement, nullptr);
  if (code != SQLITE_OK) return error_of(connection_, code);
  return Statement(statement);
}

Result<void> Database::run(const std::string& sql) {
  const int code = sqlite3_exec(connection_, sql.c_str(), nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) return error_of(connection_, code);
  return {};
}

Result<std::int64_t> Database::number(std::string_view sql) {
  Result<Statement> statement = prepare(sql);
  if (!statement) return statement.error();
  const Result<bool> row = statement->step();
  if (!row) return row.error();
  return *row ? statement->integer(0) : 0;
}

Result<void> Database::checkpoint() {
  Result<Statement> statement = prepare("PRAGMA wal_checkpoint(TRUNCATE)");
  if (!statement) return statement.error();
  const Result<bool> row = statement->step();
  if (!row) return row.error();
  if (*row && statement->integer(0) != 0) return Error{"locked", "the WAL could not be written into the database"};
  return {};
}

void Database::keep_wal_on_close(bool keep) {
  sqlite3_db_config(connection_, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, keep ? 1 : 0, nullptr);
}

std::int64_t Database::changes() const { return sqlite3_changes64(connection_); }

}  // namespace fieldgate::storage
