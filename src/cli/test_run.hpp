// Running one test of a configuration: bytes in, messages and answers compared with what the file says.
#pragma once

#include <string>
#include <vector>

#include "cli/matching.hpp"
#include "gateway/laboratory.hpp"

namespace fieldgate::cli {

struct Outcome {
  std::vector<Difference> differences;  ///< none: it passed
  std::vector<std::string> happened;    ///< what became of the bytes, a line each
};

/// Gives the bytes as they are, and once more byte by byte, which must make no difference. `laboratory` is that of the
/// test's file.
Outcome run_test(const gateway::TestCase& test, const gateway::Laboratory& laboratory);

}  // namespace fieldgate::cli
