// The json codec with `root`, `fields` and `shared`.
#include "support/catch.hpp"
#include "unit/codec/from_yaml.hpp"

using namespace fieldgate;
using namespace fieldgate::codec;

namespace {

constexpr std::string_view uplink =
    R"({"dev":{"id":"d-1"},"sensors":[{"t":"21.50","n":"a\u00e9\"b"},{"t":22}],"ok":true,"raw":{ "x": [1, 2] },"none":null,"when":1769847330})";

}  // namespace

TEST_CASE("pointers make a flat document, typed") {
  FromYaml codec(
      R"({ type: json, fields: { device: /dev/id, temperature: { from: /sensors/0/t, type: number, scale: 10 },
      name: /sensors/0/n, second: /sensors/1/t, ok: /ok, raw: /raw, none: /none, missing: /sensors/2/t,
      at: { from: /when, type: unix_s, time: true } } })");
  CHECK(codec.problem == "");
  CHECK(
      codec.decode(uplink) ==
      R"({"device":"d-1","temperature":215,"name":"a\u00e9\"b","second":22,"ok":true,"raw":{"x":[1,2]},"none":null,"at":1769847330})");
  CHECK(codec.time_text() == "2026-01-31T08:15:30.000Z");
}

TEST_CASE("a list of fields says the same as a map") {
  CHECK(decoded("{ type: json, fields: [ok, { name: t, from: /sensors/1/t }] }", uplink) == R"({"ok":true,"t":22})");
  CHECK(decoded("{ type: json, fields: { a/b: /a~1b, m~n: /m~0n } }", R"({"a/b":1,"m~n":2})") ==
        R"({"a/b":1,"m~n":2})");
}

TEST_CASE("the root is where messages are") {
  FromYaml array("{ type: json, root: /data/readings }");
  CHECK(array.decode(R"({"data":{"readings":[{"a":1}, {"a":2}]}})") == "{\"a\":1}\n{\"a\":2}");
  CHECK(array.decode(R"({"data":{"readings":{"a":1}}})") == R"({"a":1})");
  CHECK(array.decode(R"({"data":{"readings":[{"a":1},2]}})") == "not_an_object at 20");
  CHECK(array.decode(R"({"data":{"readings":7}})") == "not_an_object at 0");
  CHECK(array.decode(R"({"data":{}})") == "no_root at 0");
  CHECK(array.decode(R"({"data":{"readings":[]}})") == "");
  CHECK(array.decode(R"({"data":)") == "invalid_json at 8");
}

TEST_CASE("what all messages of a document share") {
  FromYaml codec("{ type: json, root: /r, shared: { device: /dev }, fields: { t: /v } }");
  CHECK(codec.decode(R"({"dev":"d","r":[{"v":1},{"v":2}]})") ==
        "{\"device\":\"d\",\"t\":1}\n{\"device\":\"d\",\"t\":2}");
  FromYaml whole("{ type: json, root: /r, shared: { device: /dev } }");
  CHECK(whole.decode(R"({"dev":"d","r":[{ "v": 1 },{}]})") == "{\"device\":\"d\",\"v\":1}\n{\"device\":\"d\"}");
  CHECK(whole.decode(R"({"r":[{},{"v":1}]})") == "{}\n{\"v\":1}");
}

TEST_CASE("a field may be read further by a codec") {
  FromYaml codec(
      R"({ type: json, fields: { values: { from: /payload, codec: { type: base64, codec: { type: json } } } } })");
  CHECK(codec.problem == "");
  CHECK(codec.decode(R"({"payload":"eyJhIjoxfQ=="})") == R"({"values":{"a":1}})");
  CHECK(codec.decode(R"({"payload":"???"})") == "bad_base64 at 11");
  CHECK(codec.encode(R"({"values":{"a":1}})") == R"({"payload":"eyJhIjoxfQ=="})");
}

TEST_CASE("picks know line breaks, paths and wrong values") {
  FromYaml lines("{ type: json, root: /r }");
  CHECK(lines.decode("{\"r\":{\n\"a\":1}}") == "{\n\"a\":1}");
  CHECK(lines.line_breaks);
  CHECK(decoded("{ type: json, fields: { t: { from: /t, type: integer } } }", R"({"t":"x"})") == "bad_value at 5");
  CHECK(decoded("{ type: json, fields: { t: { from: /t, required: true } } }", R"({"u":1})") == "missing_field at 0");
  CHECK(FromYaml("{ type: json, fields: { t: sensors.0 } }").problem.find("JSON Pointer") != std::string::npos);
  CHECK(FromYaml("{ type: json, root: a }").problem.find("JSON Pointer") != std::string::npos);
}

TEST_CASE("what was picked goes back to where it stood") {
  CHECK(FromYaml("{ type: json }").encode(R"({ "a": [ 1 ] })") == R"({"a":[1]})");
  CHECK(FromYaml("{ type: json }").encode("[1") == "the document ends too early");
  FromYaml codec(
      "{ type: json, root: /r, shared: { device: /dev/id }, fields: { t: { from: /v, type: number, scale: 0.1 }, n: /n "
      "} }");
  CHECK(codec.encode(R"({"device":"d","t":21.5,"n":"x"})") == R"({"dev":{"id":"d"},"r":{"n":"x","v":215}})");
}
