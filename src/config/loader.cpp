// From a file's name to the checked tree of the whole configuration: reading, checking, including, replacing.
#include "config/loader.hpp"

#include <fmt/format.h>
#include <glob.h>

#include <algorithm>
#include <set>
#include <utility>
#include <vector>

#include "config/read_file.hpp"
#include "config/substitute.hpp"
#include "config/values.hpp"
#include "config/yaml.hpp"
#include "message/json.hpp"

namespace fieldgate::config {
namespace {

constexpr std::string_view include_key = "include";
constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";
constexpr std::size_t most_files = 1000;
constexpr std::size_t most_data_weight = 2'000'000;

/// The files that a pattern names, sorted. A pattern without wildcards names its file whether it exists or not.
std::vector<std::string> matching(const std::string& pattern) {
  std::vector<std::string> found;
  glob_t result{};
  if (::glob(pattern.c_str(), GLOB_NOMAGIC, nullptr, &result) == 0) {
    for (std::size_t i = 0; i < result.gl_pathc; ++i) found.emplace_back(result.gl_pathv[i]);
  }
  ::globfree(&result);
  return found;
}

/// Whether it is text at all.
bool check_text(const Files& files, std::uint32_t file, Problems& problems) {
  const std::string_view text = files.at(file).text;
  const std::size_t invalid = json::find_invalid_utf8(text);
  const auto control = std::find_if(text.begin(), text.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return (byte < 0x20 && c != '\n' && c != '\r' && c != '\t') || byte == 0x7f;
  });
  const auto first_control = static_cast<std::size_t>(control - text.begin());
  if (invalid < first_control) {
    problems.error(files.mark_at(file, invalid), {},
                   fmt::format("the file is not UTF-8: byte 0x{:02x} at offset {}",
                               static_cast<unsigned char>(text[invalid]), invalid));
    return false;
  }
  if (control == text.end()) return true;
  problems.error(
      files.mark_at(file, first_control), {},
      fmt::format("the file holds the control byte 0x{:02x} at offset {}; in double quotes write \"\\x{:02x}\"",
                  static_cast<unsigned char>(*control), first_control, static_cast<unsigned char>(*control)));
  return false;
}

class Loader {
 public:
  Loader(bool syntax_only, Files& files, Problems& problems)
      : syntax_only_(syntax_only), files_(files), problems_(problems) {}

  /// `included_at`: where problems with reading the file are shown; nothing for the first file.
  std::optional<Node> file(const std::filesystem::path& path, const std::optional<Mark>& included_at) {
    Result<std::string> text = read_file(path);
    if (!text) {
      const std::string what = fmt::format("cannot read the file {}: {}", in_quotes(path.string()), text.error().text);
      problems_.error(included_at.value_or(Mark{files_.add(path.string(), {}), 0, 0, 1}),
                      included_at ? std::string(include_key) : std::string(), what);
      return std::nullopt;
    }
    std::error_code ec;
    seen_.insert(std::filesystem::weakly_canonical(path, ec).string());
    return parse(path.string(), std::move(*text));
  }

  std::optional<Node> parse(std::string name, std::string text) {
    if (text.starts_with(byte_order_mark)) text.erase(0, byte_order_mark.size());
    const std::uint32_t file = files_.add(std::move(name), std::move(text));
    if (files_.at(file).text.size() > largest_file) {
      problems_.error({file, 0, 0, 1}, {}, "the file is larger than 1 MiB");
      return std::nullopt;
    }
    if (!check_text(files_, file, problems_)) return std::nullopt;
    std::optional<Node> root = parse_yaml(files_, file, weight_left_, problems_);
    if (!root || !check_root(*root, file)) return std::nullopt;
    substitute(*root, files_, syntax_only_, problems_);
    include(*root);
    return root;
  }

  bool partial() const { return partial_; }

 private:
  bool check_root(Node& root, std::uint32_t file) {
    if (root.is_map()) {
      root.place = root.mark;
      return true;
    }
    // Included files may be empty, and then add nothing.
    if (root.kind == Node::Kind::empty && file > 0) {
      root.kind = Node::Kind::map;
      return true;
    }
    const Mark mark = root.kind == Node::Kind::empty ? Mark{file, 0, 0, 1} : root.mark;
    problems_.error(mark, {},
                    root.kind == Node::Kind::empty
                        ? std::string("the file is empty: it needs at least 'adapters' and 'sinks'")
                        : fmt::format("expected a map with 'adapters' and 'sinks', not {}", kind_name(root.kind)));
    return false;
  }

  void include(Node& root) {
    const auto entry = std::find_if(root.entries.begin(), root.entries.end(),
                                    [](const Node::Entry& e) { return e.key == include_key; });
    if (entry == root.entries.end()) return;
    const Node list = std::move(entry->value);
    root.entries.erase(entry);
    if (list.kind == Node::Kind::empty) return;
    if (!list.is_list()) {
      problems_.error(list.mark, std::string(include_key), "expected a list of files, like [conf.d/*.yaml]");
      return;
    }
    for (const Node& item : list.items) {
      if (!item.is_scalar() || item.text.empty()) {
        problems_.error(item.mark, std::string(include_key),
                        fmt::format("expected a file, not {}", kind_name(item.kind)));
      } else if (syntax_only_ || item.unresolved) {
        partial_ = true;
      } else {
        include_pattern(root, item);
      }
    }
  }

  void include_pattern(Node& root, const Node& pattern) {
    std::filesystem::path path(pattern.text);
    if (path.is_relative()) path = files_.directory(pattern.mark.file) / path;
    for (const std::string& found : matching(path.string())) {
      std::error_code ec;
      if (seen_.contains(std::filesystem::weakly_canonical(found, ec).string())) {
        problems_.error(pattern.mark, std::string(include_key),
                        fmt::format("the file {} is included twice", in_quotes(found)));
        continue;
      }
      if (files_.size() >= most_files) {
        problems_.error(pattern.mark, std::string(include_key),
                        fmt::format("more than {} files are included", most_files));
        return;
      }
      if (std::optional<Node> more = file(found, pattern.mark)) merge(root, std::move(*more));
    }
  }

  /// Maps of the root are joined; anything else that both have is an error.
  void merge(Node& root, Node more) {
    for (Node::Entry& entry : more.entries) {
      const auto same = std::find_if(root.entries.begin(), root.entries.end(),
                                     [&](const Node::Entry& e) { return e.key == entry.key; });
      if (same == root.entries.end()) {
        root.entries.push_back(std::move(entry));
      } else if (same->value.is_map() && entry.value.is_map()) {
        merge_names(same->value, std::move(entry));
      } else {
        twice(entry, same->mark, {});
      }
    }
  }

  void merge_names(Node& map, Node::Entry more) {
    for (Node::Entry& entry : more.value.entries) {
      if (const Node::Entry* same = map.entry(entry.key)) {
        twice(entry, same->mark, more.key);
      } else {
        map.entries.push_back(std::move(entry));
      }
    }
  }

  void twice(const Node::Entry& entry, const Mark& first, const std::string& path) {
    problems_.error(entry.mark, path,
                    fmt::format("{} is defined twice: it stands already at {}:{}:{}", in_quotes(entry.key),
                                files_.at(first.file).name, first.line, first.column));
  }

  bool syntax_only_;
  Files& files_;
  Problems& problems_;
  std::size_t weight_left_ = most_weight;
  std::set<std::string> seen_;
  bool partial_ = false;
};

}  // namespace

void Document::lead(Reader& reader, Files& files) const {
  reader.root = &root;
  reader.partial = partial;
  reader.files = &files;
}

const Node* Reader::shipped(const Library::Entry& entry) {
  const auto [at, is_new] = shipped_.emplace(entry.file, nullptr);
  if (is_new && files != nullptr) {
    const Shipped& file = library->file(entry);
    auto document = load_text(std::string(file.text), *files, problems_, std::string(file.name));
    if (document) at->second = &keep(std::move(document->root));
  }
  const Node* definitions = at->second ? at->second->find(Library::root_key) : nullptr;
  return definitions ? definitions->find(entry.name) : nullptr;
}

Description describe_include() {
  Description description;
  description.name = include_key;
  description.type = "list of texts";
  description.fallback = "[]";
  description.meaning = "More files, as globs relative to this one; their maps are joined with those of this file.";
  return description;
}

std::optional<Document> load(const std::filesystem::path& file, bool syntax_only, Files& files, Problems& problems) {
  Loader loader(syntax_only, files, problems);
  std::optional<Node> root = loader.file(file, std::nullopt);
  if (!root) return std::nullopt;
  return Document{std::move(*root), loader.partial()};
}

std::optional<Node> parse_data(std::uint32_t file, const Files& files, Problems& problems) {
  if (!check_text(files, file, problems)) return std::nullopt;
  std::size_t weight_left = most_data_weight;
  std::optional<Node> root = parse_yaml(files, file, weight_left, problems);
  if (root) substitute(*root, files, false, problems);
  return root;
}

std::optional<Document> load_text(std::string text, Files& files, Problems& problems, std::string name,
                                  bool syntax_only) {
  Loader loader(syntax_only, files, problems);
  std::optional<Node> root = loader.parse(std::move(name), std::move(text));
  if (!root) return std::nullopt;
  return Document{std::move(*root), loader.partial()};
}

}  // namespace fieldgate::config
