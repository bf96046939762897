// DataDir: the folder, its lock, and the number of the run.
#include "storage/data_dir.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <cstdint>
#include <fstream>
#include <iterator>
#include <optional>
#include <system_error>
#include <utility>

namespace fieldgate::storage {
namespace {

namespace fs = std::filesystem;

/// A descriptor that closes itself.
class File {
 public:
  File(const fs::path& path, int flags) : descriptor_(::open(path.c_str(), flags | O_CLOEXEC, 0600)) {}
  ~File() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;

  explicit operator bool() const { return descriptor_ >= 0; }
  int get() const { return descriptor_; }
  int release() { return std::exchange(descriptor_, -1); }

 private:
  int descriptor_;
};

Error failed(const fs::path& path, int code, std::string_view hint = {}) {
  const std::string_view reason = code == ENOSPC || code == EDQUOT ? "disk_full" : "io";
  return {reason,
          "gateway.data_dir: " + path.string() + ": " + std::generic_category().message(code) + std::string(hint)};
}

constexpr std::string_view hint = "; the user that runs Fieldgate must be able to write there";

Result<void> make_private_folder(const fs::path& path) {
  if (::mkdir(path.c_str(), 0700) != 0 && errno != EEXIST) return failed(path, errno, hint);
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) return failed(path, errno, hint);
  if (!S_ISDIR(status.st_mode)) return failed(path, ENOTDIR, "; name a folder, or move this away");
  if ((status.st_mode & 0777) != 0700 && ::chmod(path.c_str(), 0700) != 0) return failed(path, errno, hint);
  return {};
}

Result<void> sync_folder(const fs::path& path) {
  const File folder(path, O_RDONLY | O_DIRECTORY);
  if (!folder || ::fsync(folder.get()) != 0) return failed(path, errno);
  return {};
}

Result<void> write_all(int descriptor, std::string_view text, const fs::path& path) {
  while (!text.empty()) {
    const ssize_t written = ::write(descriptor, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return failed(path, errno);
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return {};
}

/// Beside, synced, renamed, and the folder synced: either the old content is there after a power cut, or the new.
Result<void> replace(const fs::path& path, std::string_view text) {
  const fs::path beside = path.string() + ".new";
  {
    const File file(beside, O_WRONLY | O_CREAT | O_TRUNC);
    if (!file) return failed(beside, errno, hint);
    if (Result<void> written = write_all(file.get(), text, beside); !written) return written;
    if (::fsync(file.get()) != 0) return failed(beside, errno);
  }
  if (::rename(beside.c_str(), path.c_str()) != 0) return failed(path, errno);
  return sync_folder(path.parent_path());
}

/// Twice, so that a flipped bit cannot pass for another number.
std::string epoch_text(Epoch epoch) {
  const std::string number = std::to_string(epoch);
  return "epoch " + number + "\nepoch " + number + "\n";
}

std::optional<Epoch> read_epoch(const std::string& text) {
  constexpr std::string_view word = "epoch ";
  if (text.compare(0, word.size(), word) != 0) return std::nullopt;
  Epoch epoch = 0;
  std::from_chars(text.data() + word.size(), text.data() + text.size(), epoch);
  if (epoch == 0 || epoch == ~Epoch{0} || text != epoch_text(epoch)) return std::nullopt;
  return epoch;
}

/// Above any number that counting from 1 can have reached by now, or from such a number: no gateway starts more than
/// once a second for years.
Epoch epoch_of_clock(const fs::path& file) {
  using std::chrono::seconds;
  struct stat status {};
  std::int64_t latest =
      std::chrono::duration_cast<seconds>(std::chrono::system_clock::now().time_since_epoch()).count();
  if (::stat(file.c_str(), &status) == 0) latest = std::max<std::int64_t>(latest, status.st_mtime);
  return static_cast<Epoch>(std::clamp<std::int64_t>(latest, 0, ~Epoch{0} - 1'000'000));
}

}  // namespace

Result<DataDir> DataDir::open(const fs::path& path) {
  std::error_code ignored;
  fs::create_directories(path.parent_path(), ignored);  // what it could not make, the next call names
  if (Result<void> made = make_private_folder(path); !made) return made.error();
  File lock(path / "lock", O_RDWR | O_CREAT);
  if (!lock) return failed(path / "lock", errno, hint);
  if (::flock(lock.get(), LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK) return failed(path / "lock", errno);
    std::ifstream holder(path / "lock");
    std::string process;
    std::getline(holder, process);
    return Error{"locked", "gateway.data_dir: " + path.string() + " is in use by another Fieldgate (process " +
                               process + "); stop that one, or give each its own data_dir"};
  }
  if (::ftruncate(lock.get(), 0) != 0) return failed(path / "lock", errno);
  if (Result<void> written = write_all(lock.get(), std::to_string(::getpid()) + "\n", path / "lock"); !written) {
    return written.error();
  }
  if (Result<void> made = make_private_folder(path / "buffers"); !made) return made.error();
  if (Result<void> synced = sync_folder(path); !synced) return synced.error();
  return DataDir(path, lock.release());
}

DataDir::~DataDir() {
  if (lock_ >= 0) ::close(lock_);
}

DataDir::DataDir(DataDir&& other) noexcept : path_(std::move(other.path_)), lock_(std::exchange(other.lock_, -1)) {}

DataDir& DataDir::operator=(DataDir&& other) noexcept {
  std::swap(path_, other.path_);
  std::swap(lock_, other.lock_);
  return *this;
}

Result<Epoch> DataDir::next_epoch(std::string& damage) {
  const fs::path file = path_ / "epoch";
  std::error_code ignored;
  Epoch epoch = 1;
  const fs::file_status status = fs::symlink_status(file, ignored);
  if (fs::exists(status)) {
    std::string text;  // of a folder or a pipe nothing is read: it would not end, or throw
    if (fs::is_regular_file(status)) {
      std::ifstream stream(file, std::ios::binary);
      text.assign(std::istreambuf_iterator<char>(stream), {});
    }
    if (const std::optional<Epoch> last = read_epoch(text)) {
      epoch = *last + 1;
    } else {
      epoch = epoch_of_clock(file);
      const fs::path aside = file.string() + ".damaged-" + std::to_string(epoch);
      if (::rename(file.c_str(), aside.c_str()) != 0) return failed(file, errno, hint);
      damage = file.string() + " is damaged and was put aside as " + aside.filename().string() +
               "; message ids go on from run " + std::to_string(epoch);
    }
  } else if (!fs::is_empty(path_ / "buffers", ignored)) {
    epoch = epoch_of_clock(file);  // the file is gone, but messages of earlier runs are there
  }
  if (Result<void> written = replace(file, epoch_text(epoch)); !written) return written.error();
  return epoch;
}

}  // namespace fieldgate::storage
