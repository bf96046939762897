// A directory that lives as long as the test.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace fieldgate::test {

/// A fresh directory below the system's temporary one; removed with all in it at the end.
class TempDir {
 public:
  TempDir();
  ~TempDir();
  TempDir(const TempDir&) = delete;
  TempDir& operator=(const TempDir&) = delete;

  const std::filesystem::path& path() const { return path_; }
  std::filesystem::path operator/(std::string_view name) const { return path_ / name; }

  /// Writes a file into it and returns where it is.
  std::filesystem::path write(std::string_view name, std::string_view content) const;

 private:
  std::filesystem::path path_;
};

/// A TCP port of 127.0.0.1 that nobody listened on a moment ago.
std::uint16_t free_port();

}  // namespace fieldgate::test
