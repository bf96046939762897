// The version that the build gives the command line; no other file needs to be compiled again when it changes.
#include "cli/version.hpp"

namespace fieldgate::cli {

std::string_view version() { return FIELDGATE_VERSION; }

}  // namespace fieldgate::cli
