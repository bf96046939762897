// A database as Fieldgate sets it up.
#include "storage/database.hpp"

#include <sys/stat.h>

#include "support/catch.hpp"
#include "support/temp_dir.hpp"

using namespace fieldgate;
using namespace fieldgate::test;
using storage::Database;
using storage::Statement;

namespace {

std::int64_t pragma(Database& database, const std::string& name) {
  Result<std::int64_t> value = database.number("PRAGMA " + name);
  REQUIRE(value);
  return *value;
}

}  // namespace

TEST_CASE("a database is durable, private and holds its file alone") {
  const TempDir dir;
  Result<Database> database = Database::open(dir / "x.db", {.wal_bytes = 1 << 20, .page_bytes = 8192});
  REQUIRE(database);
  REQUIRE(database->run("CREATE TABLE t(a)"));
  CHECK(pragma(*database, "synchronous") == 2);
  CHECK(pragma(*database, "secure_delete") == 0);
  CHECK(pragma(*database, "page_size") == 8192);
  CHECK(pragma(*database, "wal_autocheckpoint") == (1 << 20) / 8192);
  CHECK(pragma(*database, "journal_size_limit") == 1 << 20);
  Result<Statement> mode = database->prepare("PRAGMA journal_mode");
  REQUIRE(mode);
  REQUIRE(*mode->step());
  CHECK(mode->text(0) == "wal");
  for (const char* name : {"x.db", "x.db-wal"}) {
    struct stat status {};
    REQUIRE(::stat((dir / name).c_str(), &status) == 0);
    CHECK((status.st_mode & 0777) == 0600);
  }
  CHECK_FALSE(std::filesystem::exists(dir / "x.db-shm"));
  const Result<Database> second = Database::open(dir / "x.db", {});
  REQUIRE_FALSE(second);
  CHECK(second.error().reason == "locked");
}

TEST_CASE("a file that others could read is made private") {
  const TempDir dir;
  REQUIRE(Database::open(dir / "x.db", {}));
  REQUIRE(::chmod((dir / "x.db").c_str(), 0644) == 0);
  REQUIRE(Database::open(dir / "x.db", {}));
  struct stat status {};
  REQUIRE(::stat((dir / "x.db").c_str(), &status) == 0);
  CHECK((status.st_mode & 0777) == 0600);
}

TEST_CASE("bytes and numbers come back as they were bound") {
  const TempDir dir;
  Result<Database> database = Database::open(dir / "x.db", {});
  REQUIRE(database);
  REQUIRE(database->run("CREATE TABLE t(a INTEGER,b BLOB,c TEXT)"));
  const std::string bytes("\0\xff text \n", 9);
  {
    Result<Statement> insert = database->prepare("INSERT INTO t VALUES(?,?,?)");
    REQUIRE(insert);
    insert->bind(1, std::int64_t{-5}).bind(2, bytes).bind_text(3, "tëxt");
    REQUIRE(insert->run());
    insert->bind(1, std::int64_t{1} << 62).bind(2, Bytes{}).bind_text(3, {});
    REQUIRE(insert->run());
    CHECK(database->changes() == 1);
  }
  Result<Statement> select = database->prepare("SELECT a,b,c FROM t ORDER BY rowid");
  REQUIRE(select);
  REQUIRE(*select->step());
  CHECK(select->is_integer(0));
  CHECK(select->integer(0) == -5);
  CHECK(select->blob(1) == bytes);
  CHECK(select->text(2) == "tëxt");
  REQUIRE(*select->step());
  CHECK(select->integer(0) == std::int64_t{1} << 62);
  CHECK(select->blob(1).empty());
  CHECK_FALSE(select->is_integer(1));
  const Result<bool> end = select->step();
  REQUIRE(end);
  CHECK_FALSE(*end);
}

TEST_CASE("a checkpoint empties the WAL") {
  const TempDir dir;
  Result<Database> database = Database::open(dir / "x.db", {});
  REQUIRE(database);
  REQUIRE(database->run("CREATE TABLE t(a);INSERT INTO t VALUES(1)"));
  CHECK(std::filesystem::file_size(dir / "x.db-wal") > 0);
  REQUIRE(database->checkpoint());
  CHECK(std::filesystem::file_size(dir / "x.db-wal") == 0);
}

TEST_CASE("what is wrong with a file is told apart") {
  const TempDir dir;
  const auto reason = [&dir](const char* name) {
    Result<Database> database = Database::open(dir / name, {});
    return database ? std::string() : std::string(database.error().reason);
  };
  dir.write("garbage.db", std::string(10'000, 'x'));
  CHECK(reason("garbage.db") == "corrupt");
  std::filesystem::create_directory(dir / "folder.db");
  CHECK(reason("folder.db") == "corrupt");
  CHECK(reason("nowhere/x.db") == "io");
  Result<Database> good = Database::open(dir / "good.db", {});
  REQUIRE(good);
  const Result<void> wrong = good->run("SELECT nonsense FROM nothing");
  REQUIRE_FALSE(wrong);
  CHECK(wrong.error().reason == "sql");
  CHECK(wrong.error().text.find("nothing") != std::string::npos);
}

TEST_CASE("a database that is only looked into stays as it is") {
  const TempDir dir;
  REQUIRE(Database::open(dir / "x.db", {})->run("CREATE TABLE t(a);INSERT INTO t VALUES(7)"));
  Result<Database> database = Database::open_to_read(dir / "x.db");
  REQUIRE(database);
  CHECK(*database->number("SELECT a FROM t") == 7);
  CHECK_FALSE(database->run("INSERT INTO t VALUES(8)"));
  CHECK_FALSE(Database::open_to_read(dir / "none.db"));
}
