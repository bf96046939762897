// The disk buffer's file damaged in every way: it starts, hands out only what was written, and counts what is lost.
#include <fstream>
#include <iterator>
#include <random>
#include <sstream>

#include "buffer/store_file.hpp"
#include "storage/database.hpp"
#include "support/catch.hpp"
#include "support/temp_dir.hpp"
#include "unit/buffer/store_test_support.hpp"

using namespace fieldgate;
using namespace fieldgate::test;
using buffer::RowId;
namespace fs = std::filesystem;

namespace {

constexpr std::uint64_t rows = 30;
constexpr std::uint64_t messages_in_row = 3;
constexpr std::size_t page = 8192;

/// A closed file of two lanes.
std::string good_file() {
  const TempDir dir;
  OpenStore store(dir / "sink.db");
  REQUIRE(store.opened());
  for (std::uint64_t i = 0; i < rows; ++i) store.insert(static_cast<std::uint32_t>(i % 2), messages_in_row, 2500);
  REQUIRE(store.committed(rows));
  REQUIRE(store.close());
  std::ifstream file(dir / "sink.db", std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

struct Outcome {
  std::uint64_t delivered = 0;
  std::uint64_t lost = 0;
  bool countable = true;
  std::string damage;
  RowId next = 0;
};

/// Starts on a file and reads all of it.
Outcome start_on(const fs::path& path) {
  buffer::StoreFile file(path, 1 << 22, 8);
  Result<buffer::Found> found = file.open();
  REQUIRE(found);
  Outcome outcome{.lost = found->corrupt, .damage = found->damage, .next = found->next};
  for (const buffer::Extent& extent : found->lanes) {
    const Result<buffer::StorePage> all = file.read({extent.lane, 0, found->next, 1 << 30});
    REQUIRE(all);
    for (const buffer::Row& row : all->rows) {
      CHECK(same_content(*row.batch, *batch_of(row.id, messages_in_row, 2500)));
      outcome.delivered += row.batch->size();
    }
  }
  for (const buffer::StoreDamage& damage : file.take_damage()) {
    outcome.lost += damage.messages;
    outcome.damage += damage.text;
  }
  outcome.countable = outcome.damage.find("cannot be told") == std::string::npos;
  // What is new goes on as if nothing had been.
  buffer::StoreGroup group;
  group.rows.push_back({outcome.next, 0, batch_of(outcome.next)});
  CHECK(file.write(group));
  return outcome;
}

/// The same with this content.
Outcome start_with(const std::string& content) {
  const TempDir dir;
  return start_on(dir.write("sink.db", content));
}

/// What holds whatever the damage was.
void check_balance(const Outcome& outcome) {
  INFO(outcome.damage);
  CHECK(outcome.next > rows);
  if (outcome.countable) CHECK(outcome.delivered + outcome.lost == rows * messages_in_row);
  CHECK(outcome.lost + outcome.delivered >= 1);
  if (outcome.lost > 0) CHECK_FALSE(outcome.damage.empty());
}

}  // namespace

TEST_CASE("an unharmed file loses nothing") {
  const Outcome outcome = start_with(good_file());
  CHECK(outcome.delivered == rows * messages_in_row);
  CHECK(outcome.lost == 0);
  CHECK(outcome.damage.empty());
}

TEST_CASE("flipped bits cost the messages that they hit, counted") {
  const std::string good = good_file();
  std::mt19937 random(7);
  std::uint64_t lost = 0;
  for (int i = 0; i < 150; ++i) {
    std::string content = good;
    const std::size_t at = random() % content.size();
    content[at] = static_cast<char>(content[at] ^ (1 << random() % 8));
    INFO("byte " << at);
    const Outcome outcome = start_with(content);
    check_balance(outcome);
    // One bit is one row, unless it is where the tree branches.
    if (at >= 4 * page) CHECK(outcome.lost <= 6 * messages_in_row);
    lost += outcome.lost;
  }
  CHECK(lost > 0);
}

TEST_CASE("no bit of the header can hide what is in the file") {
  const std::string good = good_file();
  for (std::size_t bit = 0; bit < 100 * 8; ++bit) {
    std::string content = good;
    content[bit / 8] = static_cast<char>(content[bit / 8] ^ (1 << bit % 8));
    INFO("byte " << bit / 8 << ", bit " << bit % 8);
    check_balance(start_with(content));
  }
}

TEST_CASE("zeroed, doubled and missing pages cost what was on them, counted") {
  const std::string good = good_file();
  REQUIRE(good.size() % page == 0);
  const std::size_t pages = good.size() / page;
  for (std::size_t i = 0; i < pages; ++i) {
    INFO("page " << i + 1 << " of " << pages);
    std::string zeroed = good;
    zeroed.replace(i * page, page, page, '\0');
    check_balance(start_with(zeroed));
    std::string doubled = good;
    doubled.replace(i * page, page, good.substr((i + 1) % pages * page, page));
    check_balance(start_with(doubled));
    check_balance(start_with(good.substr(0, i * page + (i == 0 ? 100 : 0))));
  }
}

TEST_CASE("what is no buffer at all is put aside") {
  const TempDir dir;
  const fs::path file = dir / "sink.db";
  SECTION("garbage") { dir.write("sink.db", std::string(100'000, 'x')); }
  SECTION("a file that was emptied") { dir.write("sink.db", ""); }
  SECTION("a directory") { fs::create_directory(file); }
  SECTION("another program's database") {
    Result<storage::Database> other = storage::Database::open(file, {});
    REQUIRE(other);
    REQUIRE(other->run("CREATE TABLE batches(id INTEGER PRIMARY KEY, song TEXT);INSERT INTO batches VALUES(1,'x')"));
  }
  const Outcome outcome = start_on(file);
  CHECK(outcome.delivered == 0);
  CHECK(outcome.lost == 1);
  CHECK(outcome.damage.find("sink.db.damaged-") != std::string::npos);
  int aside = 0;
  for (const fs::directory_entry& entry : fs::directory_iterator(dir.path())) {
    aside += entry.path().filename().string().starts_with("sink.db.damaged-") ? 1 : 0;
  }
  CHECK(aside >= 1);
}

TEST_CASE("a newer version's file is kept whole beside an empty one") {
  const TempDir dir;
  const fs::path file = dir.write("sink.db", good_file());
  {
    Result<storage::Database> newer = storage::Database::open(file, {});
    REQUIRE(newer);
    REQUIRE(newer->run("PRAGMA user_version=0x00090009"));
  }
  const Outcome outcome = start_on(file);
  CHECK(outcome.delivered == 0);
  CHECK(outcome.lost == 0);
  CHECK(outcome.damage.find("newer Fieldgate") != std::string::npos);
  REQUIRE(fs::exists(dir / "sink.db.version-9"));
  Result<storage::Database> kept = storage::Database::open_to_read(dir / "sink.db.version-9");
  REQUIRE(kept);
  Result<std::int64_t> count = kept->number("SELECT count(*) FROM batches");
  REQUIRE(count);
  CHECK(*count == rows);
}

TEST_CASE("a flipped bit in the version is damage, and nothing of the file is given up") {
  for (int bit = 0; bit < 31; ++bit) {
    const TempDir dir;
    const fs::path file = dir.write("sink.db", good_file());
    {
      Result<storage::Database> flipped = storage::Database::open(file, {});
      REQUIRE(flipped);
      const Result<std::int64_t> version = flipped->number("PRAGMA user_version");
      REQUIRE(version);
      REQUIRE(flipped->run("PRAGMA user_version=" + std::to_string(*version ^ (std::int64_t{1} << bit))));
    }
    const Outcome outcome = start_on(file);
    CHECK(outcome.delivered == rows * messages_in_row);
    CHECK(outcome.damage.find("newer Fieldgate") == std::string::npos);
  }
}

TEST_CASE("a repair that was cut off between its renames is ended at the next start") {
  const TempDir dir;
  dir.write("sink.db.repaired", good_file());
  dir.write("sink.db-wal", "what was left of the damaged file");
  const Outcome outcome = start_on(dir / "sink.db");
  CHECK(outcome.delivered == rows * messages_in_row);
  CHECK(outcome.damage.empty());
}

TEST_CASE("only the newest damaged files are kept") {
  const TempDir dir;
  for (const char* time : {"1000000100", "1000000200", "1000000300", "1000000400"})
    dir.write(std::string("sink.db.damaged-") + time, "x");
  dir.write("sink.db", "garbage that is no database, whatever it may have been before");
  start_on(dir / "sink.db");
  CHECK_FALSE(fs::exists(dir / "sink.db.damaged-1000000100"));
  CHECK_FALSE(fs::exists(dir / "sink.db.damaged-1000000200"));
  CHECK(fs::exists(dir / "sink.db.damaged-1000000400"));
}

TEST_CASE("damage that is found while the store runs is reported, and the rest goes on") {
  const TempDir dir;
  std::string content = good_file();
  // In the text of a row: the tree is as it was, only the checksum can tell.
  const std::size_t at = content.find("\"message\":1", content.size() / 2);
  REQUIRE(at != std::string::npos);
  content[at + 2] = 'X';
  OpenStore store(dir.write("sink.db", content));
  REQUIRE(store.opened());
  CHECK(store.found().corrupt == 0);
  const std::size_t left = store.rows(0).size() + store.rows(1).size();
  CHECK(left == rows - 1);
  CHECK(store.events.lost[0] + store.events.lost[1] == messages_in_row);
  CHECK(fs::file_size(dir / "sink.db.damaged-rows") > 2500);
  REQUIRE(store.close());
  CHECK(start_on(dir / "sink.db").lost == 0);  // counted once
}
