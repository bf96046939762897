// Power cuts of a disk buffer's file: a script that notes what was promised, and a checker of what a cut has left.
#pragma once

#include <malloc.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <limits>
#include <map>
#include <memory>
#include <random>
#include <set>
#include <string>

#include "buffer/store_file.hpp"
#include "storage/wal.hpp"
#include "support/catch.hpp"
#include "support/crash_vfs.hpp"
#include "unit/buffer/store_test_support.hpp"

namespace fieldgate::test {

using buffer::RowId;

inline constexpr std::size_t max_size = 4 * 1024 * 1024;
inline constexpr std::size_t never = std::numeric_limits<std::size_t>::max();

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
  Script(CrashVfs& vfs, const std::filesystem::path& file, Fates& fates)
      : vfs_(vfs), fates_(fates), store_(file, max_size) {
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
      : vfs_(vfs), file_(std::move(file)), fates_(fates) {
    // Giving memory back to the system for each state takes longer than all the rest.
    ::mallopt(M_TRIM_THRESHOLD, 1 << 28);
    ::mallopt(M_MMAP_THRESHOLD, 1 << 28);
  }

  void check(const CrashVfs::Files& files, std::size_t cut) {
    ++states;
    if (const auto log = files.find(file_.string() + "-wal"); log != files.end()) {
      if (storage::mend_wal(log->second).state != storage::MendedWal::State::sound) return fail("looks damaged", cut);
    }
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
    return fate != fates_.end() && fate->second.lane == row.lane && same_content(*row.batch, *fate->second.batch);
  }
  void fail(const std::string& what, std::size_t cut) {
    if (fault.empty()) fault = what + " (cut at operation " + std::to_string(cut) + ")";
  }

  CrashVfs& vfs_;
  std::filesystem::path file_;
  const Fates& fates_;
};

/// How many states to look at: more by the environment, fewer under a sanitizer.
inline std::size_t budget() {
#if defined(__has_feature)
  constexpr bool sanitized = __has_feature(address_sanitizer) || __has_feature(thread_sanitizer);
#elif defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  constexpr bool sanitized = true;
#else
  constexpr bool sanitized = false;
#endif
  const char* wanted = std::getenv("FIELDGATE_CRASH_STATES");
  return wanted != nullptr ? std::strtoull(wanted, nullptr, 10) : sanitized ? 800 : 8000;
}

/// Cuts all along the history with nothing and with all of the unsynced kept, whole and torn; then, each cut having its
/// turn, as many other fates as are left of `states`.
inline void check_all(Checker& checker, const CrashVfs::Files& start, const CrashVfs::History& history,
                      std::size_t states) {
  const auto check = [&](std::size_t cut, const PowerCut& fate) {
    if (checker.fault.empty()) checker.check(after_power_cut(start, history, cut, fate), cut);
  };
  constexpr std::uint64_t all = ~std::uint64_t{0};
  const PowerCut plain[] = {{.kept = 0},
                            {.kept = 0, .zero_filled = true},
                            {.kept = all},
                            {.kept = all, .torn_at = 512, .zero_filled = true},
                            {.kept = all, .torn_at = 4096}};
  const std::size_t stride = std::max<std::size_t>(1, std::size(plain) * history.size() / states);
  std::mt19937_64 random(20'240'229);
  for (std::size_t cut = 0; cut <= history.size(); cut += 1 + random() % (2 * stride - 1)) {
    for (const PowerCut& fate : plain) check(cut, fate);
  }
  if (checker.states >= states) return;
  // Subsets: all of them where there are few, else some.
  const std::size_t share = std::max<std::size_t>(1, (states - checker.states) / (history.size() + 1));
  for (std::size_t cut = 0; cut <= history.size(); ++cut) {
    const std::size_t open = undecided(history, cut).size();
    const std::size_t subsets = open == 0 ? 0 : open <= 12 ? std::size_t{1} << open : 64;
    for (std::size_t i = 0; i < std::min(subsets, share); ++i) {
      const std::uint64_t kept = subsets <= share ? i : random();
      check(cut, {.kept = kept, .torn_at = i % 3 == 0 ? 0U : i % 3 == 1 ? 512U : 4096U, .zero_filled = i % 2 == 1});
    }
  }
}

}  // namespace fieldgate::test
