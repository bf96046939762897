// Proves HTTP's dates and the Retry-After field.
#include "http/date.hpp"

#include "support/catch.hpp"

using namespace fieldgate;
using namespace fieldgate::http;
using namespace std::chrono_literals;

namespace {

const TimePoint rfc_example = std::chrono::sys_days(std::chrono::year(1994) / 11 / 6) + 8h + 49min + 37s;

}  // namespace

TEST_CASE("the date of RFC 9110 is written and read") {
  CHECK(to_date(rfc_example + 999999us) == "Sun, 06 Nov 1994 08:49:37 GMT");
  CHECK(parse_date("Sun, 06 Nov 1994 08:49:37 GMT") == rfc_example);
}

TEST_CASE("what is no such date is nothing") {
  for (const char* wrong :
       {"", "Sun, 06 Nov 1994 08:49:37 UTC", "Sun, 31 Feb 1994 08:49:37 GMT", "Sun, 06 Nov 1994 24:49:37 GMT",
        "Sun, 06 Xyz 1994 08:49:37 GMT", "Sun, 6 Nov 1994 08:49:37 GMT", "Sun, -1 Nov 1994 08:49:37 GMT",
        "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994"}) {
    CHECK_FALSE(parse_date(wrong));
  }
}

TEST_CASE("Retry-After is seconds or a date") {
  CHECK(parse_retry_after("0", rfc_example) == Duration(0));
  CHECK(parse_retry_after("120", rfc_example) == Duration(120s));
  CHECK(parse_retry_after("Sun, 06 Nov 1994 08:50:37 GMT", rfc_example) == Duration(60s));
}

TEST_CASE("Retry-After is never negative and never beyond a day") {
  CHECK(parse_retry_after("Sun, 06 Nov 1994 08:00:00 GMT", rfc_example) == Duration(0));
  CHECK(parse_retry_after("Sun, 06 Nov 2094 08:00:00 GMT", rfc_example) == Duration(24h));
  CHECK(parse_retry_after("99999999999999999999999", rfc_example) == Duration(24h));
  CHECK(parse_retry_after("4294967295", rfc_example) == Duration(24h));
}

TEST_CASE("a Retry-After that is neither is nothing") {
  for (const char* wrong : {"", "-1", "1.5", " 1", "soon"}) CHECK_FALSE(parse_retry_after(wrong, rfc_example));
}
