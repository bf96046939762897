// What `list`, `explain` and `reference` print. Pure functions of the language.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "cli/language.hpp"
#include "config/library.hpp"
#include "message/result.hpp"

namespace fieldgate::cli {

/// The types of one kind, or of all where `kind` is empty. The error names the known kinds.
Result<std::string> list_text(const Language& language, std::string_view kind);

/// The shipped protocols, a line each; and the file of one of them.
std::string protocols_text(const config::Library& library);
Result<std::string> protocol_text(const config::Library& library, std::string_view name);

/// What a path means: each option that it names with its type, unit, range and default, or a type with its options. The
/// error guesses what was meant.
Result<std::string> explain_text(const Language& language, std::string_view path);

/// The reference page of the documentation, in Markdown.
std::string reference_text(const Language& language);

/// The units that a value of this type carries: "us, ms, s, m, h, d"; empty for types without.
std::string_view units(std::string_view type);

}  // namespace fieldgate::cli
