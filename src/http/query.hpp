// The query of a request's target: names and values.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "http/fields.hpp"

namespace fieldgate::http {

/// The names and values behind the `?` of a target, percent-encoding undone; nothing where it is malformed.
std::optional<Fields> parse_query(std::string_view target);

/// With percent-encoding undone, once; nothing where it is malformed.
std::optional<std::string> percent_decoded(std::string_view text);

/// `text` as a value in a query.
std::string percent_encoded(std::string_view text);

}  // namespace fieldgate::http
