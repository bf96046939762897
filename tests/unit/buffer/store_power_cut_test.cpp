// The disk buffer's promise, held against power cuts: whatever was reported as committed and not erased is there again.
#include <cstdlib>
#include <fstream>
#include <limits>
#include <random>
#include <set>

#include "buffer/store_file.hpp"
#include "support/catch.hpp"
#include "support/crash_vfs.hpp"
#include "support/temp_dir.hpp"
#include "unit/buffer/store_test_support.hpp"

using namespace fieldgate;
using namespace fieldgate::test;
using buffer::RowId;

namespace {

constexpr std::size_t max_size = 4 * 1024 * 1024;
constexpr std::size_t never = std::numeric_limits<std::size_t>::max();

/// One row of the script, with the number of file operations at which it was promised and given up.
struct Fate {
  std::uint32_t lane = 0;
  std::shared_ptr<const Batch> batch;
  std::size_t promised = never;
  std::size_t erased = never;
};
using Fates = std::map<RowId, Fate>;

/// A store on the recording file system that notes what it is told and what it promises.
struct Script {
  Script(CrashVfs& vfs, const std::filesystem::path& file, Fates& fates) : vfs_(vfs), fates_(fates), store_(file, max_size) {
    store_.events.on_committed = [this](RowId last) {
      for (auto& [id, fate] : fates_) {
        if (id <= last && fate.promised == never) fate.promised = vfs_.count();
      }
    };
    REQUIRE(store_.opened());
  }

  void insert(int rows, std::uint32_t lane, std::size_t messages, std::size_t bytes) {
    for (int i = 0; i < rows; ++i) {
      last_ = store_.insert(lane, messages, bytes);
      fates_[last_] = {lane, batch_of(last_, messages, bytes)};
    }
  }
  void erase(RowId id) {
    fates_.at(id).erased = std::min(fates_.at(id).erased, vfs_.count());
    store_.store->erase(id);
  }
  void settle() { REQUIRE(store_.committed(last_)); }
  void close() { REQUIRE(store_.close()); }
  RowId last() const { return last_; }

  CrashVfs& vfs_;
  Fates& fates_;
  OpenStore store_;
  RowId last_ = 0;
};

/// What is found in a state, against what was promised up to there.
class Checker {
 public:
  Checker(CrashVfs& vfs, std::filesystem::path file, const Fates& fates)
      : vfs_(vfs), file_(std::move(file)), fates_(fates) {}

  void check(const CrashVfs::Files& files, std::size_t cut) {
    ++states;
    vfs_.restart(files);
    std::ofstream(file_.string() + ".creating");  // as it is on the disk until the tables are there
    buffer::StoreFile file(file_, max_size, 8);
    Result<buffer::Found> found = file.open();
    if (!found) return fail("cannot be opened: " + found.error().text, cut);
    if (!found->damage.empty()) return fail(found->damage, cut);
    std::set<RowId> seen;
    for (const buffer::Extent& extent : found->lanes) {
      const Result<buffer::StorePage> page = file.read({extent.lane, 0, found->next, 1 << 30});
      if (!page || !page->end || page->rows.size() != extent.rows) return fail("a lane cannot be read", cut);
      for (const buffer::Row& row : page->rows) {
        if (!is_as_it_was(row)) return fail("row " + std::to_string(row.id) + " is not what was written", cut);
        seen.insert(row.id);
      }
    }
    for (const auto& [id, fate] : fates_) {
      if (fate.promised <= cut && fate.erased > cut && !seen.contains(id)) {
        return fail("row " + std::to_string(id) + " is lost", cut);
      }
      if (seen.contains(id) && id >= found->next) return fail("an id would come twice", cut);
    }
  }

  std::size_t states = 0;
  std::string fault;

 private:
  bool is_as_it_was(const buffer::Row& row) const {
    const auto fate = fates_.find(row.id);
    return fate != fates_.end() && fate->second.lane == row.lane &&
           same_content(*row.batch, *fate->second.batch);
  }
  void fail(const std::string& what, std::size_t cut) {
    if (fault.empty()) fault = what + " (cut at operation " + std::to_string(cut) + ")";
  }

  CrashVfs& vfs_;
  std::filesystem::path file_;
  const Fates& fates_;
};

/// How many states to look at; the whole would be too much under a sanitizer.
std::size_t budget() {
  const char* text = std::getenv("FIELDGATE_CRASH_STATES");
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  constexpr std::size_t usual = 1500;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
  constexpr std::size_t usual = 1500;
#else
  constexpr std::size_t usual = 8000;
#endif
#else
  constexpr std::size_t usual = 8000;
#endif
  return text != nullptr ? std::strtoull(text, nullptr, 10) : usual;
}

/// Every cut with nothing and with all of the unsynced kept; then as many other fates as the budget has left, each cut
/// having its turn.
void check_all(Checker& checker, const CrashVfs::Files& start, const CrashVfs::History& history) {
  const auto check = [&](std::size_t cut, const PowerCut& fate) {
    if (checker.fault.empty()) checker.check(after_power_cut(start, history, cut, fate), cut);
  };
  const std::size_t states = budget();
  std::mt19937_64 random(20'240'229);
  for (std::size_t cut = 0; cut <= history.size(); ++cut) {
    check(cut, {.kept = 0});
    check(cut, {.kept = 0, .zero_filled = true});
    check(cut, {.kept = ~std::uint64_t{0}});
    for (const std::size_t block : {512, 4096}) check(cut, {.kept = ~std::uint64_t{0}, .torn_at = block, .zero_filled = block == 512});
  }
  // Subsets: all of them where there are few, else some.
  const std::size_t share = std::max<std::size_t>(1, (states - std::min(states, checker.states)) / (history.size() + 1));
  for (std::size_t cut = 0; cut <= history.size(); ++cut) {
    const std::size_t open = undecided(history, cut).size();
    if (open == 0) continue;
    const std::size_t subsets = open <= 12 ? std::size_t{1} << open : 64;
    for (std::size_t i = 0; i < std::min(subsets, share); ++i) {
      const std::uint64_t kept = subsets <= share ? i : random();
      check(cut, {.kept = kept, .torn_at = i % 3 == 0 ? 0U : i % 3 == 1 ? 512U : 4096U, .zero_filled = i % 2 == 1});
    }
  }
}

}  // namespace

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
    for (const RowId id : {1, 3, 5}) script.erase(id);
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
  check_all(checker, {}, history);
  INFO("states: " << checker.states << ", operations: " << history.size());
  CHECK(checker.fault.empty());
  INFO(checker.fault);
  CHECK(checker.states > 1000);
  WARN(checker.states << " states of " << history.size() << " operations: " << (checker.fault.empty() ? "ok" : checker.fault));
}
