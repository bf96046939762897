// SQLite, wrapped once: a connection and its statements, with errors as results. The only room that includes SQLite.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include "message/bytes.hpp"
#include "message/result.hpp"

struct sqlite3;
struct sqlite3_stmt;

namespace fieldgate::storage {

/// A prepared statement. Every call blocks: never on the reactor's thread.
/// Reasons of errors: disk_full, io, corrupt (the file is damaged, or no database), locked, sql.
class Statement {
 public:
  Statement() = default;
  explicit Statement(sqlite3_stmt* statement) : statement_(statement) {}
  ~Statement();
  Statement(Statement&& other) noexcept;
  Statement& operator=(Statement&& other) noexcept;

  /// Parameters count from 1. Bytes are not copied: they must live until `reset`.
  Statement& bind(int parameter, std::int64_t value);
  Statement& bind(int parameter, Bytes blob);
  Statement& bind_text(int parameter, std::string_view text);

  /// True: there is a row; false: done.
  Result<bool> step();

  /// Runs to the end, and is ready to be bound again.
  Result<void> run();

  /// Columns count from 0. Views are good until the next step; where memory ends, they are empty.
  std::int64_t integer(int column) const;
  Bytes blob(int column) const;
  std::string_view text(int column) const;

  /// Whether the column holds a number (a damaged row may hold anything).
  bool is_integer(int column) const;

  void reset();

 private:
  sqlite3_stmt* statement_ = nullptr;
};

/// One connection to one file, WAL and synchronous=FULL: what a commit returned for survives a power cut. There is
/// never a second connection to the same file (SQLite before 3.51.3 can then corrupt the WAL). Used by one thread at a
/// time.
class Database {
 public:
  struct Options {
    std::int64_t wal_bytes = 4 * 1024 * 1024;    ///< of WAL before it is checkpointed
    std::int64_t page_bytes = 4096;              ///< of a file that is made; a power of two up to 65536
    std::int64_t cache_bytes = 2 * 1024 * 1024;  ///< of pages kept in memory
  };

  /// Opens or creates `file` (0600; its folder must be there). Blocks, also for recovery. Anything in its place that is
  /// not a regular file counts as corrupt.
  static Result<Database> open(const std::filesystem::path& file, const Options& options);

  /// A database without a file, which ends with the connection.
  static Result<Database> open_in_memory();

  /// Opens a file that is to be looked into and not to be changed, such as a damaged one.
  static Result<Database> open_to_read(const std::filesystem::path& file);

  ~Database();
  Database(Database&& other) noexcept;
  Database& operator=(Database&& other) noexcept;

  /// A statement must not outlive its database.
  Result<Statement> prepare(std::string_view sql);

  /// Runs all statements of `sql`.
  Result<void> run(const std::string& sql);

  /// The number that a query, such as `PRAGMA user_version`, answers with; 0 where it answers nothing.
  Result<std::int64_t> number(std::string_view sql);

  /// Writes the WAL into the database and empties it. After an I/O error nothing may be reported as durable before this
  /// has succeeded: what a failed sync lost, the kernel no longer knows.
  Result<void> checkpoint();

  /// Whether closing leaves the WAL as it is, which takes no time, instead of writing it into the database.
  void keep_wal_on_close(bool keep);

  /// Rows that the last INSERT, UPDATE or DELETE changed.
  std::int64_t changes() const;

 private:
  explicit Database(sqlite3* connection) : connection_(connection) {}
  sqlite3* connection_ = nullptr;
};

}  // namespace fieldgate::storage
