// Header fields: a few of them, searched by name.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace fieldgate::http {

/// Names and values, in their order.
using Fields = std::vector<std::pair<std::string, std::string>>;

/// Whether two names are the same, in any case (ASCII).
bool same_name(std::string_view a, std::string_view b);

/// The first value of this name; empty if there is none.
std::string_view find_field(const Fields& fields, std::string_view name);

/// Whether `name` is a header's name: a token of RFC 9110 5.6.2.
bool is_token(std::string_view name);

/// Whether `value` can be a header's value: no control byte but tab (RFC 9110 5.5).
bool is_field_value(std::string_view value);

}  // namespace fieldgate::http
