// Times that devices write in digits: by a pattern, in a time zone.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "message/result.hpp"
#include "message/time.hpp"

namespace fieldgate::codec {

/// What the parts of a time say, before it is known whether there is such a day.
struct Civil {
  int year = 1970;
  unsigned month = 1;
  unsigned day = 1;
  unsigned hour = 0;
  unsigned minute = 0;
  unsigned second = 0;  ///< 60 is a leap second, and becomes the next one
  unsigned microsecond = 0;
};

/// The time that a clock in `zone` (what it is ahead of UTC) shows as this; nothing for the 31st of June.
std::optional<TimePoint> to_time(const Civil& civil, std::chrono::minutes zone);
Civil to_civil(TimePoint time, std::chrono::minutes zone);

/// Two digits are the years 1970 to 2069.
constexpr int full_year(int two_digits) { return two_digits < 70 ? 2000 + two_digits : 1900 + two_digits; }

/// A time by strptime's letters: "%y%m%d%H%M%S", "%d/%m/%Y %H:%M:%S.%f". %Y %y %m %d %j %H %I %p %M %S %f %b %z %Z %s
/// %e %%, and white space for any. Two-digit years are 1970 to 2069.
class TimePattern {
 public:
  TimePattern() = default;
  /// The error says which letter is unknown.
  static Result<TimePattern> parse(std::string_view pattern);

  /// Reads all of `text`; nothing for what is no such time, the 31st of June included. `zone` is that of a local time:
  /// what it is ahead of UTC; a zone in the text wins.
  std::optional<TimePoint> read(std::string_view text, std::chrono::minutes zone) const;

  /// The way back.
  void append(std::string& out, TimePoint time, std::chrono::minutes zone) const;

  bool empty() const { return source_.empty(); }
  const std::string& source() const { return source_; }
  /// Whether a time that is written so leaves its zone to the configuration.
  bool needs_zone() const;
  bool operator==(const TimePattern& other) const { return source_ == other.source_; }

 private:
  std::string source_;
};

/// What `check` says where neither the data nor the configuration names the zone of a time.
inline constexpr std::string_view missing_zone =
    "a local time without 'timezone' is taken as UTC: say what its clock is ahead of UTC, timezone: \"+08:00\", or "
    "timezone: \"+00:00\" where it is UTC";

/// "+08:00", "-03:30", "UTC" or "Z" (config.md: local times need `timezone` at their field).
std::optional<std::chrono::minutes> parse_zone(std::string_view text);

}  // namespace fieldgate::codec
