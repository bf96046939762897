// Reading a whole file, as long as it is not a large one.
#include "config/read_file.hpp"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>

namespace fieldgate::config {

Result<std::string> read_file(const std::filesystem::path& path, std::size_t largest) {
  std::error_code ec;
  if (std::filesystem::is_directory(path, ec)) return Error{"config", "it is a directory"};
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "rbe"), &std::fclose);
  if (!file) return Error{"config", std::strerror(errno)};
  constexpr std::size_t step = 256 * 1024;
  std::string text;
  for (std::size_t got = step; got == step && text.size() <= largest;) {
    const std::size_t before = text.size();
    text.resize(before + step);
    got = std::fread(text.data() + before, 1, step, file.get());
    text.resize(before + got);
  }
  if (std::ferror(file.get()) != 0) return Error{"config", std::strerror(errno)};
  if (text.size() > largest)
    return Error{"config", "it is larger than " + std::to_string(largest / 1024 / 1024) + " MiB"};
  return text;
}

}  // namespace fieldgate::config
