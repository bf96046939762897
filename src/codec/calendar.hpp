// Times that devices write in digits: by a pattern, in a time zone.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "message/result.hpp"
#include "message/time.hpp"

namespace fieldgate::codec {

/// A time by strptime's letters: "%y%m%d%H%M%S", "%d/%m/%Y %H:%M:%S.%f". %Y %y %m %d %j %H %I %p %M %S %f %b %z %Z %s
/// %%, and white space for any. Two-digit years are 1970 to 2069.
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

  const std::string& source() const { return source_; }
  bool operator==(const TimePattern& other) const { return source_ == other.source_; }

 private:
  std::string source_;
};

/// "+08:00", "-03:30", "UTC" or "Z" (config.md: local times need `timezone` at their field).
std::optional<std::chrono::minutes> parse_zone(std::string_view text);

}  // namespace fieldgate::codec
