// The days and hours of a calendar, and zones.
#include "codec/calendar.hpp"

namespace fieldgate::codec {

using std::chrono::microseconds;
using std::chrono::minutes;

std::optional<TimePoint> to_time(const Civil& civil, minutes zone) {
  const std::chrono::year_month_day date{std::chrono::year(civil.year), std::chrono::month(civil.month),
                                         std::chrono::day(civil.day)};
  if (!date.ok() || civil.year < 1 || civil.year > 9999 || civil.hour > 23 || civil.minute > 59 || civil.second > 60)
    return std::nullopt;
  return TimePoint(std::chrono::sys_days(date)) + std::chrono::hours(civil.hour) + minutes(civil.minute) +
         std::chrono::seconds(civil.second) + microseconds(civil.microsecond) - zone;
}

Civil to_civil(TimePoint time, minutes zone) {
  const TimePoint local = time + zone;
  const auto day = std::chrono::floor<std::chrono::days>(local);
  const std::chrono::year_month_day date(day);
  const auto of_day = static_cast<std::uint64_t>((local - day).count());
  const auto seconds = static_cast<unsigned>(of_day / 1'000'000);
  return {static_cast<int>(date.year()),
          static_cast<unsigned>(date.month()),
          static_cast<unsigned>(date.day()),
          seconds / 3600,
          seconds / 60 % 60,
          seconds % 60,
          static_cast<unsigned>(of_day % 1'000'000)};
}

std::optional<minutes> parse_zone(std::string_view text) {
  if (text == "UTC" || text == "Z") return minutes(0);
  const auto digit = [text](std::size_t at) { return text[at] >= '0' && text[at] <= '9' ? text[at] - '0' : -100; };
  if (text.size() != 6 || (text[0] != '+' && text[0] != '-') || text[3] != ':') return std::nullopt;
  const int hours = digit(1) * 10 + digit(2);
  const int minute = digit(4) * 10 + digit(5);
  if (hours < 0 || hours > 14 || minute < 0 || minute > 59) return std::nullopt;
  const minutes ahead(hours * 60 + minute);
  return text[0] == '-' ? -ahead : ahead;
}

}  // namespace fieldgate::codec
