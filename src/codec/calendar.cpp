// TimePattern: walks the pattern and the text side by side.
#include "codec/calendar.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace fieldgate::codec {

namespace {

using std::chrono::microseconds;
using std::chrono::minutes;

constexpr std::array<std::string_view, 12> month_names{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                       "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

bool same_letters(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) { return lower(x) == lower(y); });
}

/// One reading of a text.
struct Scan {
  std::string_view text;
  Civil civil;
  std::optional<minutes> zone;
  std::optional<TimePoint> whole;  // of %s
  std::optional<unsigned> day_of_year;
  std::optional<bool> afternoon;

  /// Takes up to `most` digits, at least one.
  bool number(std::size_t most, unsigned& value) {
    std::size_t count = 0;
    value = 0;
    while (count < most && count < text.size() && is_digit(text[count]))
      value = value * 10 + static_cast<unsigned>(text[count++] - '0');
    text.remove_prefix(count);
    return count > 0;
  }

  bool fraction() {
    std::size_t count = 0;
    unsigned unit = 100'000;
    for (; count < text.size() && is_digit(text[count]); ++count, unit /= 10)
      civil.microsecond += static_cast<unsigned>(text[count] - '0') * unit;
    text.remove_prefix(count);
    return count > 0;
  }

  bool month_name() {
    for (unsigned i = 0; i < month_names.size(); ++i) {
      if (!same_letters(text.substr(0, 3), month_names[i])) continue;
      civil.month = i + 1;
      text.remove_prefix(3);
      return true;
    }
    return false;
  }

  bool half_of_day() {
    const std::string_view word = text.substr(0, 2);
    afternoon = same_letters(word, "pm");
    if (!*afternoon && !same_letters(word, "am")) return false;
    text.remove_prefix(2);
    return true;
  }

  bool zone_offset() {
    if (text.starts_with('Z') || text.starts_with('z')) {
      zone = minutes(0);
      text.remove_prefix(1);
      return true;
    }
    const bool west = text.starts_with('-');
    if (!west && !text.starts_with('+')) return false;
    text.remove_prefix(1);
    unsigned hours = 0;
    unsigned minute = 0;
    if (!number(2, hours)) return false;
    if (text.starts_with(':')) text.remove_prefix(1);
    if (!text.empty() && is_digit(text[0]) && !number(2, minute)) return false;
    if (hours > 23 || minute > 59) return false;
    const minutes ahead(static_cast<int>(hours * 60 + minute));
    zone = west ? -ahead : ahead;
    return true;
  }

  bool unix_seconds() {
    std::int64_t seconds = 0;
    const auto [end, bad] = std::from_chars(text.data(), text.data() + text.size(), seconds);
    if (bad != std::errc()) return false;
    whole = parse_time(text.substr(0, static_cast<std::size_t>(end - text.data())), TimeFormat::unix_s);
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    return whole.has_value();
  }

  bool zone_name() {
    std::size_t count = 0;
    while (count < text.size() && lower(text[count]) >= 'a' && lower(text[count]) <= 'z') ++count;
    const std::string_view name = text.substr(0, count);
    if (!same_letters(name, "UTC") && !same_letters(name, "GMT") && !same_letters(name, "Z")) return false;
    zone = minutes(0);
    text.remove_prefix(count);
    return true;
  }

  bool letter(char which) {
    unsigned value = 0;
    switch (which) {
      case 'Y':
        return number(4, value) && (civil.year = static_cast<int>(value), true);
      case 'y':
        return number(2, value) && (civil.year = full_year(static_cast<int>(value)), true);
      case 'm':
        return number(2, civil.month);
      case 'e':
        while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
        [[fallthrough]];
      case 'd':
        return number(2, civil.day);
      case 'j':
        return number(3, value) && (day_of_year = value, true);
      case 'H':
      case 'I':
        return number(2, civil.hour) && (which == 'H' || (civil.hour >= 1 && civil.hour <= 12));
      case 'p':
        return half_of_day();
      case 'M':
        return number(2, civil.minute);
      case 'S':
        return number(2, civil.second);
      case 'f':
        return fraction();
      case 'b':
        return month_name();
      case 'z':
        return zone_offset();
      case 'Z':
        return zone_name();
      case 's':
        return unix_seconds();
      default:
        return text.starts_with('%') && (text.remove_prefix(1), true);
    }
  }
};

void append_padded(std::string& out, unsigned value, std::size_t width) {
  char digits[10];
  const auto end = std::to_chars(digits, digits + sizeof digits, value).ptr;
  const auto count = static_cast<std::size_t>(end - digits);
  if (count < width) out.append(width - count, '0');
  out.append(digits, count);
}

void append_zone(std::string& out, minutes zone) {
  const auto ahead = static_cast<unsigned>(zone < minutes(0) ? -zone.count() : zone.count());
  out += zone < minutes(0) ? '-' : '+';
  append_padded(out, ahead / 60, 2);
  append_padded(out, ahead % 60, 2);
}

unsigned day_of_year(const Civil& civil) {
  const std::chrono::year year(civil.year);
  const std::chrono::sys_days day = year / std::chrono::month(civil.month) / std::chrono::day(civil.day);
  return static_cast<unsigned>((day - std::chrono::sys_days(year / 1 / 1)).count()) + 1;
}

void append_letter(std::string& out, char which, const Civil& civil, TimePoint time, minutes zone) {
  switch (which) {
    case 'Y':
      return append_padded(out, static_cast<unsigned>(civil.year), 4);
    case 'y':
      return append_padded(out, static_cast<unsigned>(civil.year) % 100, 2);
    case 'm':
      return append_padded(out, civil.month, 2);
    case 'd':
    case 'e':
      return append_padded(out, civil.day, 2);
    case 'j':
      return append_padded(out, day_of_year(civil), 3);
    case 'H':
      return append_padded(out, civil.hour, 2);
    case 'I':
      return append_padded(out, (civil.hour + 11) % 12 + 1, 2);
    case 'p':
      out += civil.hour < 12 ? "AM" : "PM";
      return;
    case 'M':
      return append_padded(out, civil.minute, 2);
    case 'S':
      return append_padded(out, civil.second, 2);
    case 'f':
      return append_padded(out, civil.microsecond, 6);
    case 'b':
      out += month_names[civil.month - 1];
      return;
    case 'z':
      return append_zone(out, zone);
    case 'Z':
      out += "UTC";
      return;
    case 's':
      out += std::to_string(std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count());
      return;
    default:
      out += '%';
  }
}

}  // namespace

Result<TimePattern> TimePattern::parse(std::string_view pattern) {
  constexpr std::string_view letters = "YymdejHIpMSfbzZs%";
  for (std::size_t at = pattern.find('%'); at != pattern.npos; at = pattern.find('%', at + 2)) {
    if (at + 1 < pattern.size() && letters.find(pattern[at + 1]) != letters.npos) continue;
    return Error{"config", "'" + std::string(pattern.substr(at, 2)) +
                               "' is no part of a time: known are %Y %y %m %d %e %j %H %I %p %M %S %f %b %z %Z %s %%"};
  }
  if (pattern.find('%') == pattern.npos)
    return Error{"config", "no part of a time stands in it; write it like \"%Y-%m-%d %H:%M:%S\""};
  TimePattern parsed;
  parsed.source_ = pattern;
  return parsed;
}

bool TimePattern::needs_zone() const {
  const auto has = [this](std::string_view letter) { return source_.find(letter) != source_.npos; };
  return !empty() && !has("%z") && !has("%Z") && !has("%s");
}

std::optional<TimePoint> TimePattern::read(std::string_view text, minutes zone) const {
  Scan scan{text, {}, {}, {}, {}, {}};
  for (std::size_t i = 0; i < source_.size(); ++i) {
    if (source_[i] == '%') {
      if (!scan.letter(source_[++i])) return std::nullopt;
    } else if (is_space(source_[i])) {
      while (!scan.text.empty() && is_space(scan.text.front())) scan.text.remove_prefix(1);
    } else {
      if (!scan.text.starts_with(source_[i])) return std::nullopt;
      scan.text.remove_prefix(1);
    }
  }
  if (!scan.text.empty()) return std::nullopt;
  if (scan.whole) return *scan.whole + microseconds(scan.civil.microsecond);
  if (scan.afternoon) scan.civil.hour = scan.civil.hour % 12 + (*scan.afternoon ? 12 : 0);
  const minutes ahead = scan.zone.value_or(zone);
  if (!scan.day_of_year) return to_time(scan.civil, ahead);
  const std::chrono::year year(scan.civil.year);
  if (*scan.day_of_year < 1 || *scan.day_of_year > (year.is_leap() ? 366U : 365U)) return std::nullopt;
  scan.civil.month = scan.civil.day = 1;
  const auto start = to_time(scan.civil, ahead);
  return start ? std::optional<TimePoint>(*start + std::chrono::days(*scan.day_of_year - 1)) : std::nullopt;
}

void TimePattern::append(std::string& out, TimePoint time, minutes zone) const {
  const bool universal = source_.find("%Z") != source_.npos;
  const Civil civil = to_civil(time, universal ? minutes(0) : zone);
  for (std::size_t i = 0; i < source_.size(); ++i) {
    if (source_[i] == '%') {
      append_letter(out, source_[++i], civil, time, zone);
    } else {
      out += source_[i];
    }
  }
}

}  // namespace fieldgate::codec
