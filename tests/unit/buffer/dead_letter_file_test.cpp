// Proves the file of the dead letters: its bounds, its queries, and what it does with damage.
#include "buffer/dead_letter_file.hpp"

#include <fstream>

#include "support/catch.hpp"
#include "support/temp_dir.hpp"

using namespace fieldgate;
using namespace fieldgate::buffer;
using namespace std::chrono_literals;

namespace {

constexpr TimePoint noon{Duration(1'800'000'000'000'000)};

DeadLetter letter(std::string component, std::string reason, std::string record = "{}") {
  DeadLetter letter;
  letter.component = std::move(component);
  letter.reason = std::move(reason);
  letter.text = "said \x01 the service";
  letter.device = "dev\xff";
  letter.key = std::string("a\0b", 3);
  letter.record = std::move(record);
  letter.died = noon;
  letter.received = noon - 5s;
  letter.receipt = 42;
  letter.epoch = 7;
  return letter;
}

DeadLetterFile open(const std::filesystem::path& path, DeadLetterFile::Bounds bounds = {}) {
  auto file = DeadLetterFile::open(path, bounds);
  REQUIRE(file);
  return std::move(*file);
}

std::vector<std::int64_t> ids(DeadLetterFile& file, const DeadLetterQuery& query = {}) {
  const auto letters = file.list(query);
  REQUIRE(letters);
  std::vector<std::int64_t> ids;
  for (const DeadLetter& each : *letters) ids.push_back(each.id);
  return ids;
}

void add(DeadLetterFile& file, const std::vector<DeadLetter>& letters) { REQUIRE(file.insert(letters, noon)); }

}  // namespace

TEST_CASE("a letter comes back as it was, also by another process") {
  const test::TempDir dir;
  {
    auto file = open(dir / "letters.db");
    add(file, {letter("sink cloud", "status_400", std::string("\0\xff{}", 4))});
  }
  auto file = open(dir / "letters.db");
  const auto found = file.list({"", "", 1, 100});
  REQUIRE(found);
  REQUIRE(found->size() == 1);
  const DeadLetter& back = found->front();
  const DeadLetter sent = letter("sink cloud", "status_400", std::string("\0\xff{}", 4));
  CHECK(back.id == 1);
  CHECK(back.component == sent.component);
  CHECK(back.reason == sent.reason);
  CHECK(back.text == sent.text);
  CHECK(back.device == sent.device);
  CHECK(back.key == sent.key);
  CHECK(back.record == sent.record);
  CHECK(back.size == 4);
  CHECK(back.died == sent.died);
  CHECK(back.received == sent.received);
  CHECK(back.receipt == 42);
  CHECK(back.epoch == 7);
  CHECK_FALSE(back.replay);
  CHECK(file.totals().letters == 1);
  CHECK(file.totals().bytes == DeadLetterFile::weight(sent));
}

TEST_CASE("a list shows the newest, and of each record only its head") {
  const test::TempDir dir;
  auto file = open(dir / "letters.db");
  add(file, {letter("sink a", "x"), letter("sink b", "x"), letter("sink a", "y", std::string(1000, 'r'))});
  CHECK(ids(file) == std::vector<std::int64_t>{1, 2, 3});
  CHECK(ids(file, {"", "", 0, 2}) == std::vector<std::int64_t>{2, 3});
  CHECK(ids(file, {"sink a", "", 0, 100}) == std::vector<std::int64_t>{1, 3});
  CHECK(ids(file, {"sink a", "y", 0, 100}) == std::vector<std::int64_t>{3});
  CHECK(ids(file, {"", "x", 0, 100}) == std::vector<std::int64_t>{1, 2});
  CHECK(ids(file, {"sink b", "", 3, 100}).empty());
  const auto all = file.list({});
  CHECK(all->back().record == std::string(256, 'r'));
  CHECK(all->back().size == 1000);
  CHECK(file.list({"", "", 3, 100})->back().record.size() == 1000);
}

TEST_CASE("above its size the oldest go, whatever is added at once") {
  const test::TempDir dir;
  const std::size_t weight = DeadLetterFile::weight(letter("sink a", "x"));
  auto file = open(dir / "letters.db", {3 * weight, 1h});
  add(file, {letter("sink a", "x"), letter("sink a", "x")});
  auto removed = file.insert(std::vector<DeadLetter>(2, letter("sink a", "x")), noon);
  REQUIRE(removed);
  CHECK(removed->max_size == 1);
  CHECK(ids(file) == std::vector<std::int64_t>{2, 3, 4});
  removed = file.insert(std::vector<DeadLetter>(5, letter("sink a", "x")), noon);
  REQUIRE(removed);
  CHECK(removed->max_size == 5);
  CHECK(ids(file) == std::vector<std::int64_t>{7, 8, 9});
  CHECK(file.totals().letters == 3);
  CHECK(file.totals().bytes == 3 * weight);
}

TEST_CASE("what is too old goes") {
  const test::TempDir dir;
  auto file = open(dir / "letters.db", {1 << 20, 1h});
  DeadLetter old = letter("sink a", "x");
  old.died = noon - 30min;
  add(file, {old, letter("sink a", "x")});
  auto removed = file.trim(noon + 31min);
  REQUIRE(removed);
  CHECK(removed->max_age == 1);
  CHECK(removed->max_size == 0);
  CHECK(ids(file) == std::vector<std::int64_t>{2});
}

TEST_CASE("a purge takes what its query means, and tells how many") {
  const test::TempDir dir;
  auto file = open(dir / "letters.db");
  add(file, {letter("sink a", "x"), letter("sink b", "x"), letter("sink a", "y"), letter("sink a", "x")});
  CHECK(*file.purge({"", "", 99, 100}) == 0);
  CHECK(*file.purge({"sink a", "x", 0, 1}) == 2);
  CHECK(ids(file) == std::vector<std::int64_t>{2, 3});
  CHECK(*file.purge({"", "", 3, 100}) == 1);
  CHECK(*file.purge({}) == 1);
  CHECK(file.totals().letters == 0);
  CHECK(file.totals().bytes == 0);
  add(file, {letter("sink a", "x")});
  CHECK(ids(file) == std::vector<std::int64_t>{5});  // a number is never used twice
}

TEST_CASE("marked letters are found by their component until they are erased") {
  const test::TempDir dir;
  auto file = open(dir / "letters.db");
  add(file, {letter("sink a", "x"), letter("sink b", "x"), letter("sink a", "y")});
  CHECK(file.marked("sink a")->empty());
  CHECK(*file.mark({"", "x", 0, 100}, "sink a") == 1);
  CHECK(*file.mark({}, "sink b") == 1);
  REQUIRE(file.marked("sink a")->size() == 1);
  CHECK(file.marked("sink a")->front().id == 1);
  CHECK(file.list({})->front().replay);
  const std::vector<std::int64_t> gone{1, 99};
  CHECK(*file.erase(gone) == 1);
  CHECK(file.marked("sink a")->empty());
  CHECK(file.totals().letters == 2);
  using Counts = std::vector<std::pair<std::string, std::uint64_t>>;
  CHECK(*file.count({}) == Counts{{"sink a", 1}, {"sink b", 1}});
}

TEST_CASE("what is no file of dead letters is damage, and is put aside") {
  const test::TempDir dir;
  const auto path = dir / "letters.db";
  SECTION("garbage") { dir.write("letters.db", std::string(8192, 'g')); }
  SECTION("another database") {
    auto other = storage::Database::open(path, {});
    REQUIRE(other);
    REQUIRE(other->run("CREATE TABLE readings(x)"));
  }
  SECTION("one of another version") {
    auto other = storage::Database::open(path, {});
    REQUIRE(other);
    REQUIRE(other->run("PRAGMA user_version = 99"));
  }
  auto file = DeadLetterFile::open(path, {});
  REQUIRE_FALSE(file);
  CHECK(file.error().reason == "corrupt");
  const auto aside = set_aside(path, noon);
  REQUIRE(aside);
  CHECK(aside->filename() == "letters.db.damaged-1800000000");
  CHECK(std::filesystem::exists(*aside));
  CHECK_FALSE(std::filesystem::exists(path));
  CHECK(DeadLetterFile::open(path, {}));
}

TEST_CASE("of files put aside the newest three stay") {
  const test::TempDir dir;
  for (int i = 0; i < 5; ++i) {
    dir.write("letters.db", "garbage");
    REQUIRE(set_aside(dir / "letters.db", noon));
  }
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(dir.path())) names.push_back(entry.path().filename());
  std::sort(names.begin(), names.end());
  CHECK(names == std::vector<std::string>{"letters.db.damaged-1800000002", "letters.db.damaged-1800000003",
                                          "letters.db.damaged-1800000004"});
}
