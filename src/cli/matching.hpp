// Whether a message is what a test expects: what is named must match, more may be there.
#pragma once

#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "config/node.hpp"

namespace fieldgate::cli {

/// One thing that is otherwise than expected.
struct Difference {
  std::string path;      ///< "messages[0].data.voltage"
  std::string expected;  ///< as JSON, or in words
  std::string got;
};

/// Compares `got` with what the file says. A scalar without quotes means what the value's kind makes of it; in quotes
/// it is text. Numbers are equal within 1e-9 of their size, times if they are the same moment.
void compare(const config::Node& expected, const nlohmann::ordered_json& got, const std::string& path,
             std::vector<Difference>& out);

/// The node as JSON; scalars without quotes are numbers and words where JSON has them.
nlohmann::ordered_json to_json(const config::Node& node);

}  // namespace fieldgate::cli
