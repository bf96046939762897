// Which protocol a tool of the laboratory works on: an adapter's, one of the file, or a shipped one.
#pragma once

#include <optional>
#include <string>

#include "gateway/laboratory.hpp"

namespace CLI {
class App;
}

namespace fieldgate::cli {

/// What the command line says of it.
struct SubjectOptions {
  std::string file;
  std::string adapter;
  std::string protocol;
};

/// The options -c, -a and -p; `options` outlives the command line.
void add_subject(CLI::App& command, SubjectOptions& options);

/// A subject, and what it needs to live.
struct Chosen {
  std::unique_ptr<gateway::Catalogue> catalogue;
  gateway::Laboratory laboratory;
  gateway::Subject subject;
};

/// Finds it; nothing after what is wrong was said on standard error, and `status` is then what to end with.
std::optional<Chosen> choose_subject(const SubjectOptions& options, int& status);

}  // namespace fieldgate::cli
