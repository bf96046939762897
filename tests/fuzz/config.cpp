// What is promised of the configuration loader.
#include "config/loader.hpp"
#include "config/print.hpp"
#include "fuzz/targets.hpp"

namespace fieldgate::fuzz {

namespace {

void config_file(std::string_view bytes) {
  config::Files files;
  config::Problems problems;
  const auto document = config::load_text(std::string(bytes), files, problems, "fuzz.yaml", true);
  require(document.has_value() || problems.errors() > 0, "a file that is refused without a word");
  config::print_problems(problems, files);
}

}  // namespace

std::span<const Target> config_targets() {
  static constexpr Target targets[] = {
      {"config", config_file},
  };
  return targets;
}

}  // namespace fieldgate::fuzz
