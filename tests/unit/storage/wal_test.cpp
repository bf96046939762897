// Damage in a write-ahead log, told from a torn end.
#include "storage/wal.hpp"

#include <fstream>
#include <iterator>
#include <random>

#include "storage/database.hpp"
#include "support/catch.hpp"
#include "support/temp_dir.hpp"

using namespace fieldgate;
using namespace fieldgate::test;
using storage::Database;
using storage::mend_wal;
using storage::MendedWal;
using State = storage::MendedWal::State;

namespace {

constexpr std::size_t header = 32;
constexpr std::size_t frame = 24 + 512;

/// The log of ten commits, as a kill leaves it.
std::string good_log() {
  const TempDir dir;
  Result<Database> database = Database::open(dir / "x.db", {.page_bytes = 512});
  REQUIRE(database);
  REQUIRE(
      database->run("CREATE TABLE t(id INTEGER PRIMARY KEY,a BLOB);CREATE TABLE n(a INTEGER);INSERT INTO n VALUES(0)"));
  for (int i = 0; i < 7; ++i) {
    REQUIRE(database->run("BEGIN;INSERT INTO t(a) VALUES(randomblob(300));UPDATE n SET a=a+1;COMMIT"));
  }
  std::ifstream file(dir / "x.db-wal", std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

/// How many rows SQLite finds in this log, beside the file of an empty database.
std::int64_t rows_of(const std::string& log) {
  const TempDir dir;
  REQUIRE(Database::open(dir / "x.db", {.page_bytes = 512}));
  dir.write("x.db-wal", log);
  Result<Database> database = Database::open_to_read(dir / "x.db");
  REQUIRE(database);
  const Result<std::int64_t> rows = database->number("SELECT count(*) FROM t");
  return rows ? *rows : -1;
}

std::string flipped(std::string log, std::size_t byte, int bit = 3) {
  log[byte] = static_cast<char>(log[byte] ^ 1 << bit);
  return log;
}

}  // namespace

TEST_CASE("a log as it was written is sound, and so is any beginning of it") {
  const std::string log = good_log();
  REQUIRE(rows_of(log) == 7);
  for (std::size_t size = 0; size <= log.size(); size += 67) CHECK(mend_wal(log.substr(0, size)).state == State::sound);
  CHECK(mend_wal(log).state == State::sound);
  CHECK(mend_wal(log.substr(0, 31)).state == State::sound);
  CHECK(mend_wal(std::string(5000, '\0')).state == State::sound);
}

TEST_CASE("a flipped bit in any frame's header costs nothing, but in the last commit, which may be torn") {
  const std::string log = good_log();
  const std::size_t frames = (log.size() - header) / frame;
  const std::int64_t all = rows_of(log);
  std::size_t torn = 0;
  for (std::size_t i = 0; i < frames; ++i) {
    for (std::size_t byte = 0; byte < 24; ++byte) {
      INFO("frame " << i << " of " << frames << ", byte " << byte);
      const MendedWal mended = mend_wal(flipped(log, header + i * frame + byte));
      if (mended.state == State::sound) {
        torn = torn == 0 ? frames - i : torn;
        continue;
      }
      REQUIRE(mended.state == State::mended);
      CHECK(mended.damaged >= 1);
      CHECK(mended.holes == 0);
      CHECK(rows_of(mended.log) == all);
    }
  }
  CHECK(torn <= 4);
}

TEST_CASE("a damaged page is a hole only where no later frame has it") {
  const std::string log = good_log();
  const std::size_t frames = (log.size() - header) / frame;
  std::size_t mended_ones = 0;
  for (std::size_t i = 0; i < frames; ++i) {
    INFO("frame " << i << " of " << frames);
    const MendedWal mended = mend_wal(flipped(log, header + i * frame + 24 + 100));
    if (mended.state == State::sound) continue;
    ++mended_ones;
    REQUIRE(mended.state == State::mended);
    CHECK(mended.damaged == 1);
    CHECK(mended.holes <= 1);
    CHECK(mend_wal(mended.log).state == State::sound);
    if (mended.holes == 0) CHECK(rows_of(mended.log) == 7);
  }
  CHECK(mended_ones >= frames - 4);
}

TEST_CASE("a flipped bit in the log's header is mended") {
  const std::string log = good_log();
  for (std::size_t byte = 0; byte < header; ++byte) {
    for (const int bit : {0, 7}) {
      INFO("byte " << byte);
      const MendedWal mended = mend_wal(flipped(log, byte, bit));
      REQUIRE(mended.state == State::mended);
      CHECK(mended.holes == 0);
      CHECK(rows_of(mended.log) == 7);
    }
  }
}

TEST_CASE("a frame that is gone altogether is left out") {
  const std::string log = good_log();
  const std::size_t frames = (log.size() - header) / frame;
  for (std::size_t i = 2; i + 6 < frames; ++i) {
    std::string wiped = log;
    wiped.replace(header + i * frame, frame, frame, '\0');
    INFO("frame " << i);
    const MendedWal mended = mend_wal(wiped);
    REQUIRE(mended.state == State::mended);
    CHECK(mended.holes >= 1);
    CHECK(mend_wal(mended.log).state == State::sound);
    CHECK(mended.log.size() < log.size());
  }
}

TEST_CASE("what is no log cannot be used, and nothing in it is believed") {
  std::mt19937 random(18);
  for (int i = 0; i < 200; ++i) {
    std::string garbage(33 + random() % 20'000, '\0');
    for (char& c : garbage) c = static_cast<char>(random());
    CHECK(mend_wal(garbage).state == State::unusable);
  }
  std::string salted = good_log();
  for (std::size_t at = header + 8; at < salted.size(); at += frame) salted[at] = static_cast<char>(salted[at] ^ 1);
  CHECK(mend_wal(salted).state != State::unusable);
}

TEST_CASE("any damage at all is borne") {
  const std::string log = good_log();
  std::mt19937 random(19);
  for (int i = 0; i < 300; ++i) {
    std::string damaged = log;
    const std::size_t at = random() % log.size();
    const std::size_t size = std::min<std::size_t>(random() % 3000, log.size() - at);
    for (std::size_t k = at; k < at + size; ++k) damaged[k] = i % 2 == 0 ? '\0' : static_cast<char>(random());
    const MendedWal mended = mend_wal(damaged);
    INFO("at " << at << ", " << size << " bytes");
    if (mended.state == State::mended) CHECK(mend_wal(mended.log).state == State::sound);
  }
}
