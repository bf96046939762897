// Fills a registry from the configuration, and says what is wrong with its rows.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "config/node.hpp"
#include "config/section.hpp"
#include "device/registry.hpp"

namespace fieldgate::device {

/// What is wrong with a tag's name, so that `{{ tags.NAME }}` could not name it; empty: nothing.
std::string wrong_tag_name(std::string_view name);

/// Reads `list` and `file` of the section `devices`. Problems go to that section, at most `max_problems` of them.
class RegistryReader {
 public:
  static constexpr std::size_t largest_file = 64 * 1024 * 1024;
  static constexpr std::size_t longest_id = 256;  ///< longer ones fill no template
  static constexpr std::size_t max_globs = 1000;  ///< each is tried for every unknown id
  static constexpr std::size_t max_problems = 100;

  RegistryReader(config::Section& devices, Registry& registry) : section_(devices), registry_(registry) {}

  /// `{ ID: { site: hall-a } }`
  void read_list(const config::Node& list);

  /// By its name's end: CSV with a header, `id` first, or a list as YAML.
  void read_file(const std::filesystem::path& path);

  /// To be called at the end: says how many problems have not been said.
  void finish();

 private:
  struct Columns;

  void read_csv(std::uint32_t file);
  void read_csv_row(std::uint32_t file, const Columns& columns, const class CsvRows& row);
  bool read_header(const std::vector<std::string>& names, Columns& columns, std::string& problem) const;
  void read_yaml(std::uint32_t file);
  void read_map(const config::Node& map);
  void read_entry(const config::Node::Entry& entry);
  void add(const config::Mark& mark, std::string_view id, const Registry::Names& names, std::string_view secret,
           const std::vector<std::string_view>& values);
  void error(config::Mark mark, std::string text);
  std::string place(const config::Mark& mark) const;
  config::Files& files() const { return *section_.reader().files; }

  config::Section& section_;
  Registry& registry_;
  std::string_view option_ = "list";                           // in hand
  bool literal_ = true;                                        // a secret in it stands in the configuration
  std::unordered_map<std::string_view, config::Mark> places_;  // of the ids
  bool hides_lines_ = false;  // of a row that is wrong nobody can say which part is the secret
  std::size_t problems_ = 0;
  config::Mark last_;
};

}  // namespace fieldgate::device
