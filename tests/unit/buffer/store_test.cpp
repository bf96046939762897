// The disk buffer's file as its buffer uses it.
#include "buffer/store.hpp"

#include <sys/stat.h>

#include "buffer/store_row.hpp"
#include "storage/database.hpp"
#include "support/catch.hpp"
#include "support/temp_dir.hpp"
#include "unit/buffer/store_test_support.hpp"

using namespace fieldgate;
using namespace fieldgate::test;
using buffer::Extent;
using buffer::RowId;
using namespace std::chrono_literals;

TEST_CASE("a new store is empty, private and begins to count at 1") {
  const TempDir dir;
  OpenStore store(dir / "sink.db");
  REQUIRE(store.opened());
  CHECK(store.found().next == 1);
  CHECK(store.found().lanes.empty());
  CHECK(store.found().corrupt == 0);
  CHECK(store.found().damage.empty());
  REQUIRE(store.committed(store.insert()));
  for (const char* name : {"sink.db", "sink.db-wal"}) {
    struct stat status {};
    REQUIRE(::stat((dir / name).c_str(), &status) == 0);
    CHECK((status.st_mode & 0777) == 0600);
  }
  CHECK_FALSE(std::filesystem::exists(dir / "sink.db-shm"));
  CHECK_FALSE(std::filesystem::exists(dir / "sink.db.creating"));
}

TEST_CASE("what was committed is there after the store went away without a word") {
  const TempDir dir;
  RowId last = 0;
  {
    OpenStore store(dir / "sink.db");
    REQUIRE(store.opened());
    for (int i = 0; i < 20; ++i) last = store.insert(static_cast<std::uint32_t>(i % 2), 3);
    REQUIRE(store.committed(last));
  }
  CHECK(std::filesystem::file_size(dir / "sink.db-wal") > 0);  // no checkpoint on the way: that would have blocked
  OpenStore store(dir / "sink.db");
  REQUIRE(store.opened());
  CHECK(store.found().next > last);
  CHECK(store.found().damage.empty());
  REQUIRE(store.found().lanes.size() == 2);
  const Extent& even = store.found().lanes[0];
  CHECK(even.lane == 0);
  CHECK(even.first == 1);
  CHECK(even.last == 19);
  CHECK(even.rows == 10);
  CHECK(even.messages == 30);
  std::uint64_t bytes = 0;
  const std::vector<buffer::Row> rows = store.rows(0);
  REQUIRE(rows.size() == 10);
  for (const buffer::Row& row : rows) {
    CHECK(same_content(*row.batch, *batch_of(row.id, 3)));
    bytes += row.batch->bytes();
  }
  CHECK(even.bytes == bytes);
}

TEST_CASE("what was erased does not come back, and its ids are not given again") {
  const TempDir dir;
  RowId last = 0;
  {
    OpenStore store(dir / "sink.db");
    REQUIRE(store.opened());
    for (int i = 0; i < 5; ++i) last = store.insert();
    REQUIRE(store.committed(last));
    for (RowId id = 1; id <= last; ++id) store.store->erase(id);
    REQUIRE(store.close());
  }
  OpenStore store(dir / "sink.db");
  REQUIRE(store.opened());
  CHECK(store.found().lanes.empty());
  CHECK(store.found().next > last);
}

TEST_CASE("a lone erase is written soon, without any commit") {
  const TempDir dir;
  {
    OpenStore store(dir / "sink.db");
    REQUIRE(store.opened());
    REQUIRE(store.committed(store.insert()));
    store.store->erase(1);
    CHECK(store.store->idle());
    REQUIRE(run_until(store.reactor, [&] { return !store.store->idle(); }));
    REQUIRE(run_until(store.reactor, [&] { return store.store->idle(); }));
  }
  OpenStore store(dir / "sink.db");
  REQUIRE(store.opened());
  CHECK(store.found().lanes.empty());
}

TEST_CASE("a row that is erased before it was written is never written, and still reported") {
  const TempDir dir;
  OpenStore store(dir / "sink.db");
  REQUIRE(store.opened());
  store.insert();  // on its way at once
  CHECK_FALSE(store.store->idle());
  const RowId second = store.insert();
  store.store->erase(second);
  REQUIRE(store.committed(second));
  CHECK(ids(store.rows()) == std::vector<RowId>{1});
}

TEST_CASE("rows that come during a commit go together in the next") {
  const TempDir dir;
  OpenStore store(dir / "sink.db");
  REQUIRE(store.opened());
  std::vector<RowId> reports;
  store.events.on_committed = [&reports](RowId id) { reports.push_back(id); };
  for (int i = 0; i < 50; ++i) store.insert();
  REQUIRE(store.committed(50));
  CHECK(reports == std::vector<RowId>{1, 50});
}

TEST_CASE("a load takes about as many bytes as it was asked for, and says where the lane ends") {
  const TempDir dir;
  OpenStore store(dir / "sink.db");
  REQUIRE(store.opened());
  for (int i = 0; i < 10; ++i) store.insert(static_cast<std::uint32_t>(i % 2), 1, 1000);
  REQUIRE(store.committed(10));
  const auto load = [&store](RowId after, RowId last, std::size_t bytes) {
    std::pair<std::vector<RowId>, bool> result;
    bool answered = false;
    store.store->load(1, after, last, bytes, [&](const std::vector<buffer::Row>& rows, bool end) {
      result = {ids(rows), end};
      answered = true;
    });
    REQUIRE(run_until(store.reactor, [&] { return answered; }));
    return result;
  };
  CHECK(load(0, 10, 1) == std::pair{std::vector<RowId>{2}, false});
  CHECK(load(2, 10, 1500) == std::pair{std::vector<RowId>{4, 6}, false});
  CHECK(load(6, 10, 1 << 20) == std::pair{std::vector<RowId>{8, 10}, true});
  CHECK(load(0, 4, 1 << 20) == std::pair{std::vector<RowId>{2, 4}, true});
  CHECK(load(10, 10, 1) == std::pair{std::vector<RowId>{}, true});
}

TEST_CASE("a load leaves out what was erased but is still in the file") {
  const TempDir dir;
  OpenStore store(dir / "sink.db");
  REQUIRE(store.opened());
  for (int i = 0; i < 4; ++i) store.insert();
  REQUIRE(store.committed(4));
  for (const RowId id : {RowId{1}, RowId{2}, RowId{3}}) store.store->erase(id);
  CHECK(ids(store.rows()) == std::vector<RowId>{4});
}

TEST_CASE("a trim deletes the oldest rows of one lane until enough is gone") {
  const TempDir dir;
  OpenStore store(dir / "sink.db");
  REQUIRE(store.opened());
  for (int i = 0; i < 10; ++i) store.insert(static_cast<std::uint32_t>(i % 2), 3, 1000);
  REQUIRE(store.committed(10));
  store.store->erase(4);  // settled: not to be counted as trimmed
  const auto trim = [&store](RowId after, std::size_t bytes) {
    std::optional<Extent> gone;
    store.store->trim(1, after, 10, bytes, [&gone](const Extent& extent) { gone = extent; });
    REQUIRE(run_until(store.reactor, [&] { return gone.has_value(); }));
    return *gone;
  };
  const Extent first = trim(0, 4000);
  CHECK(first.lane == 1);
  CHECK(first.last == 6);
  CHECK(first.rows == 2);
  CHECK(first.messages == 6);
  CHECK(first.bytes > 6000);
  const Extent rest = trim(6, 1 << 20);
  CHECK(rest.last == 10);
  CHECK(rest.rows == 2);
  const Extent none = trim(0, 1);
  CHECK(none.last == 10);
  CHECK(none.rows == 0);
  CHECK(ids(store.rows(0)) == std::vector<RowId>{1, 3, 5, 7, 9});
}

TEST_CASE("an emptied file gives its space back") {
  const TempDir dir;
  OpenStore store(dir / "sink.db", 4 * 1024 * 1024);
  REQUIRE(store.opened());
  RowId last = 0;
  for (int i = 0; i < 60; ++i) last = store.insert(0, 1, 50'000);
  REQUIRE(store.committed(last));
  for (RowId id = 1; id <= last; ++id) store.store->erase(id);
  const auto small = [&] {
    return std::filesystem::file_size(dir / "sink.db") < 100'000 &&
           std::filesystem::file_size(dir / "sink.db-wal") < 100'000;
  };
  CHECK(run_until(store.reactor, small));
  CHECK(store.committed(store.insert()));
  CHECK(store.rows().size() == 1);
}

TEST_CASE("close writes what is unwritten before it is done") {
  const TempDir dir;
  {
    OpenStore store(dir / "sink.db");
    REQUIRE(store.opened());
    for (int i = 0; i < 8; ++i) store.insert();
    REQUIRE(store.close());
    CHECK(store.events.last == 8);
    CHECK_FALSE(std::filesystem::exists(dir / "sink.db-wal"));
  }
  OpenStore store(dir / "sink.db");
  REQUIRE(store.opened());
  CHECK(store.rows().size() == 8);
}

TEST_CASE("times of arrival come back exactly in the same boot") {
  const TempDir dir;
  const auto received = std::chrono::steady_clock::now() - 90s;
  {
    OpenStore store(dir / "sink.db");
    REQUIRE(store.opened());
    store.store->insert({1, 0, batch_of(1, 2, 40, received)});
    REQUIRE(store.committed(1));
  }
  OpenStore store(dir / "sink.db");
  REQUIRE(store.opened());
  const std::vector<buffer::Row> rows = store.rows();
  REQUIRE(rows.size() == 1);
  CHECK(rows[0].batch->received(0) == received);
}

TEST_CASE("after another boot a message is as old as the wall clock says, and never younger than it was") {
  const buffer::StoreClock then{.boot = 1, .steady = 1'000'000, .wall = 50'000'000};
  using std::chrono::nanoseconds;
  CHECK(then.shift_to({.boot = 1, .steady = 9'000'000, .wall = 1}) == nanoseconds(0));
  // Received at 400'000, so 600'000 old when it was written; 30'000'000 passed; it is 5'000 after the boot.
  const auto moved = nanoseconds(400'000) + then.shift_to({.boot = 2, .steady = 5'000, .wall = 80'000'000});
  CHECK(nanoseconds(5'000) - moved == nanoseconds(600'000 + 30'000'000));
  const auto jumped = nanoseconds(400'000) + then.shift_to({.boot = 2, .steady = 5'000, .wall = 1'000});
  CHECK(nanoseconds(5'000) - jumped == nanoseconds(600'000));
  const buffer::StoreClock unknown{.boot = 0, .steady = 1'000'000, .wall = 50'000'000};
  CHECK(unknown.shift_to({.boot = 0, .steady = 5'000, .wall = 50'000'000}) == nanoseconds(5'000 - 1'000'000));
}

TEST_CASE("a store that goes away in the middle of a commit is not called back") {
  const TempDir dir;
  auto store = std::make_unique<OpenStore>(dir / "sink.db");
  REQUIRE(store->opened());
  for (int i = 0; i < 20; ++i) store->insert(0, 1, 50'000);
  store->store.reset();
  REQUIRE(run_until(store->reactor, [&] { return !store->reactor.busy(); }));
  CHECK(store->events.last == 0);
}
