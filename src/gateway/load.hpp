// From a file to a configuration, with everything that is wrong with it.
#pragma once

#include <filesystem>
#include <optional>

#include "config/files.hpp"
#include "config/problem.hpp"
#include "gateway/catalogue.hpp"
#include "gateway/configuration.hpp"

namespace fieldgate::gateway {

struct Loaded {
  std::optional<Configuration> configuration;  ///< only without errors
  config::Files files;
  config::Problems problems;
};

/// Reads and checks `file`. With `syntax_only` no other file and no environment is touched.
Loaded load(const std::filesystem::path& file, const Catalogue& catalogue, bool syntax_only = false);

}  // namespace fieldgate::gateway
