#include "codec/regex.hpp"

#include "support/catch.hpp"
#include "unit/codec/from_yaml.hpp"

using namespace fieldgate;
using namespace fieldgate::codec;

TEST_CASE("named groups are members, and those that took no part are left out") {
  FromYaml codec(R"yaml({ type: regex, pattern: "T=(?P<t>[-0-9.]+)(?: H=(?P<h>\\d+))?(?: (?<note>\\w+))?" })yaml");
  CHECK(codec.problem == "");
  CHECK(codec.decode("xx T=21.5 H=40 ok") == R"({"t":"21.5","h":"40","note":"ok"})");
  CHECK(codec.decode("T=-3") == R"({"t":"-3"})");
  CHECK(codec.decode("nothing") == "no_match at 0");
}

TEST_CASE("groups are typed, and joined") {
  FromYaml codec(R"yaml({ type: regex, whole: true,
    pattern: "\\*HQ,(?P<imei>\\d{15}),V1,(?P<clock>\\d{6}),(?P<valid>[AV]),(?P<lat>[\\d.]+),(?P<ns>[NS]),(?P<lon>[\\d.]+),(?P<ew>[EW]),(?P<speed>[\\d.]+),(?P<date>\\d{6}),(?P<status>[0-9A-F]{8})#",
    fields: [
      { name: at, from: [date, clock], format: "%d%m%y %H%M%S", time: true },
      { name: latitude, from: lat, type: degrees_minutes, hemisphere: ns },
      { name: longitude, from: lon, type: degrees_minutes, hemisphere: ew },
      { name: speed, type: number, scale: 1.852, unit: km/h },
      { name: valid, enum: { A: true, V: false } },
      { name: status, type: hex } ] })yaml");
  CHECK(codec.problem == "");
  CHECK(codec.decode("*HQ,123456789012345,V1,121300,A,4807.0380,N,01131.0000,W,010.00,290626,FFFFFBFF#") ==
        R"({"imei":"123456789012345","at":"2026-06-29T12:13:00.000Z","latitude":48.1173,)"
        R"("longitude":-11.516666666666667,"speed":18.52,"valid":"true","status":4294966271})");
  CHECK(codec.time_text() == "2026-06-29T12:13:00.000Z");
  CHECK(codec.decode("*HQ,123456789012345,V1,121300,A,4867.0380,N,01131.0000,W,010.00,290626,FFFFFBFF#") ==
        "bad_value at 32");
}

TEST_CASE("the first pattern that matches counts") {
  FromYaml codec(R"yaml({ type: regex, patterns: ["^A(?P<a>\\d+)$", "^(?P<b>.+)$"], fields: { a: integer } })yaml");
  CHECK(codec.problem == "");
  CHECK(codec.decode("A12") == R"({"a":12})");
  CHECK(codec.decode("B12") == R"({"b":"B12"})");
}

TEST_CASE("patterns that cannot be are told with their place") {
  CHECK(FromYaml("{ type: regex }").problem.find("is missing") != std::string::npos);
  CHECK(FromYaml("{ type: regex, pattern: '(?P<a>' }").problem.find("not a regular expression") != std::string::npos);
  CHECK(FromYaml("{ type: regex, pattern: '(?P<a>.)', fields: { b: number } }").problem.find("no group") !=
        std::string::npos);
  CHECK(FromYaml("{ type: regex, pattern: 'x' }").problem.find("no group has a name") != std::string::npos);
}

TEST_CASE("numbers too long, and out of range, are refused") {
  FromYaml codec(R"yaml({ type: regex, pattern: "(?P<v>.*)",
                         fields: { v: { type: integer, min: 0, max: 300 } } })yaml");
  CHECK(codec.decode("300") == R"({"v":300})");
  CHECK(codec.decode("301") == "out_of_range at 0");
  CHECK(codec.decode("99999999999999999999999") == "bad_value at 0");
  CHECK(codec.decode("") == R"({"v":null})");
}
