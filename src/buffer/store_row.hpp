// How a batch lies in a disk buffer's table: its columns, its checksum, and its times across restarts.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

#include "buffer/store.hpp"
#include "storage/database.hpp"

namespace fieldgate::buffer {

/// The clocks at one moment: what times of arrival are worth in another run or after another boot.
struct StoreClock {
  std::int64_t boot = 0;    ///< which boot of the machine; 0 where it cannot be told
  std::int64_t steady = 0;  ///< nanoseconds of steady_clock
  std::int64_t wall = 0;    ///< nanoseconds since 1970

  static StoreClock now();

  /// What to add to a time that was noted when `this` was now. In the same boot nothing; else so that the age is what
  /// passed on the wall clock, which may have jumped: no message gets younger than it was.
  std::chrono::steady_clock::duration shift_to(const StoreClock& now) const;
};

/// A row as its columns are. Views, of a batch or of a statement's current row.
struct StoreRow {
  std::int64_t id = 0;
  std::int64_t lane = 0;
  std::int64_t epoch = 0;
  std::int64_t messages = 0;
  std::int64_t bytes = 0;  ///< Batch::bytes()
  StoreClock clock;
  std::int64_t crc = 0;  ///< CRC-32 of all other columns
  Bytes keys;
  Bytes records;
  Bytes text;

  static constexpr const char* table =
      "CREATE TABLE batches(id INTEGER PRIMARY KEY,lane INTEGER,epoch INTEGER,messages INTEGER,bytes INTEGER,"
      "boot INTEGER,steady INTEGER,wall INTEGER,crc INTEGER,keys BLOB,records BLOB,text BLOB)";
  static constexpr const char* columns = "id,lane,epoch,messages,bytes,boot,steady,wall,crc,keys,records,text";
  static constexpr const char* insert = "INSERT INTO batches VALUES(?,?,?,?,?,?,?,?,?,?,?,?)";

  /// `epoch` is for a batch that has none.
  static StoreRow of(const Row& row, const StoreClock& clock, Epoch epoch);

  /// Reads the `columns` of a statement.
  static StoreRow read(const storage::Statement& statement);

  void bind(storage::Statement& statement) const;

  std::int64_t checksum() const;
  bool intact() const;

  /// The batch with its times as of `now`; nothing where the row is damaged.
  std::optional<Row> restore(const StoreClock& now) const;
};

}  // namespace fieldgate::buffer
