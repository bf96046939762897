// Replacing ${VAR}, ${file:PATH} and ${credential:NAME} in the scalars of a parsed file.
#pragma once

#include "config/files.hpp"
#include "config/node.hpp"
#include "config/problem.hpp"

namespace fieldgate::config {

/// Replaces in every scalar under `node`; keys stay as they are. Reports what is unset, unreadable or badly written.
/// With `syntax_only` nothing is looked up: such scalars are marked as unresolved.
void substitute(Node& node, const Files& files, bool syntax_only, Problems& problems);

}  // namespace fieldgate::config
