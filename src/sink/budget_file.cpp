// What was spent, as a few lines of text.
#include "sink/budget_file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <ctime>
#include <fstream>
#include <sstream>

#include <fmt/format.h>

namespace fieldgate::sink {

namespace {

constexpr std::string_view header = "fieldgate-budget-1";

/// More lines than a budget has slots are not ours.
constexpr std::size_t max_lines = 1000;

Error failed(const std::filesystem::path& path, std::string_view what) {
  return {"budget", fmt::format("cannot {} {}: {}", what, path.string(), std::strerror(errno))};
}

bool write_all(int file, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(file, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

bool sync_folder(const std::filesystem::path& folder) {
  const int file = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (file < 0) return false;
  const bool synced = ::fsync(file) == 0;
  ::close(file);
  return synced;
}

}  // namespace

Moment Moment::now() {
  Moment moment;
  std::ifstream id("/proc/sys/kernel/random/boot_id");
  id >> moment.boot;
  timespec time{};
  ::clock_gettime(CLOCK_BOOTTIME, &time);
  moment.since_boot = std::chrono::seconds(time.tv_sec) + std::chrono::microseconds(time.tv_nsec / 1000);
  moment.wall = Instant::now().wall;
  return moment;
}

Duration Moment::since(const Moment& before) const {
  if (!boot.empty() && boot == before.boot) return std::max(since_boot - before.since_boot, Duration());
  return std::max({wall - before.wall, boot.empty() ? Duration() : since_boot, Duration()});
}

std::string write_spent(const std::vector<Budget::Spent>& spent, const Moment& moment) {
  std::string text = fmt::format("{} {} {} {}\n", header, moment.boot.empty() ? "-" : moment.boot,
                                 moment.since_boot.count(), moment.wall.time_since_epoch().count());
  for (const Budget::Spent& each : spent) text += fmt::format("{} {}\n", each.age.count(), each.bytes);
  return text + "end\n";
}

Result<std::vector<Budget::Spent>> read_spent(const std::string& text, const Moment& now) {
  const Error damaged{"budget", "it is damaged"};
  std::istringstream in(text);
  std::string word;
  Moment before;
  std::int64_t since_boot = 0;
  std::int64_t wall = 0;
  if (!(in >> word >> before.boot >> since_boot >> wall) || word != header) return damaged;
  if (before.boot == "-") before.boot.clear();
  before.since_boot = Duration(since_boot);
  before.wall = TimePoint(Duration(wall));
  const Duration passed = now.since(before);
  std::vector<Budget::Spent> all;
  while (in >> word && word != "end") {
    std::istringstream line(word);
    std::int64_t age = 0;
    std::uint64_t bytes = 0;
    if (!(line >> age) || !line.eof() || !(in >> bytes) || age < 0 || all.size() >= max_lines) return damaged;
    all.push_back({Duration(age) + passed, bytes});
  }
  if (word != "end") return damaged;
  return all;
}

Result<void> replace_file(const std::filesystem::path& path, const std::string& text) {
  std::error_code ignored;
  std::filesystem::create_directories(path.parent_path(), ignored);
  const std::filesystem::path fresh = path.string() + ".new";
  const int file = ::open(fresh.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (file < 0) return failed(fresh, "create");
  const bool written = write_all(file, text) && ::fsync(file) == 0;
  const Error error = failed(fresh, "write");
  ::close(file);
  if (!written) return error;
  if (::rename(fresh.c_str(), path.c_str()) != 0) return failed(path, "replace");
  if (!sync_folder(path.parent_path())) return failed(path.parent_path(), "sync");
  return {};
}

}  // namespace fieldgate::sink
