// Putting a damaged file of dead letters away, for whoever may still read something out of it.
#include <algorithm>
#include <charconv>
#include <set>
#include <system_error>

#include "buffer/dead_letter_file.hpp"

namespace fieldgate::buffer {

namespace fs = std::filesystem;

Result<fs::path> set_aside(const fs::path& file, TimePoint now) {
  constexpr std::size_t kept = 3;
  const std::string name = file.filename().string() + ".damaged-";
  std::set<std::int64_t> times;  // of those that are there
  std::error_code ec;
  for (const auto& entry : fs::directory_iterator(file.parent_path(), ec)) {
    const std::string found = entry.path().filename().string();
    std::int64_t time = 0;
    if (!found.starts_with(name)) continue;
    std::from_chars(found.data() + name.size(), found.data() + found.size(), time);
    times.insert(time);
  }
  std::int64_t time = std::chrono::duration_cast<std::chrono::seconds>(now.time_since_epoch()).count();
  if (!times.empty()) time = std::max(time, *times.rbegin() + 1);
  const auto place = [&](std::int64_t number) { return file.parent_path() / (name + std::to_string(number)); };
  const fs::path aside = place(time);
  fs::rename(file.string() + "-wal", aside.string() + "-wal", ec);
  fs::rename(file, aside, ec);
  if (ec) return Error{"io", file.string() + " cannot be renamed: " + ec.message()};
  for (; times.size() >= kept; times.erase(times.begin())) {
    fs::remove_all(place(*times.begin()), ec);
    fs::remove(place(*times.begin()).string() + "-wal", ec);
  }
  return aside;
}

}  // namespace fieldgate::buffer
