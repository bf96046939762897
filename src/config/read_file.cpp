// Reading a whole file, as long as it is not a large one.
#include "config/read_file.hpp"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>

namespace fieldgate::config {

Result<std::string> read_file(const std::filesystem::path& path) {
  std::error_code ec;
  if (std::filesystem::is_directory(path, ec)) return Error{"config", "it is a directory"};
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "rbe"), &std::fclose);
  if (!file) return Error{"config", std::strerror(errno)};
  std::string text(largest_file + 1, '\0');
  text.resize(std::fread(text.data(), 1, text.size(), file.get()));
  if (std::ferror(file.get()) != 0) return Error{"config", std::strerror(errno)};
  if (text.size() > largest_file) return Error{"config", "it is larger than 1 MiB"};
  return text;
}

}  // namespace fieldgate::config
