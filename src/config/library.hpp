// Definitions that the program ships, which a file may name as if they were its own: `protocol: gt06`.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace fieldgate::config {

/// A file of the library. Views of what outlives it.
struct Shipped {
  std::string_view name;  ///< as problems show it: "protocols/gt06.yaml"
  std::string_view text;  ///< a whole YAML: `protocols: { NAME: .. }`, and `tests:`
};

/// What the files define, found without parsing them: a gateway reads only the files that it names.
class Library {
 public:
  struct Entry {
    std::string name;
    std::string meaning;  ///< of the comment beside its key, or above it, else the first of the file
    std::size_t file = 0;
  };

  /// Entries are the keys indented by two spaces under `protocols:`.
  explicit Library(std::vector<Shipped> files);

  const std::vector<Shipped>& files() const { return files_; }
  const std::vector<Entry>& entries() const { return entries_; }  ///< by name

  /// Null where there is none.
  const Entry* find(std::string_view name) const;
  const Shipped& file(const Entry& entry) const { return files_[entry.file]; }

  /// What holds definitions, in a file as in the library.
  static constexpr std::string_view root_key = "protocols";

 private:
  void scan(std::size_t file);

  std::vector<Shipped> files_;
  std::vector<Entry> entries_;
};

}  // namespace fieldgate::config
