// What the types of single options are in JSON Schema.
#pragma once

#include <nlohmann/json.hpp>

#include "config/section.hpp"

namespace fieldgate::cli {

/// The definitions that value_schema refers to.
nlohmann::ordered_json value_definitions();

/// Of an option that is no section; what its type says, and `none` where that is its default. An empty schema, which
/// takes anything, for types that say more than a schema can.
nlohmann::ordered_json value_schema(const config::Description& option);

/// { "$ref": "#/$defs/NAME" }
nlohmann::ordered_json reference_to(std::string_view name);

}  // namespace fieldgate::cli
