// Damaged files: their names, moves and limits.
#include "buffer/store_aside.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <set>
#include <system_error>

namespace fieldgate::buffer {
namespace fs = std::filesystem;

namespace {

constexpr std::size_t max_damaged_files = 3;

Error failed(const fs::path& path, int code) {
  const std::string_view reason = code == ENOSPC || code == EDQUOT ? "disk_full" : "io";
  return {reason, path.string() + ": " + std::generic_category().message(code)};
}

/// 0, or the system's error.
int write_and_sync(int descriptor, std::string_view content) {
  while (!content.empty()) {
    const ssize_t written = ::write(descriptor, content.data(), content.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return errno;
    content.remove_prefix(static_cast<std::size_t>(written));
  }
  return ::fsync(descriptor) == 0 ? 0 : errno;
}

}  // namespace

std::int64_t unix_time() {
  using std::chrono::seconds;
  return std::chrono::duration_cast<seconds>(std::chrono::system_clock::now().time_since_epoch()).count();
}

Result<void> move_file(const fs::path& from, const fs::path& to) {
  std::error_code error;
  fs::rename(from, to, error);
  if (!error || error == std::errc::no_such_file_or_directory) return {};
  return Error{"io", from.string() + ": " + error.message()};
}

Result<void> sync_folder(const fs::path& path) {
  const int folder = ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  const bool synced = folder >= 0 && ::fsync(folder) == 0;
  const int code = errno;
  if (folder >= 0) ::close(folder);
  if (synced) return {};
  return failed(path, code);
}

void remove_oldest_damaged(const fs::path& file) {
  const std::string prefix = file.filename().string() + ".damaged-";
  std::error_code ignored;
  std::set<fs::path> aside;
  for (const fs::directory_entry& entry : fs::directory_iterator(file.parent_path(), ignored)) {
    const std::string name = entry.path().filename().string();
    if (name.starts_with(prefix) && name.find_first_not_of("0123456789", prefix.size()) == std::string::npos) {
      aside.insert(entry.path());
    }
  }
  while (aside.size() > max_damaged_files) {
    fs::remove_all(*aside.begin(), ignored);
    fs::remove(aside.begin()->string() + "-wal", ignored);
    aside.erase(aside.begin());
  }
}

fs::path free_name(const fs::path& file, const std::string& suffix) {
  std::error_code ignored;
  fs::path name = file.string() + suffix;
  for (int i = 1; fs::exists(fs::symlink_status(name, ignored)); ++i) name = file.string() + suffix + std::to_string(i);
  return name;
}

Result<void> replace_file(const fs::path& file, std::string_view content) {
  const fs::path fresh = file.string() + ".new";
  const int descriptor = ::open(fresh.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (descriptor < 0) return failed(fresh, errno);
  const int code = write_and_sync(descriptor, content);
  ::close(descriptor);
  if (code != 0) return failed(fresh, code);
  if (Result<void> moved = move_file(fresh, file); !moved) return moved;
  return sync_folder(file.parent_path());
}

}  // namespace fieldgate::buffer
