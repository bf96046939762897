// Problems as operators and as machines read them.
#pragma once

#include <string>

#include "config/files.hpp"
#include "config/problem.hpp"

namespace fieldgate::config {

/// Every problem with its place, its line of the file and a caret under it, and a closing line that counts them; empty
/// where there is none. Secrets show as ***.
std::string print_problems(Problems& problems, const Files& files);

/// {"ok":false,"errors":[{"file","line","column","severity","path","message"}],"warnings":[the same]}; a line of 0
/// means the file as a whole.
std::string print_problems_json(Problems& problems, const Files& files);

}  // namespace fieldgate::config
