// The disk buffer on disks that refuse, lie and stall.
#include <sqlite3.h>

#include <atomic>

#include "buffer/store.hpp"
#include "support/catch.hpp"
#include "support/temp_dir.hpp"
#include "unit/buffer/store_power_cut.hpp"

using namespace fieldgate;
using namespace fieldgate::test;
using Kind = CrashVfs::Kind;
using namespace std::chrono_literals;

namespace {

/// Fails the operations `first` to `last` of a kind, counted from when it is set.
void fail(CrashVfs& vfs, Kind kind, int code, int first, int last, bool in_part = false) {
  auto count = std::make_shared<std::atomic<int>>(0);
  vfs.on_operation([=](Kind what, const std::string&) -> CrashVfs::Verdict {
    if (what != kind) return {};
    const int now = ++*count;
    return {now >= first && now <= last ? code : 0, in_part, 0ms};
  });
}

struct Fault {
  const char* name;
  Kind kind;
  int code;
  bool in_part;
};

const Fault faults[] = {{"a write that fails", Kind::write, SQLITE_IOERR_WRITE, false},
                        {"a write that is short", Kind::write, SQLITE_IOERR_WRITE, true},
                        {"a full disk", Kind::write, SQLITE_FULL, true},
                        {"a sync that fails", Kind::sync, SQLITE_IOERR_FSYNC, false}};

}  // namespace

TEST_CASE("a disk that fails once loses nothing that was reported, not even by a power cut later") {
  for (const Fault& fault : faults) {
    for (const int nth : {1, 2, 7, 25}) {
      DYNAMIC_SECTION(fault.name << ", number " << nth) {
        const TempDir dir;
        CrashVfs vfs;
        Fates fates;
        {
          Script script(vfs, dir / "sink.db", fates);
          script.insert(2, 0, 2, 500);
          script.settle();
          fail(vfs, fault.kind, fault.code, nth, nth, fault.in_part);
          for (int i = 0; i < 12; ++i) {
            script.insert(2, 0, 1, 6000);
            if (i == 5) script.erase(1);
            script.settle();
          }
          CHECK(script.store_.events.failures.size() == static_cast<std::size_t>(script.store_.events.healthy_again));
          CHECK(script.store_.rows().size() == 25);
          script.close();
        }
        const CrashVfs::History history = vfs.history();
        Checker checker(vfs, dir / "sink.db", fates);
        check_all(checker, {}, history, 40);
        INFO(checker.fault);
        CHECK(checker.fault.empty());
      }
    }
  }
}

TEST_CASE("while the disk refuses, nothing is reported; what waits is written when it takes again") {
  for (const Fault& fault : faults) {
    DYNAMIC_SECTION(fault.name) {
      const TempDir dir;
      CrashVfs vfs;
      OpenStore store(dir / "sink.db");
      REQUIRE(store.opened());
      REQUIRE(store.committed(store.insert()));
      fail(vfs, fault.kind, fault.code, 1, 1 << 30, fault.in_part);
      for (int i = 0; i < 5; ++i) store.insert();
      REQUIRE(run_until(store.reactor, [&] { return !store.events.failures.empty(); }));
      CHECK(store.events.failures.size() == 1);
      CHECK_FALSE(store.store->idle());
      CHECK(store.events.last == 1);
      CHECK(ids(store.rows()).front() == 1);  // what is there can be read
      store.store->erase(2);
      CHECK(store.events.last == 1);
      vfs.on_operation({});
      REQUIRE(store.committed(6));
      CHECK(store.events.healthy_again == 1);
      CHECK(ids(store.rows()) == std::vector<RowId>{1, 3, 4, 5, 6});
      REQUIRE(store.close());
      OpenStore again(dir / "sink.db");
      REQUIRE(again.opened());
      CHECK(ids(again.rows()) == std::vector<RowId>{1, 3, 4, 5, 6});
    }
  }
}

TEST_CASE("a file that cannot be opened is tried until it can") {
  const TempDir dir;
  CrashVfs vfs;
  vfs.on_operation([](Kind kind, const std::string&) -> CrashVfs::Verdict {
    return {kind == Kind::create ? SQLITE_CANTOPEN : 0, false, 0ms};
  });
  OpenStore store(dir / "sink.db");
  REQUIRE(run_until(store.reactor, [&] { return !store.events.failures.empty(); }));
  CHECK(store.events.founds.empty());
  vfs.on_operation({});
  REQUIRE(store.opened());
  CHECK(store.events.healthy_again == 1);
  CHECK(store.committed(store.insert()));
}

TEST_CASE("a sync that stalls holds up nothing but its own commit") {
  const TempDir dir;
  CrashVfs vfs;
  OpenStore store(dir / "sink.db");
  REQUIRE(store.opened());
  auto stalled = std::make_shared<std::atomic<bool>>(false);  // the store, closing, syncs once more
  vfs.on_operation([stalled](Kind kind, const std::string&) -> CrashVfs::Verdict {
    if (kind != Kind::sync || stalled->exchange(true)) return {};
    return {0, false, 2s};
  });
  const auto begin = std::chrono::steady_clock::now();
  store.insert();
  // All calls return at once, and the reactor turns on meanwhile.
  int turns = 0;
  Timer timer(store.reactor.io());
  const auto ended = std::make_shared<bool>(false);
  std::function<void(error_code)> tick = [&, ended](error_code error) {
    if (error || *ended) return;
    ++turns;
    store.store->load(3, 0, 1, 1, [](const std::vector<buffer::Row>&, bool) {});
    store.insert(1);
    timer.expires_after(10ms);
    timer.async_wait(tick);
  };
  timer.expires_after(10ms);
  timer.async_wait(tick);
  REQUIRE(store.committed(1));
  CHECK(std::chrono::steady_clock::now() - begin >= 2s);
  CHECK(turns >= 20);
  *ended = true;
  REQUIRE(store.committed(store.next - 1));
}
