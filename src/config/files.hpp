// The files that one configuration is made of, kept as text so that problems can show their lines.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "config/problem.hpp"

namespace fieldgate::config {

struct SourceFile {
  std::string name;  ///< as the operator gave it, or as `include` found it
  std::string text;
  std::vector<std::size_t> lines;  ///< where each line starts
};

/// The first one is the file that was asked for; the others were included. Marks count from it.
class Files {
 public:
  std::uint32_t add(std::string name, std::string text);

  const SourceFile& at(std::uint32_t index) const { return files_.at(index); }
  std::size_t size() const { return files_.size(); }

  /// Where relative paths of this file start.
  std::filesystem::path directory(std::uint32_t index) const;

  /// A line without its end; empty where there is none. Lines count from 1.
  std::string_view line(std::uint32_t index, std::uint32_t number) const;

  /// The place of a byte of the file.
  Mark mark_at(std::uint32_t index, std::size_t offset) const;

 private:
  std::vector<SourceFile> files_;
};

/// How many characters `text` has, counting UTF-8 as people do.
std::uint32_t characters(std::string_view text);

}  // namespace fieldgate::config
