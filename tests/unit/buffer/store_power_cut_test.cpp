// The disk buffer's promise, held against power cuts: whatever was reported as committed and not erased is there again.
#include "unit/buffer/store_power_cut.hpp"

#include "support/temp_dir.hpp"

using namespace fieldgate;
using namespace fieldgate::test;

TEST_CASE("a power cut at any moment loses nothing that was reported as committed") {
  const TempDir dir;
  CrashVfs vfs;
  Fates fates;
  {
    Script script(vfs, dir / "sink.db", fates);
    script.insert(1, 0, 1, 100);
    script.settle();
    script.insert(8, 0, 3, 300);
    script.insert(2, 1, 2, 3000);
    script.settle();
    for (const RowId id : {RowId{1}, RowId{3}, RowId{5}}) script.erase(id);
    script.insert(3, 1, 1, 9000);
    script.settle();
    script.close();  // a checkpoint, and the WAL goes
  }
  {
    Script script(vfs, dir / "sink.db", fates);
    script.insert(4, 0, 2, 600);
    script.settle();
    for (int round = 0; round < 6; ++round) {  // through a checkpoint, and round the WAL
      script.insert(5, 0, 1, 50'000);
      script.settle();
      for (RowId id = script.last() - 4; id < script.last(); ++id) script.erase(id);
      script.insert(1, 1, 1, 200);
      script.settle();
    }
  }
  const CrashVfs::History history = vfs.history();
  CHECK(history.size() > 500);
  Checker checker(vfs, dir / "sink.db", fates);
  check_all(checker, {}, history, budget());
  INFO(checker.fault << ", " << checker.states << " states of " << history.size() << " operations");
  CHECK(checker.fault.empty());
  CHECK(checker.states >= std::min(budget(), history.size()));
}
