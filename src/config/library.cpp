// Definitions that the program ships, which a file may name as if they were its own: `protocol: gt06`.
#include "config/library.hpp"

#include <algorithm>
#include <cctype>

namespace fieldgate::config {
namespace {

/// The text of a comment without its mark and spaces.
std::string comment_of(std::string_view line) {
  const std::size_t hash = line.find('#');
  if (hash == std::string_view::npos) return {};
  const std::size_t from = line.find_first_not_of("# ", hash);
  if (from == std::string_view::npos) return {};
  const std::size_t to = line.find_last_not_of(" \r");
  return std::string(line.substr(from, to + 1 - from));
}

/// The key of a line like `  gt06:`; empty for all others.
std::string_view key_of(std::string_view line) {
  if (!line.starts_with("  ") || line.size() < 4) return {};
  line.remove_prefix(2);
  const auto is_name = [](char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '-'; };
  const auto end = static_cast<std::size_t>(std::find_if_not(line.begin(), line.end(), is_name) - line.begin());
  return end > 0 && end < line.size() && line[end] == ':' ? line.substr(0, end) : std::string_view();
}

}  // namespace

Library::Library(std::vector<Shipped> files) : files_(std::move(files)) {
  for (std::size_t file = 0; file < files_.size(); ++file) scan(file);
  std::sort(entries_.begin(), entries_.end(), [](const Entry& a, const Entry& b) { return a.name < b.name; });
}

void Library::scan(std::size_t file) {
  std::string_view rest = files_[file].text;
  std::string first;  // comment of the file
  std::string above;  // comment right above the line
  bool inside = false;
  while (!rest.empty()) {
    const std::string_view line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(line.size() + 1, rest.size()));
    const std::size_t start = line.find_first_not_of(' ');
    const bool is_comment = start != std::string_view::npos && line[start] == '#';
    if (is_comment && first.empty()) first = comment_of(line);
    if (is_comment) {
      if (inside && above.empty()) above = comment_of(line);
      continue;
    }
    if (start == 0) inside = line.starts_with(root_key) && line.substr(root_key.size()).starts_with(':');
    if (const std::string_view key = inside ? key_of(line) : std::string_view(); !key.empty()) {
      std::string beside = comment_of(line);
      if (beside.empty()) beside = above.empty() ? first : above;
      entries_.push_back({std::string(key), std::move(beside), file});
    }
    above.clear();
  }
}

const Library::Entry* Library::find(std::string_view name) const {
  const auto found = std::find_if(entries_.begin(), entries_.end(), [&](const Entry& e) { return e.name == name; });
  return found == entries_.end() ? nullptr : &*found;
}

}  // namespace fieldgate::config
