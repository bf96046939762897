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

enum class Purpose : unsigned char {
  check,   ///< everything counts
  syntax,  ///< no other file and no environment is touched
  run,     ///< what is unsafe but works is a warning
};

/// Reads and checks `file`.
Loaded load(const std::filesystem::path& file, const Catalogue& catalogue, Purpose purpose);

}  // namespace fieldgate::gateway
