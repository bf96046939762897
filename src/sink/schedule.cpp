// Schedule: minutes of a day.
#include "sink/schedule.hpp"

#include <algorithm>
#include <optional>

#include <fmt/format.h>

#include "config/values.hpp"

namespace fieldgate::sink {

namespace {

using std::chrono::minutes;

constexpr Duration day = std::chrono::hours(24);

/// `HH:MM`, up to `last`.
std::optional<minutes> time_of_day(std::string_view text, minutes last) {
  const auto digit = [text](std::size_t at) { return text[at] >= '0' && text[at] <= '9'; };
  if (text.size() != 5 || text[2] != ':' || !digit(0) || !digit(1) || !digit(3) || !digit(4)) return std::nullopt;
  const int hour = (text[0] - '0') * 10 + (text[1] - '0');
  const int minute = (text[3] - '0') * 10 + (text[4] - '0');
  const minutes time(hour * 60 + minute);
  if (minute > 59 || time > last) return std::nullopt;
  return time;
}

}  // namespace

Result<Schedule::Window> Schedule::Window::parse(std::string_view text) {
  const std::size_t dash = text.find('-');
  const auto from = time_of_day(text.substr(0, dash), minutes(23 * 60 + 59));
  const auto to = dash == std::string_view::npos ? std::nullopt : time_of_day(text.substr(dash + 1), minutes(24 * 60));
  if (!from || !to) {
    return Error{"config", fmt::format("{} is no window of a day: write it like \"22:00-04:00\" or \"08:00-24:00\"",
                                       config::in_quotes(text))};
  }
  if (*from == *to) {
    return Error{"config", fmt::format("{} is empty; the whole day is \"00:00-24:00\"", config::in_quotes(text))};
  }
  return Window{*from, *to};
}

Result<minutes> Schedule::parse_offset(std::string_view text) {
  if (text == "Z") return minutes(0);
  const bool signs = text.starts_with('+') || text.starts_with('-');
  const auto size = signs ? time_of_day(text.substr(1), minutes(14 * 60)) : std::nullopt;
  if (!size) {
    return Error{"config", fmt::format("{} is no offset from UTC: write it like \"+02:00\", \"-05:30\" or \"Z\"",
                                       config::in_quotes(text))};
  }
  return text.starts_with('-') ? -*size : *size;
}

Schedule Schedule::read(config::Section& sink) {
  Schedule schedule;
  const bool given = sink.has("schedule");
  sink.section("schedule", "When the sink may send; outside, messages wait in its buffer.", [&](config::Section& s) {
    const auto texts = s.texts("open", config::Default<std::vector<std::string>>({}, "always"),
                               "Windows of each day, like \"22:00-04:00\".");
    for (std::size_t i = 0; i < texts.size(); ++i) {
      if (auto window = Window::parse(texts[i])) {
        schedule.windows_.push_back(*window);
      } else {
        s.error(s.mark("open", i), "open", window.error().text);
      }
    }
    if (given && texts.empty()) s.error({}, "a schedule needs 'open', like open: [\"00:00-04:00\"]");
    const std::string offset = s.text("timezone", "Z", "Their offset from UTC, all year.");
    if (auto parsed = parse_offset(offset)) {
      schedule.offset_ = *parsed;
    } else {
      s.error("timezone", parsed.error().text);
    }
  });
  return schedule;
}

Duration Schedule::until_open(TimePoint wall) const {
  if (windows_.empty()) return {};
  const auto local = wall.time_since_epoch() + offset_;
  const Duration now = ((local % day) + day) % day;
  Duration least = day;
  for (const Window& window : windows_) {
    const bool over_midnight = window.to < window.from;
    const bool open = over_midnight ? now >= window.from || now < window.to : now >= window.from && now < window.to;
    if (open) return {};
    const Duration until = window.from - now;
    least = std::min(least, until < Duration() ? until + day : until);
  }
  return least;
}

}  // namespace fieldgate::sink
