// The files that one configuration is made of, kept as text so that problems can show their lines.
#include "config/files.hpp"

#include <algorithm>
#include <utility>

namespace fieldgate::config {

std::uint32_t Files::add(std::string name, std::string text) {
  std::vector<std::size_t> lines{0};
  for (std::size_t at = text.find('\n'); at != std::string::npos; at = text.find('\n', at + 1)) lines.push_back(at + 1);
  files_.push_back({std::move(name), std::move(text), std::move(lines)});
  return static_cast<std::uint32_t>(files_.size() - 1);
}

std::filesystem::path Files::directory(std::uint32_t index) const {
  if (index >= files_.size()) return {};
  return std::filesystem::path(files_[index].name).parent_path();
}

std::string_view Files::line(std::uint32_t index, std::uint32_t number) const {
  if (index >= files_.size() || number == 0 || number > files_[index].lines.size()) return {};
  std::string_view rest = std::string_view(files_[index].text).substr(files_[index].lines[number - 1]);
  rest = rest.substr(0, rest.find('\n'));
  if (rest.ends_with('\r')) rest.remove_suffix(1);
  return rest;
}

Mark Files::mark_at(std::uint32_t index, std::size_t offset) const {
  const SourceFile& file = files_.at(index);
  offset = std::min(offset, file.text.size());
  const auto after = std::upper_bound(file.lines.begin(), file.lines.end(), offset);
  const auto line = static_cast<std::uint32_t>(after - file.lines.begin());
  const std::size_t start = file.lines[line - 1];
  return {index, line, characters(std::string_view(file.text).substr(start, offset - start)) + 1, 1};
}

std::uint32_t characters(std::string_view text) {
  const auto starts =
      std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xc0U) != 0x80; });
  return static_cast<std::uint32_t>(starts);
}

}  // namespace fieldgate::config
