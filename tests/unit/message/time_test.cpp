#include "message/time.hpp"

#include "support/catch.hpp"

using namespace fieldgate;

namespace {

TimePoint at(std::int64_t microseconds) { return TimePoint(std::chrono::microseconds(microseconds)); }

std::string written(TimePoint time) {
  std::string out;
  append_rfc3339(out, time);
  return out;
}

std::int64_t parsed(std::string_view text, TimeFormat format) {
  const auto time = parse_time(text, format);
  REQUIRE(time);
  return time->time_since_epoch().count();
}

bool refused(std::string_view text, TimeFormat format) { return !parse_time(text, format); }

}  // namespace

TEST_CASE("a time is written in UTC with milliseconds") {
  CHECK(written(at(0)) == "1970-01-01T00:00:00.000Z");
  CHECK(written(at(1769847330123456)) == "2026-01-31T08:15:30.123Z");
  CHECK(written(at(951782399999999)) == "2000-02-28T23:59:59.999Z");
  CHECK(written(at(951868799000000)) == "2000-02-29T23:59:59.000Z");
  CHECK(written(at(-1)) == "1969-12-31T23:59:59.999Z");
}

TEST_CASE("a time that has no four-digit year is written as the nearest that has one") {
  CHECK(written(TimePoint::max()) == "9999-12-31T23:59:59.999Z");
  CHECK(written(TimePoint::min()) == "0001-01-01T00:00:00.000Z");
}

TEST_CASE("a date is the day in UTC") {
  std::string out;
  append_date(out, at(1769847330123456));
  CHECK(out == "2026-01-31");
}

TEST_CASE("RFC 3339 is read with its fraction and its offset") {
  const auto rfc = TimeFormat::rfc3339;
  CHECK(parsed("2026-01-31T08:15:30Z", rfc) == 1769847330000000);
  CHECK(parsed("2026-01-31T08:15:30.123456Z", rfc) == 1769847330123456);
  CHECK(parsed("2026-01-31T08:15:30.1234569Z", rfc) == 1769847330123456);
  CHECK(parsed("2026-01-31T16:15:30+08:00", rfc) == 1769847330000000);
  CHECK(parsed("2026-01-31t07:45:30-00:30", rfc) == 1769847330000000);
  CHECK(parsed("2026-01-31 08:15:30z", rfc) == 1769847330000000);
  CHECK(parsed("2016-12-31T23:59:60Z", rfc) == 1483228800000000);
}

TEST_CASE("what is not quite RFC 3339 is no time") {
  for (const char* text :
       {"", "2026-01-31", "2026-01-31T08:15:30", "2026-02-30T08:15:30Z", "2026-13-01T08:15:30Z", "2026-01-31T24:00:00Z",
        "2026-01-31T08:60:00Z", "2026-01-31T08:15:61Z", "2026-01-31T08:15:30.Z", "2026-01-31T08:15:30+0800",
        "2026-01-31T08:15:30Z ", "26-01-31T08:15:30Z", "0000-01-01T00:00:00Z", "2026-1-31T08:15:30Z"}) {
    CAPTURE(text);
    CHECK(refused(text, TimeFormat::rfc3339));
  }
}

TEST_CASE("unix times count seconds, milliseconds or microseconds") {
  CHECK(parsed("1769847330", TimeFormat::unix_s) == 1769847330000000);
  CHECK(parsed("1769847330.5", TimeFormat::unix_s) == 1769847330500000);
  CHECK(parsed("1769847330123", TimeFormat::unix_ms) == 1769847330123000);
  CHECK(parsed("1769847330123456", TimeFormat::unix_us) == 1769847330123456);
  CHECK(parsed("-1", TimeFormat::unix_s) == -1000000);
  CHECK(parsed("1.5e3", TimeFormat::unix_ms) == 1500000);
}

TEST_CASE("a unix time beyond the calendar is refused") {
  for (const char* text : {"", "x", "1 ", "99999999999999999999", "9223372036854775807", "-9223372036854775808",
                           "1e300", "inf", "nan", "253402300800"}) {
    CAPTURE(text);
    CHECK(refused(text, TimeFormat::unix_s));
  }
  CHECK_FALSE(refused("253402300799", TimeFormat::unix_s));
}

TEST_CASE("both clocks are read") {
  const Instant now = Instant::now();
  CHECK(now.wall > at(1577836800000000));
  CHECK(now.steady.time_since_epoch().count() > 0);
}
