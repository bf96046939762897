// A file system in memory for SQLite that records, fails as told, and shows what a power cut could have left of it.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace fieldgate::test {

/// While it lives, it is SQLite's default file system for the whole process. Files are named by their paths; nothing of
/// them is on any disk. Databases may be used on any thread, one connection at a time.
class CrashVfs {
 public:
  using Files = std::map<std::string, std::string>;  // path to content

  CrashVfs();
  ~CrashVfs();
  CrashVfs(const CrashVfs&) = delete;
  CrashVfs& operator=(const CrashVfs&) = delete;

  enum class Kind { create, write, truncate, sync, remove };

  /// What happened. A file that is removed and made again is another file.
  struct Operation {
    Kind kind;
    int file = 0;
    std::string path;        ///< of create and remove
    std::size_t offset = 0;  ///< of a write; the new size for a truncate
    std::string bytes;
    bool whole_folder =
        false;          ///< of a sync: of the folder as well, so that files that were made or removed are durable
    bool lost = false;  ///< a sync that failed covered it: a later one says that all is well and does not write it
  };
  using History = std::vector<Operation>;

  /// A copy of what was done since the start or the last `restart`.
  History history() const;
  std::size_t count() const;

  /// Begins a new history in which `files` are there, durable.
  void restart(const Files& files);

  /// The content as programs see it.
  Files files() const;

  /// Asked before each operation; `code` 0 lets it pass, else SQLite gets it as the answer. A write that fails may have
  /// written a part.
  struct Verdict {
    int code = 0;
    bool in_part = false;
    std::chrono::milliseconds delay{0};
  };
  using Judge = std::function<Verdict(Kind kind, const std::string& path)>;
  void on_operation(Judge judge);

  struct State;  ///< shared with SQLite's calls

 private:
  std::unique_ptr<State> state_;
};

/// What a power cut does with the operations that are not durable.
struct PowerCut {
  std::uint64_t kept = 0;   ///< which of them stay: bits, from the oldest on (those above 64 go as bit 63 does)
  std::size_t torn_at = 0;  ///< the last write of those that stay ends in its middle at such a boundary; 0: it is whole
  bool zero_filled = false;  ///< files have grown by what was to be written, but to zeros
};

/// The operations before `cut` that a power cut there may undo.
std::vector<std::size_t> undecided(const CrashVfs::History& history, std::size_t cut);

/// The files that are there when the power has come back. `start`: what was there before the history.
CrashVfs::Files after_power_cut(const CrashVfs::Files& start, const CrashVfs::History& history, std::size_t cut,
                                const PowerCut& fate);

}  // namespace fieldgate::test
