// StoreFile: what is done about a damaged log before SQLite takes it for a short one.
#include <fstream>
#include <iterator>
#include <system_error>

#include "buffer/store_aside.hpp"
#include "buffer/store_file.hpp"
#include "storage/wal.hpp"

namespace fieldgate::buffer {
namespace fs = std::filesystem;
using storage::MendedWal;

namespace {

bool is_file(const fs::path& path) {
  std::error_code ignored;
  return fs::is_regular_file(fs::symlink_status(path, ignored));
}

Result<std::string> read_file(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::string content{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  if (!file.bad() && file.is_open()) return content;
  return Error{"io", path.string() + ": cannot be read"};
}

/// The file and its log as they are, for whoever may get more out of them.
Result<void> copy_aside(const fs::path& file, const fs::path& aside) {
  for (const char* suffix : {"", "-wal"}) {
    std::error_code error;
    fs::copy_file(file.string() + suffix, aside.string() + suffix, fs::copy_options::overwrite_existing, error);
    if (!error) continue;
    std::error_code ignored;
    fs::remove(aside, ignored);
    const bool full = error == std::errc::no_space_on_device;
    return Error{full ? "disk_full" : "io", aside.string() + suffix + ": " + error.message()};
  }
  return {};
}

}  // namespace

/// No connection is open meanwhile. With holes in the log the file is read row by row into a new one: a page that is
/// older than its neighbours may look right and be wrong.
Result<void> StoreFile::mend_log() {
  const fs::path log = beside("-wal");
  if (!is_file(file_) || !is_file(log)) return {};
  const Result<std::string> content = read_file(log);
  if (!content) return content.error();
  const MendedWal wal = storage::mend_wal(*content);
  if (wal.state == MendedWal::State::sound) return {};
  const fs::path aside = free_name(file_, ".damaged-" + std::to_string(unix_time()));
  if (Result<void> copied = copy_aside(file_, aside); !copied) return copied;
  if (Result<void> replaced = replace_file(log, wal.log); !replaced) return replaced;
  remove_oldest_damaged(file_);
  const bool unusable = wal.state == MendedWal::State::unusable;
  const std::string extent =
      unusable ? "cannot be read" : std::to_string(wal.damaged) + " of " + std::to_string(wal.frames) + " pages";
  const std::string text =
      "the log " + log.string() + " was damaged (" + extent + "); it was put aside with its file as " + aside.string();
  if (unusable) damage_.push_back({0, 1, text + "; how much was lost cannot be told"});
  if (unusable || wal.holes == 0) {
    if (!unusable) damage_.push_back({0, 0, text + "; no message was lost"});
    return {};
  }
  newest_lost_ = wal.newest;
  return Error{"corrupt", text};
}

}  // namespace fieldgate::buffer
