// Points in time, and how they are written.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace fieldgate {

using Duration = std::chrono::microseconds;

/// Wall-clock time in UTC, to the microsecond. Only what messages carry; timers and latencies never use it.
using TimePoint = std::chrono::sys_time<std::chrono::microseconds>;

/// Both clocks, read together once per wake-up of the reactor.
struct Instant {
  TimePoint wall{};
  std::chrono::steady_clock::time_point steady{};

  static Instant now();
};

/// Appends `time` as RFC 3339 in UTC with milliseconds: 2026-01-31T08:15:30.123Z.
/// Times outside the years 1 to 9999 are written as the nearest inside.
void append_rfc3339(std::string& out, TimePoint time);

/// Appends the date of `time` in UTC: 2026-01-31.
void append_date(std::string& out, TimePoint time);

/// How a device writes a time.
enum class TimeFormat : std::uint8_t { rfc3339, unix_s, unix_ms, unix_us };

/// Reads a time; nothing for what is not one, or lies outside the years 1 to 9999. The unix formats may have decimals.
std::optional<TimePoint> parse_time(std::string_view text, TimeFormat format);

}  // namespace fieldgate
