// The language as JSON Schema (draft 2020-12), for editors: out of the same descriptions that the parser reads by.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "cli/language.hpp"

namespace fieldgate::cli {

/// What is valid under it may still be wrong (names that lead nowhere, ranges at odds); what is not valid is wrong.
nlohmann::ordered_json schema(const Language& language);

}  // namespace fieldgate::cli
