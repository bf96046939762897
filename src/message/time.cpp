// Time: reading the clocks, writing and reading the formats of time.
#include "message/time.hpp"

#include <charconv>
#include <cmath>

namespace fieldgate {

namespace {

using std::chrono::days;
using std::chrono::microseconds;
using std::chrono::sys_days;

constexpr TimePoint earliest = sys_days(std::chrono::year(1) / 1 / 1);
constexpr TimePoint latest = TimePoint(sys_days(std::chrono::year(9999) / 12 / 31)) + days(1) - microseconds(1);

void put_two(char* to, unsigned value) {
  to[0] = static_cast<char>('0' + value / 10);
  to[1] = static_cast<char>('0' + value % 10);
}

void put_date(char* to, std::chrono::year_month_day date) {
  const auto year = static_cast<unsigned>(static_cast<int>(date.year()));
  put_two(to, year / 100);
  put_two(to + 2, year % 100);
  to[4] = '-';
  put_two(to + 5, static_cast<unsigned>(date.month()));
  to[7] = '-';
  put_two(to + 8, static_cast<unsigned>(date.day()));
}

TimePoint clamped(TimePoint time) { return time < earliest ? earliest : time > latest ? latest : time; }

std::optional<TimePoint> within_years(TimePoint time) {
  if (time < earliest || time > latest) return std::nullopt;
  return time;
}

/// Reads exactly `count` digits from the front of `text`.
std::optional<int> take_digits(std::string_view& text, std::size_t count) {
  if (text.size() < count) return std::nullopt;
  int value = 0;
  for (std::size_t i = 0; i < count; ++i) {
    if (text[i] < '0' || text[i] > '9') return std::nullopt;
    value = value * 10 + (text[i] - '0');
  }
  text.remove_prefix(count);
  return value;
}

bool take(std::string_view& text, std::string_view any_of) {
  if (text.empty() || any_of.find(text.front()) == std::string_view::npos) return false;
  text.remove_prefix(1);
  return true;
}

/// Digits of a fraction, as microseconds; more than six are cut off.
std::optional<microseconds> take_fraction(std::string_view& text) {
  std::int64_t value = 0;
  std::int64_t unit = 100'000;
  std::size_t count = 0;
  while (count < text.size() && text[count] >= '0' && text[count] <= '9') {
    value += (text[count++] - '0') * unit;
    unit /= 10;
  }
  text.remove_prefix(count);
  if (count == 0) return std::nullopt;
  return microseconds(value);
}

std::optional<sys_days> take_date(std::string_view& text) {
  const auto year = take_digits(text, 4);
  if (!year || !take(text, "-")) return std::nullopt;
  const auto month = take_digits(text, 2);
  if (!month || !take(text, "-")) return std::nullopt;
  const auto day = take_digits(text, 2);
  if (!day) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year(*year), std::chrono::month(static_cast<unsigned>(*month)),
                                         std::chrono::day(static_cast<unsigned>(*day))};
  if (!date.ok()) return std::nullopt;
  return sys_days(date);
}

std::optional<microseconds> take_clock(std::string_view& text) {
  const auto hour = take_digits(text, 2);
  if (!hour || *hour > 23 || !take(text, ":")) return std::nullopt;
  const auto minute = take_digits(text, 2);
  if (!minute || *minute > 59 || !take(text, ":")) return std::nullopt;
  const auto second = take_digits(text, 2);
  if (!second || *second > 60) return std::nullopt;  // 60 is a leap second, and becomes the next one
  microseconds clock = std::chrono::hours(*hour) + std::chrono::minutes(*minute) + std::chrono::seconds(*second);
  if (take(text, ".")) {
    const auto fraction = take_fraction(text);
    if (!fraction) return std::nullopt;
    clock += *fraction;
  }
  return clock;
}

std::optional<microseconds> take_offset(std::string_view& text) {
  if (take(text, "Zz")) return microseconds(0);
  const bool west = !text.empty() && text.front() == '-';
  if (!take(text, "+-")) return std::nullopt;
  const auto hours = take_digits(text, 2);
  if (!hours || *hours > 23 || !take(text, ":")) return std::nullopt;
  const auto minutes = take_digits(text, 2);
  if (!minutes || *minutes > 59) return std::nullopt;
  const microseconds offset = std::chrono::hours(*hours) + std::chrono::minutes(*minutes);
  return west ? -offset : offset;
}

/// RFC 3339, 5.6; a blank in place of the T is taken too.
std::optional<TimePoint> parse_rfc3339(std::string_view text) {
  const auto date = take_date(text);
  if (!date || !take(text, "Tt ")) return std::nullopt;
  const auto clock = take_clock(text);
  if (!clock) return std::nullopt;
  const auto offset = take_offset(text);
  if (!offset || !text.empty()) return std::nullopt;
  return within_years(TimePoint(*date) + *clock - *offset);
}

/// A count of `unit` microseconds since 1970, exact as long as it is written without an exponent.
std::optional<TimePoint> parse_unix(std::string_view text, std::int64_t unit) {
  const char* const end = text.data() + text.size();
  std::int64_t whole = 0;
  const auto [stop, error] = std::from_chars(text.data(), end, whole);
  if (error == std::errc() && stop == end) {
    if (whole > latest.time_since_epoch().count() / unit || whole < earliest.time_since_epoch().count() / unit)
      return std::nullopt;
    return within_years(TimePoint(microseconds(whole * unit)));
  }
  double number = 0;
  const auto [last, bad] = std::from_chars(text.data(), end, number);
  if (bad != std::errc() || last != end || !std::isfinite(number)) return std::nullopt;
  const double scaled = number * static_cast<double>(unit);
  if (std::fabs(scaled) > 3e17) return std::nullopt;  // beyond the year 9999
  return within_years(TimePoint(microseconds(std::llround(scaled))));
}

}  // namespace

Instant Instant::now() {
  return {std::chrono::time_point_cast<microseconds>(std::chrono::system_clock::now()),
          std::chrono::steady_clock::now()};
}

void append_rfc3339(std::string& out, TimePoint time) {
  const TimePoint shown = clamped(time);
  const sys_days day = std::chrono::floor<days>(shown);
  const auto of_day = static_cast<unsigned>(std::chrono::duration_cast<std::chrono::milliseconds>(shown - day).count());
  const unsigned seconds = of_day / 1000;
  const unsigned millis = of_day % 1000;
  char text[24];
  put_date(text, std::chrono::year_month_day(day));
  text[10] = 'T';
  put_two(text + 11, seconds / 3600);
  text[13] = ':';
  put_two(text + 14, seconds / 60 % 60);
  text[16] = ':';
  put_two(text + 17, seconds % 60);
  text[19] = '.';
  text[20] = static_cast<char>('0' + millis / 100);
  put_two(text + 21, millis % 100);
  text[23] = 'Z';
  out.append(text, sizeof text);
}

void append_date(std::string& out, TimePoint time) {
  char text[10];
  put_date(text, std::chrono::year_month_day(std::chrono::floor<days>(clamped(time))));
  out.append(text, sizeof text);
}

std::optional<TimePoint> parse_time(std::string_view text, TimeFormat format) {
  switch (format) {
    case TimeFormat::rfc3339:
      return parse_rfc3339(text);
    case TimeFormat::unix_s:
      return parse_unix(text, 1'000'000);
    case TimeFormat::unix_ms:
      return parse_unix(text, 1'000);
    case TimeFormat::unix_us:
      return parse_unix(text, 1);
  }
  return std::nullopt;
}

}  // namespace fieldgate
