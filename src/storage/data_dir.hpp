// The gateway's folder for everything that must outlive a restart: made, locked, and numbered.
#pragma once

#include <filesystem>
#include <string>

#include "message/receipt.hpp"
#include "message/result.hpp"

namespace fieldgate::storage {

/// `gateway.data_dir`, held by this process alone for as long as the object lives. Blocks: for the start, before the
/// reactor runs, and for the command line.
class DataDir {
 public:
  /// Makes the folder (0700) if there is none, and locks `lock` in it (flock; the file holds the process id). The error
  /// names the folder, what is wrong and what to do; its reason is `locked` where another process has it.
  static Result<DataDir> open(const std::filesystem::path& path);

  ~DataDir();
  DataDir(DataDir&& other) noexcept;
  DataDir& operator=(DataDir&& other) noexcept;

  /// Counts the runs in the file `epoch`: written beside, synced, renamed, the folder synced. A damaged file is set
  /// aside, which `damage` then says; the number goes on from the clock, above any it can have had.
  Result<Epoch> next_epoch(std::string& damage);

  const std::filesystem::path& path() const { return path_; }
  std::filesystem::path buffer(const std::string& sink) const { return path_ / "buffers" / (sink + ".db"); }
  std::filesystem::path budget(const std::string& sink) const { return path_ / "buffers" / (sink + ".budget"); }
  std::filesystem::path dead_letters() const { return path_ / "dead-letters.db"; }
  std::filesystem::path commands() const { return path_ / "commands.db"; }
  std::filesystem::path control_socket() const { return path_ / "control.sock"; }

 private:
  DataDir(std::filesystem::path path, int lock) : path_(std::move(path)), lock_(lock) {}
  std::filesystem::path path_;
  int lock_ = -1;
};

}  // namespace fieldgate::storage
