// What `fieldgate --version` prints.
#pragma once

#include <string_view>

namespace fieldgate::cli {

/// As in CMakeLists.txt: "0.1.0".
std::string_view version();

}  // namespace fieldgate::cli
