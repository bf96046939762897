// Appends lines to files and rotates them. Blocks: runs on the worker.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <list>
#include <string>
#include <string_view>

#include "message/result.hpp"
#include "message/time.hpp"
#include "sink/compression.hpp"

namespace fieldgate::sink {

/// `rotate`: when a file is put aside, and how many of those stay.
struct RotateOptions {
  Duration every = std::chrono::hours(24);
  std::size_t max_size = 100 * 1024 * 1024;
  std::size_t keep = 30;
  bool operator==(const RotateOptions&) const = default;
};

/// Some open files, the least recently used of which is closed when there are too many. Each ends with a whole line,
/// or member, whatever happens: what could only be written in part is taken back. Used from one thread at a time.
class FileWriter {
 public:
  static constexpr std::size_t max_open = 64;

  /// With a compression, what is appended is whole members.
  explicit FileWriter(const RotateOptions& options, Compression compression = Compression::none)
      : options_(options), compression_(compression) {}
  ~FileWriter();
  FileWriter(const FileWriter&) = delete;
  FileWriter& operator=(const FileWriter&) = delete;

  /// Appends `lines`, which end with a line end, or nothing. Directories are made (0750), and the file (0640); it is
  /// rotated before, if it is due at `now`. The error's reason is "disk_full", "permission", "path" or "file".
  Result<void> append(const std::filesystem::path& path, std::string_view lines, TimePoint now);

  /// Everything appended is on the disk afterwards.
  Result<void> sync();

 private:
  struct Open {
    std::filesystem::path path;
    int descriptor;
    std::uint64_t device;
    std::uint64_t inode;
    std::uint64_t size;
    std::int64_t period;  ///< number of the `every` that it belongs to
    bool dirty = false;
  };

  Result<Open*> find(const std::filesystem::path& path);
  Result<void> open(const std::filesystem::path& path);
  Result<void> rotate(TimePoint now);
  void remove_old(const std::filesystem::path& path) const;
  void close_first();
  void flush(Open& file);
  std::int64_t period_of(TimePoint time) const;

  RotateOptions options_;
  Compression compression_;
  std::list<Open> files_;  // the most recently used first
  Result<void> lost_;      // the first flush since the last sync() that failed
};

}  // namespace fieldgate::sink
