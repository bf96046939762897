// Dates of HTTP, and the Retry-After field.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "message/time.hpp"

namespace fieldgate::http {

/// "Sun, 06 Nov 1994 08:49:37 GMT" (RFC 9110 5.6.7, IMF-fixdate).
std::string to_date(TimePoint time);

/// Reads an IMF-fixdate; the two obsolete forms are not read.
std::optional<TimePoint> parse_date(std::string_view text);

/// How long a service asks to wait (RFC 9110 10.2.3): seconds, or a date, of which `now` is taken. Never negative, and
/// at most a day. Nothing for what is neither.
std::optional<Duration> parse_retry_after(std::string_view text, TimePoint now);

}  // namespace fieldgate::http
