#include "codec/calendar.hpp"

#include "support/catch.hpp"

using namespace fieldgate;
using namespace fieldgate::codec;

namespace {

std::string read(std::string_view pattern, std::string_view text, int zone = 0) {
  const auto parsed = TimePattern::parse(pattern);
  REQUIRE(parsed);
  const auto time = parsed->read(text, std::chrono::minutes(zone));
  if (!time) return "none";
  std::string out;
  append_rfc3339(out, *time);
  return out;
}

std::string again(std::string_view pattern, std::string_view text, int zone = 0) {
  const auto parsed = TimePattern::parse(pattern);
  REQUIRE(parsed);
  std::string out;
  parsed->append(out, *parsed->read(text, std::chrono::minutes(zone)), std::chrono::minutes(zone));
  return out;
}

}  // namespace

TEST_CASE("a time is read by its pattern") {
  CHECK(read("%y%m%d%H%M%S", "260131081530") == "2026-01-31T08:15:30.000Z");
  CHECK(read("%y%m%d", "991231") == "1999-12-31T00:00:00.000Z");
  CHECK(read("%y%m%d", "700101") == "1970-01-01T00:00:00.000Z");
  CHECK(read("%d/%m/%Y %H:%M:%S.%f", "31/01/2026  08:15:30.25") == "2026-01-31T08:15:30.250Z");
  CHECK(read("%Y-%j", "2024-366") == "2024-12-31T00:00:00.000Z");
  CHECK(read("%b %e %Y %I:%M %p", "jan  5 2026 12:15 AM") == "2026-01-05T00:15:00.000Z");
  CHECK(read("%I%p %d%m%y", "12pm 010126") == "2026-01-01T12:00:00.000Z");
  CHECK(read("%s", "1769847330") == "2026-01-31T08:15:30.000Z");
  CHECK(read("%s.%f", "1769847330.5") == "2026-01-31T08:15:30.500Z");
}

TEST_CASE("a local time is that of its zone, unless the text has one") {
  CHECK(read("%y%m%d%H%M%S", "260131081530", 480) == "2026-01-31T00:15:30.000Z");
  CHECK(read("%Y%m%dT%H%M%S%z", "20260131T081530-0330", 480) == "2026-01-31T11:45:30.000Z");
  CHECK(read("%Y%m%dT%H%M%S%z", "20260131T081530Z", 480) == "2026-01-31T08:15:30.000Z");
  CHECK(read("%Y %Z", "2026 UTC", 480) == "2026-01-01T00:00:00.000Z");
}

TEST_CASE("what is no time is none") {
  for (const char* text : {"260631000000", "261301000000", "260100000000", "260101240000", "260101006000", "26010100",
                           "2601010000000", "xx0101000000", ""}) {
    CAPTURE(text);
    CHECK(read("%y%m%d%H%M%S", text) == "none");
  }
  CHECK(read("%Y-%j", "2025-366") == "none");
  CHECK(read("%I", "13") == "none");
}

TEST_CASE("the way back writes the same text") {
  CHECK(again("%y%m%d%H%M%S", "260131081530", 480) == "260131081530");
  CHECK(again("%d/%m/%Y %H:%M:%S.%f", "31/01/2026 08:15:30.250000") == "31/01/2026 08:15:30.250000");
  CHECK(again("%b %e %Y %I:%M %p", "Jan 05 2026 12:15 AM") == "Jan 05 2026 12:15 AM");
  CHECK(again("%Y-%j", "2024-366") == "2024-366");
  CHECK(again("%Y%m%d%H%z", "2026013108+0530", 330) == "2026013108+0530");
  CHECK(again("%s%%", "1769847330%") == "1769847330%");
}

TEST_CASE("a pattern that cannot be is told") {
  CHECK(TimePattern::parse("%Y-%q").error().text.find("'%q' is no part of a time") == 0);
  CHECK(TimePattern::parse("%Y%").error().text.find("'%' is no part") == 0);
  CHECK_FALSE(TimePattern::parse("yyyy"));
}

TEST_CASE("zones are offsets") {
  CHECK(parse_zone("+08:00") == std::chrono::minutes(480));
  CHECK(parse_zone("-03:30") == std::chrono::minutes(-210));
  CHECK(parse_zone("UTC") == std::chrono::minutes(0));
  for (const char* text : {"", "8", "+8:00", "+08:60", "+15:00", "Asia/Shanghai", "+0a:00"})
    CHECK_FALSE(parse_zone(text));
}
