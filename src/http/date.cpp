// Dates of HTTP: fixed positions, nothing of the locale.
#include "http/date.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include <fmt/format.h>

namespace fieldgate::http {

namespace {

constexpr std::array<std::string_view, 7> days = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
constexpr std::array<std::string_view, 12> months = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
constexpr Duration longest_wait = std::chrono::hours(24);

template <class Number>
std::optional<Number> number(std::string_view digits) {
  Number value{};
  const auto parsed = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (parsed.ec != std::errc() || parsed.ptr != digits.data() + digits.size()) return std::nullopt;
  return value;
}

}  // namespace

std::string to_date(TimePoint time) {
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock(std::chrono::floor<std::chrono::seconds>(time - day));
  return fmt::format("{}, {:02} {} {:04} {:02}:{:02}:{:02} GMT", days[std::chrono::weekday(day).c_encoding()],
                     static_cast<unsigned>(date.day()), months[static_cast<unsigned>(date.month()) - 1],
                     static_cast<int>(date.year()), clock.hours().count(), clock.minutes().count(),
                     clock.seconds().count());
}

std::optional<TimePoint> parse_date(std::string_view text) {
  constexpr std::string_view shape = "ddd, 00 mmm 0000 00:00:00 GMT";
  if (text.size() != shape.size() || !text.ends_with(" GMT")) return std::nullopt;
  for (const std::size_t at : {3U, 4U, 7U, 11U, 16U, 19U, 22U}) {
    if (text[at] != shape[at]) return std::nullopt;
  }
  const auto month = std::find(months.begin(), months.end(), text.substr(8, 3));
  const auto day = number<unsigned>(text.substr(5, 2));
  const auto year = number<int>(text.substr(12, 4));
  const auto hour = number<unsigned>(text.substr(17, 2));
  const auto minute = number<unsigned>(text.substr(20, 2));
  const auto second = number<unsigned>(text.substr(23, 2));
  if (month == months.end() || !day || !year || !hour || !minute || !second) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year(*year),
                                         std::chrono::month(static_cast<unsigned>(month - months.begin()) + 1),
                                         std::chrono::day(*day)};
  if (!date.ok() || *hour > 23 || *minute > 59 || *second > 60) return std::nullopt;
  return std::chrono::sys_days(date) + std::chrono::hours(*hour) + std::chrono::minutes(*minute) +
         std::chrono::seconds(*second);
}

std::optional<Duration> parse_retry_after(std::string_view text, TimePoint now) {
  Duration wait{};
  const bool digits = std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
  if (!text.empty() && digits) {
    const auto seconds = number<std::uint32_t>(text);
    wait = seconds ? Duration(std::chrono::seconds(*seconds)) : longest_wait;
  } else if (const auto date = parse_date(text)) {
    wait = *date - now;
  } else {
    return std::nullopt;
  }
  return std::clamp(wait, Duration(0), longest_wait);
}

}  // namespace fieldgate::http
