// FileWriter: whole lines, or none.
#include "sink/file_writer.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <system_error>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "sink/members.hpp"

namespace fieldgate::sink {

namespace fs = std::filesystem;

namespace {

Error failure(int error, const fs::path& path, std::string_view what) {
  std::string text = fmt::format("cannot {} {}: {}", what, path.string(), std::strerror(error));
  switch (error) {
    case ENOSPC:
    case EDQUOT:
      return {"disk_full", text + "; free some space, or keep less with rotate.keep and rotate.max_size"};
    case EACCES:
    case EPERM:
    case EROFS:
      return {"permission", text + "; the service's user must be able to write there"};
    case ENAMETOOLONG:
      return {"path", text};
    default:
      return {"file", text};
  }
}

/// How a rotated file is called: alarms.20260131T081530Z.ndjson, and alarms.20260131T081530Z-1.ndjson beside it.
std::string stamp_of(TimePoint time) {
  std::string text;
  append_rfc3339(text, time);
  std::erase(text, '-');
  std::erase(text, ':');
  return text.substr(0, 15) + "Z";
}

bool is_stamp(std::string_view text) {
  constexpr std::string_view shape = "00000000T000000Z";
  if (text.size() < shape.size()) return false;
  for (std::size_t at = 0; at < shape.size(); ++at) {
    const bool digit = text[at] >= '0' && text[at] <= '9';
    if (shape[at] == '0' ? !digit : text[at] != shape[at]) return false;
  }
  return text.size() == shape.size() || text[shape.size()] == '-';
}

/// Writes all of it; how much was written if that failed.
std::size_t write_all(int descriptor, std::string_view text) {
  std::size_t written = 0;
  while (written < text.size()) {
    const ssize_t part = ::write(descriptor, text.data() + written, text.size() - written);
    if (part < 0 && errno == EINTR) continue;
    if (part <= 0) break;
    written += static_cast<std::size_t>(part);
  }
  return written;
}

/// A process that was killed left half a line, or a part of a member. False, and errno, where that cannot be mended.
bool mend(int descriptor, std::uint64_t& size, Compression compression) {
  if (compression != Compression::none) {
    const std::uint64_t whole = whole_members(descriptor, size, compression);
    if (whole < size && ::ftruncate(descriptor, static_cast<off_t>(whole)) != 0) return false;
    size = whole;
    return true;
  }
  char last = '\n';
  if (size == 0 || ::pread(descriptor, &last, 1, static_cast<off_t>(size) - 1) != 1 || last == '\n') return true;
  if (write_all(descriptor, "\n") != 1) return false;
  ++size;
  return true;
}

}  // namespace

FileWriter::~FileWriter() {
  while (!files_.empty()) close_first();
}

std::int64_t FileWriter::period_of(TimePoint time) const { return time.time_since_epoch() / options_.every; }

void FileWriter::flush(Open& file) {
  if (!std::exchange(file.dirty, false) || ::fdatasync(file.descriptor) == 0) return;
  if (lost_) lost_ = failure(errno, file.path, "write");
}

void FileWriter::close_first() {
  flush(files_.front());
  ::close(files_.front().descriptor);
  files_.pop_front();
}

Result<void> FileWriter::append(const fs::path& path, std::string_view lines, TimePoint now) {
  auto found = find(path);
  if (!found) return found.error();
  Open* file = *found;
  const bool too_large = file->size > 0 && file->size + lines.size() > options_.max_size;
  if (too_large || (file->size > 0 && file->period != period_of(now))) {
    if (auto rotated = rotate(now); !rotated) return rotated;
    if (auto opened = open(path); !opened) return opened;
    file = &files_.front();
  }
  file->period = period_of(now);
  file->dirty = true;
  const std::size_t written = write_all(file->descriptor, lines);
  if (written < lines.size()) {
    const int error = errno;
    // The next line must not stand behind half of this one.
    if (::ftruncate(file->descriptor, static_cast<off_t>(file->size)) != 0) close_first();
    return failure(error, path, "write");
  }
  file->size += lines.size();
  return {};
}

Result<FileWriter::Open*> FileWriter::find(const fs::path& path) {
  const auto same = [&path](const Open& file) { return file.path == path; };
  const auto known = std::find_if(files_.begin(), files_.end(), same);
  if (known != files_.end()) {
    files_.splice(files_.begin(), files_, known);
    struct stat now_there {};
    // Somebody may have moved or removed it (logrotate): then a new one is begun.
    const bool still_there =
        ::stat(path.c_str(), &now_there) == 0 && now_there.st_ino == known->inode && now_there.st_dev == known->device;
    if (still_there) {
      known->size = static_cast<std::uint64_t>(now_there.st_size);
      return &files_.front();
    }
    close_first();
  }
  if (auto opened = open(path); !opened) return opened.error();
  return &files_.front();
}

Result<void> FileWriter::open(const fs::path& path) {
  if (files_.size() >= max_open) {
    flush(files_.back());
    ::close(files_.back().descriptor);
    files_.pop_back();
  }
  constexpr int flags = O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC | O_NONBLOCK;  // a FIFO must not hold the worker up
  int descriptor = ::open(path.c_str(), flags, 0640);
  if (descriptor < 0 && errno == ENOENT && path.has_parent_path()) {
    const mode_t before = ::umask(027);
    std::error_code ec;
    fs::create_directories(path.parent_path(), ec);
    ::umask(before);
    if (ec) return failure(ec.value(), path.parent_path(), "make the directory");
    descriptor = ::open(path.c_str(), flags, 0640);
  }
  if (descriptor < 0) return failure(errno, path, "open");
  struct stat found {};
  if (::fstat(descriptor, &found) != 0 || !S_ISREG(found.st_mode)) {
    ::close(descriptor);
    return Error{"file", path.string() + " is not a regular file"};
  }
  auto size = static_cast<std::uint64_t>(found.st_size);
  if (!mend(descriptor, size, compression_)) {
    const int error = errno;
    ::close(descriptor);
    return failure(error, path, "write");
  }
  const TimePoint changed{std::chrono::seconds(found.st_mtim.tv_sec)};
  files_.push_front({path, descriptor, found.st_dev, found.st_ino, size, period_of(changed)});
  return {};
}

Result<void> FileWriter::rotate(TimePoint now) {
  const fs::path path = files_.front().path;
  const std::string base = fmt::format("{}.{}", path.stem().string(), stamp_of(now));
  fs::path aside = path.parent_path() / (base + path.extension().string());
  struct stat there {};
  for (int number = 1; ::lstat(aside.c_str(), &there) == 0; ++number) {
    aside = path.parent_path() / fmt::format("{}-{:04}{}", base, number, path.extension().string());
  }
  if (errno != ENOENT) return failure(errno, aside, "rotate to");
  close_first();
  if (::rename(path.c_str(), aside.c_str()) != 0) return failure(errno, path, "rotate");
  remove_old(path);
  return {};
}

void FileWriter::remove_old(const fs::path& path) const {
  const std::string prefix = path.stem().string() + ".";
  const std::string extension = path.extension().string();
  const fs::path directory = path.has_parent_path() ? path.parent_path() : fs::path(".");
  std::vector<std::string> stamps;
  std::error_code ec;
  for (fs::directory_iterator entry(directory, ec), end; !ec && entry != end; entry.increment(ec)) {
    const std::string name = entry->path().filename().string();
    if (!name.starts_with(prefix) || !name.ends_with(extension)) continue;
    if (name.size() < prefix.size() + extension.size()) continue;
    const std::string stamp = name.substr(prefix.size(), name.size() - prefix.size() - extension.size());
    if (is_stamp(stamp)) stamps.push_back(stamp);
  }
  std::sort(stamps.begin(), stamps.end());
  for (std::size_t old = 0; old + options_.keep < stamps.size(); ++old) {
    fs::remove(directory / (prefix + stamps[old] + extension), ec);
  }
}

Result<void> FileWriter::sync() {
  for (Open& file : files_) flush(file);
  return std::exchange(lost_, Result<void>());
}

}  // namespace fieldgate::sink
