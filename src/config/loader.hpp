// From a file's name to the checked tree of the whole configuration.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "config/files.hpp"
#include "config/node.hpp"
#include "config/problem.hpp"
#include "config/section.hpp"

namespace fieldgate::config {

struct Document {
  Node root;             ///< a map
  bool partial = false;  ///< `include` was left alone, as `check --syntax` does

  /// Tells `reader` of this document, which must outlive it.
  void lead(Reader& reader, Files& files) const;
};

/// The option `include`, which is taken out of the root before anybody reads it.
Description describe_include();

/// Reads the file and what it includes, replaces `${..}`, and reports what is wrong with any of it. With `syntax_only`
/// no other file and no environment is touched. Nothing where there is no tree to go on with; an error has then been
/// reported.
std::optional<Document> load(const std::filesystem::path& file, bool syntax_only, Files& files, Problems& problems);

/// The tree of a file that an option names, which is in `files` already: with `${..}` replaced, and as many values as a
/// list of devices may have.
std::optional<Node> parse_data(std::uint32_t file, const Files& files, Problems& problems);

/// As load(), of a text, as if it stood in a file called `name`.
std::optional<Document> load_text(std::string text, Files& files, Problems& problems, std::string name = "test.yaml",
                                  bool syntax_only = false);

}  // namespace fieldgate::config
