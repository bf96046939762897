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
      { name: at, from: [date, clock], format: "%d%m%y %H%M%S", timezone: UTC, time: true },
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

TEST_CASE("a pattern may have fields of its own, which count before the shared ones") {
  FromYaml codec(R"yaml({ type: regex, patterns: [
      { pattern: "^A(?P<lat>[0-9.]+)(?P<ns>[NS]) (?P<n>.*)$", fields: [{ name: latitude, from: lat, type: degrees_minutes, hemisphere: ns }] },
      { pattern: "^B(?P<lat>[0-9.]+)(?P<ns>[-+]) (?P<n>.*)$", fields: [{ name: latitude, from: lat, type: degrees, hemisphere: ns }] },
      "^C(?P<n>.*)$",
      { grok: "^D%{INT:n:int}$", fields: { n: text } } ], fields: { n: integer } })yaml");
  CHECK(codec.problem == "");
  CHECK(codec.decode("A4807.038S 1") == R"({"latitude":-48.1173,"n":1})");
  CHECK(codec.decode("B48.25- 2") == R"({"latitude":-48.25,"n":2})");
  CHECK(codec.decode("C3") == R"({"n":3})");
  CHECK(codec.decode("D4") == R"({"n":"4"})");
}

TEST_CASE("all patterns that match are one message") {
  FromYaml codec(R"yaml({ type: regex, matches: merge, patterns: [
      "T=(?P<t>[0-9.]+)", { pattern: "H=(?P<v>[0-9]+)", fields: { h: { from: v, type: integer } } },
      "D=(?P<date>[0-9]+)", "C=(?P<clock>[0-9]+)", "v(?P<v>[a-z]+)" ],
    fields: { t: number, at: { from: [date, clock], join: "T", format: "%Y%m%dT%H%M%S", timezone: "+00:00" } } })yaml");
  CHECK(codec.problem == "");
  CHECK(codec.decode("C=081530 H=40 D=20260131 T=21.50 vx") ==
        R"({"h":40,"v":"x","t":21.5,"at":"2026-01-31T08:15:30.000Z"})");
  CHECK(codec.decode("H=1") == R"({"h":1})");
  CHECK(codec.decode("?") == "no_match at 0");
}

TEST_CASE("of fields with one name in several patterns that match, the first counts") {
  FromYaml codec(R"yaml({ type: regex, matches: merge, patterns: [
      { pattern: "a(?P<x>[0-9])", fields: { n: { from: x, type: integer } } },
      { pattern: "b(?P<x>[0-9])", fields: { n: { from: x, type: text } } } ] })yaml");
  CHECK(codec.problem == "");
  CHECK(codec.decode("b2 a1") == R"({"n":1})");
  CHECK(codec.decode("b2") == R"({"n":"2"})");
}

TEST_CASE("two fields have one name only where no message can have both") {
  const std::string fields = "fields: [{ name: n, from: a }, { name: n, from: b, type: integer }]";
  FromYaml apart("{ type: regex, patterns: ['a(?P<a>.)', 'b(?P<b>.)'], " + fields + " }");
  CHECK(apart.problem == "");
  CHECK(apart.decode("b2") == R"({"n":2})");
  CHECK(FromYaml("{ type: regex, pattern: '(?P<a>.)(?P<b>.)', " + fields + " }").problem.find("called 'n'") !=
        std::string::npos);
  CHECK(FromYaml("{ type: regex, matches: merge, patterns: ['a(?P<a>.)', 'b(?P<b>.)'], " + fields + " }")
            .problem.find("called 'n'") != std::string::npos);
}

TEST_CASE("a bit of a number is a truth value") {
  FromYaml codec(R"yaml({ type: regex, pattern: "(?P<io>[^,]*),(?P<n>.*)", fields: [
      { name: ignition, from: io, type: hex, bit: 9 }, { name: low, from: n, type: integer, bit: 0 } ] })yaml");
  CHECK(codec.problem == "");
  CHECK(codec.decode("0x0200,3") == R"({"ignition":true,"low":true})");
  CHECK(codec.decode("FDFF,-2") == R"({"ignition":false,"low":false})");
  CHECK(codec.decode("xy,1") == "bad_value at 0");
  CHECK(FromYaml("{ type: regex, pattern: '(?P<a>.)', fields: { a: { bit: 1 } } }").problem.find("whole number") !=
        std::string::npos);
}

TEST_CASE("texts that the enum does not list become another, or nothing") {
  FromYaml codec(R"yaml({ type: regex, pattern: "(?P<a>.),(?P<b>.),(?P<c>.)", fields: [
      { name: a, enum: { "1": sos }, otherwise: none }, { name: b, enum: { "1": sos }, otherwise: other },
      { name: c, type: boolean, enum: { A: true }, otherwise: false } ] })yaml");
  CHECK(codec.problem == "");
  CHECK(codec.decode("1,1,A") == R"({"a":"sos","b":"sos","c":true})");
  CHECK(codec.decode("2,2,B") == R"({"b":"other","c":false})");
  CHECK(FromYaml("{ type: regex, pattern: '(?P<a>.)', fields: { a: { otherwise: x } } }").problem.find("enum") !=
        std::string::npos);
}

TEST_CASE("positions in degrees, and parts that are joined by a point") {
  FromYaml codec(R"yaml({ type: regex, pattern: "(?P<a>\\d*),(?P<b>\\d*),(?P<h>.*),(?P<d>.*)", fields: [
      { name: lat, from: [a, b], join: ".", type: degrees, hemisphere: h }, { name: d, type: degrees } ] })yaml");
  CHECK(codec.problem == "");
  CHECK(codec.decode("04,76673,N,+4.5") == R"({"lat":4.76673,"d":4.5})");
  CHECK(codec.decode("04,76673,W,-4.5") == R"({"lat":-4.76673,"d":-4.5})");
  CHECK(codec.decode("04,5,x,1") == "bad_value at 0");
  CHECK(codec.decode("04,5,N,181") == "bad_value at 7");
}
