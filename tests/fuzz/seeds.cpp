// Runs every target over its seeds and over what is left of each when it is cut short: the fuzz targets as an ordinary
// test.
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "fuzz/targets.hpp"

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: fuzz_seeds FOLDER\n");
    return 2;
  }
  bool complete = true;
  for (const fieldgate::fuzz::Target& target : fieldgate::fuzz::targets()) {
    std::size_t seeds = 0;
    const std::filesystem::path folder = std::filesystem::path(argv[1]) / target.name;
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
      std::ifstream file(entry.path(), std::ios::binary);
      const std::string bytes((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
      for (std::size_t length = 0; length <= bytes.size(); length += 1 + bytes.size() / 200)
        target.run(bytes.substr(0, length));
      target.run(bytes);
      ++seeds;
    }
    std::printf("%-14s %zu seeds\n", std::string(target.name).c_str(), seeds);
    complete = complete && seeds > 0;
  }
  return complete ? 0 : 1;
}
