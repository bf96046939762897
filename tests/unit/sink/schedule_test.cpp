// The schedule: windows of the day, over midnight, in an offset from UTC.
#include "sink/schedule.hpp"

#include "support/catch.hpp"
#include "unit/config/reading.hpp"

using namespace fieldgate;
using namespace std::chrono_literals;
using sink::Schedule;

namespace {

/// A time of a day in 2026, UTC.
TimePoint at(Duration time) { return TimePoint(std::chrono::hours(24) * 20480 + time); }

Schedule schedule(std::initializer_list<std::string_view> windows, std::string_view offset = "Z") {
  std::vector<Schedule::Window> parsed;
  for (const std::string_view window : windows) parsed.push_back(*Schedule::Window::parse(window));
  return {parsed, *Schedule::parse_offset(offset)};
}

std::string problem_of(const std::string& yaml) {
  config::Reading reading(yaml, [](config::Section& root) { Schedule::read(root); });
  return reading.only();
}

}  // namespace

TEST_CASE("without a schedule a sink is always open") {
  CHECK(Schedule().always());
  CHECK(Schedule().until_open(at(13h)) == 0s);
}

TEST_CASE("a window is open from its first minute until before its last") {
  const Schedule nights = schedule({"00:30-04:00"});
  CHECK(nights.until_open(at(30min)) == 0s);
  CHECK(nights.until_open(at(4h - 1us)) == 0s);
  CHECK(nights.until_open(at(4h)) == 20h + 30min);
  CHECK(nights.until_open(at(0s)) == 30min);
}

TEST_CASE("a window may go over midnight") {
  const Schedule nights = schedule({"22:00-04:00"});
  CHECK(nights.until_open(at(23h)) == 0s);
  CHECK(nights.until_open(at(3h)) == 0s);
  CHECK(nights.until_open(at(4h)) == 18h);
  CHECK(nights.until_open(at(21h)) == 1h);
}

TEST_CASE("several windows: the next one counts") {
  const Schedule twice = schedule({"00:00-04:00", "12:00-13:00"});
  CHECK(twice.until_open(at(5h)) == 7h);
  CHECK(twice.until_open(at(12h + 30min)) == 0s);
  CHECK(twice.until_open(at(14h)) == 10h);
}

TEST_CASE("the whole day is a window, and midnight may be its end") {
  CHECK(schedule({"00:00-24:00"}).until_open(at(24h - 1us)) == 0s);
  CHECK(schedule({"20:00-24:00"}).until_open(at(24h - 1us)) == 0s);
  CHECK(schedule({"20:00-24:00"}).until_open(at(0s)) == 20h);
  CHECK(schedule({"20:00-00:00"}).until_open(at(23h)) == 0s);
}

TEST_CASE("windows are in the zone's time") {
  CHECK(schedule({"00:00-04:00"}, "+02:00").until_open(at(22h)) == 0s);
  CHECK(schedule({"00:00-04:00"}, "+02:00").until_open(at(2h)) == 20h);
  CHECK(schedule({"00:00-04:00"}, "-05:30").until_open(at(5h + 30min)) == 0s);
  CHECK(schedule({"00:00-04:00"}, "-05:30").until_open(at(5h)) == 30min);
}

TEST_CASE("a clock that starts in 1970, or before, has times of day as well") {
  CHECK(schedule({"23:00-24:00"}).until_open(TimePoint(-30min)) == 0s);
  CHECK(schedule({"22:00-23:00"}, "-05:00").until_open(TimePoint(0s)) == 3h);
}

TEST_CASE("a schedule is read with its windows and its zone") {
  Schedule read;
  config::Reading reading("schedule: { open: [\"00:00-04:00\", \"12:00-12:30\"], timezone: \"+02:00\" }",
                          [&read](config::Section& root) { read = Schedule::read(root); });
  CHECK(reading.printed.empty());
  CHECK(read == schedule({"00:00-04:00", "12:00-12:30"}, "+02:00"));
}

TEST_CASE("what is no schedule gets an error that says what to write") {
  CHECK(problem_of("schedule: { open: [\"4-5\"] }").find("22:00-04:00") != std::string::npos);
  CHECK(problem_of("schedule: { open: [\"25:00-04:00\"] }").find("22:00-04:00") != std::string::npos);
  CHECK(problem_of("schedule: { open: [\"04:60-05:00\"] }").find("22:00-04:00") != std::string::npos);
  CHECK(problem_of("schedule: { open: [\"04:00-04:00\"] }").find("00:00-24:00") != std::string::npos);
  CHECK(problem_of("schedule: { open: [\"00:00-04:00\"], timezone: Berlin }").find("+02:00") != std::string::npos);
  CHECK(problem_of("schedule: { open: [] }").find("open") != std::string::npos);
  CHECK(problem_of("schedule: { timezone: \"+02:00\" }").find("open") != std::string::npos);
}
