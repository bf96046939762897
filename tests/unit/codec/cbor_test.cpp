#include "codec/cbor.hpp"

#include <map>

#include "unit/codec/packed.hpp"

using namespace fieldgate;
using namespace fieldgate::codec;

namespace {

const expression::Paths none;

std::string json_of(std::string_view hex) {
  Cbor codec({}, none);
  return decoded_hex(codec, hex);
}

}  // namespace

TEST_CASE("a CBOR map is a message") {
  CHECK(json_of("a2 64 74656d70 fb403b333333333333 62 6964 64 64657631") == R"({"temp":27.2,"id":"dev1"})");
  CHECK(json_of("a0") == "{}");
  CHECK(json_of("bf 6161 01 6162 9f 02 03 ff ff") == R"({"a":1,"b":[2,3]})");
}

TEST_CASE("an array of CBOR maps is a message each, and anything else is a value") {
  CHECK(json_of("82 a1 6161 01 a1 6161 02") == R"({"a":1}{"a":2})");
  CHECK(json_of("82 a1 6161 01 02") == R"({"value":[{"a":1},2]})");
  CHECK(json_of("80") == R"({"value":[]})");
  CHECK(json_of("17") == R"({"value":23})");
}

TEST_CASE("CBOR integers are exact, however wide") {
  CHECK(json_of("1bffffffffffffffff") == R"({"value":18446744073709551615})");
  CHECK(json_of("3bffffffffffffffff") == R"({"value":-18446744073709551616})");
  CHECK(json_of("3b7fffffffffffffff") == R"({"value":-9223372036854775808})");
  CHECK(json_of("c249010000000000000000") == R"({"value":18446744073709551616})");
  CHECK(json_of("c349010000000000000000") == R"({"value":-18446744073709551617})");
  CHECK(json_of("c240") == R"({"value":0})");
  CHECK(json_of("c2 58 20 ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff") ==
        R"({"value":115792089237316195423570985008687907853269984665640564039457584007913129639935})");
  CHECK(json_of("c2 5841 01" + std::string(128, '0')).starts_with(R"({"value":"AQAA)"));
}

TEST_CASE("CBOR floats of every width") {
  CHECK(json_of("f93c00") == R"({"value":1})");
  CHECK(json_of("f97bff") == R"({"value":65504})");
  CHECK(json_of("f90001") == R"({"value":5.960464477539063e-08})");
  CHECK(json_of("f9c400") == R"({"value":-4})");
  CHECK(json_of("fa41d9999a") == R"({"value":27.2})");
  CHECK(json_of("fa7f7fffff") == R"({"value":3.4028234663852886e+38})");
  CHECK(json_of("f97e00") == R"({"value":null})");
}

TEST_CASE("CBOR strings of bytes are base64, or hex where a tag asks for it") {
  CHECK(json_of("44 01020304") == R"({"value":"AQIDBA=="})");
  CHECK(json_of("d7 44 01020304") == R"({"value":"01020304"})");
  CHECK(json_of("5f 42 0102 43 030405 ff") == R"({"value":"AQIDBAU="})");
  CHECK(json_of("7f 657374726561 646d696e67 ff") == R"({"value":"streaming"})");
  CHECK(json_of("62 c328") == "{\"value\":\"\xEF\xBF\xBD(\"}");
  CHECK(json_of("63 22 5c 0a") == R"({"value":"\"\\\n"})");
}

TEST_CASE("CBOR keys are text") {
  CHECK(json_of("a6 01 02 20 03 f5 04 f6 05 41ff 06 f93e00 07") ==
        R"({"1":2,"-1":3,"true":4,"null":5,"/w==":6,"1.5":7})");
  CHECK(json_of("a1 8101 02") == "! bad_key");
  CHECK(json_of("a1 a0 02") == "! bad_key");
}

TEST_CASE("hostile CBOR is refused") {
  for (const char* hex : {"",
                          "61",
                          "1b00",
                          "a1 6161",
                          "81",
                          "9f",
                          "bf 6161 ff",
                          "ff",
                          "f8",
                          "f814",
                          "1c",
                          "1f",
                          "3f",
                          "df",
                          "0000",
                          "5f 6161 ff",
                          "5f 5f ff ff",
                          "7f 4101 ff",
                          "9bffffffffffffffff",
                          "bbffffffffffffffff",
                          "bb8000000000000001 00 00",
                          "9a7fffffff00",
                          "5bffffffffffffffff",
                          "7b7fffffffffffffff",
                          "c1",
                          "a1 ff 01",
                          "82 01 ff"}) {
    CAPTURE(hex);
    CHECK(json_of(hex) == "! invalid_cbor");
  }
}

TEST_CASE("CBOR nested without end costs nothing, and tags nest as they like") {
  const auto nested = [](std::size_t levels, std::string_view open) {
    std::string bytes;
    for (std::size_t i = 0; i < levels; ++i) bytes += from_hex(open);
    return bytes + '\0';
  };
  Cbor codec({}, none);
  for (const char* open : {"81", "9f", "a1 00", "bf 00"}) {
    CAPTURE(open);
    CHECK(decoded(codec, nested(5000, open)) == "! too_deep");
    CHECK(decoded(codec, nested(63, open)) == "! too_deep");
  }
  CHECK(decoded(codec, nested(62, "81")).size() == 2 * 62 + 1 + 10);
  CHECK(decoded(codec, nested(5000, "c6")) == R"({"value":0})");
}

TEST_CASE("what is picked of CBOR is what its JSON says") {
  expression::Paths paths;
  paths.intern({"id"});
  paths.intern({"a", "0"});
  Cbor codec({}, paths);
  Collected out;
  REQUIRE_FALSE(codec.decode(from_hex("82 a1 62 6964 61 78 a2 62 6964 07 61 61 82 01 02"), out));
  REQUIRE(out.documents.size() == 2);
  CHECK(out.documents[0].picked == std::vector<std::string>{"x", "-"});
  CHECK(out.documents[1].picked == std::vector<std::string>{"7", "1"});
}

TEST_CASE("JSON is encoded as CBOR") {
  Cbor codec({}, none);
  CHECK(encoded(codec, R"({"b":1,"a":[true,null,-1,1.5,"x"]})") == "a2616201616185f5f620fa3fc000006178");
  CHECK(encoded(codec, R"({"n":18446744073709551615})") == "a1616e1bffffffffffffffff");
  CHECK(encoded(codec, "[1]") == "! not_an_object");
  CHECK(encoded(codec, "{") == "! invalid_json");
  CHECK(encoded(codec, R"({"a":1e999})") == "! number");
  CHECK(encoded(codec, std::string(5000, '[')) == "! too_deep");
  const std::string json = R"({"b":1,"a":[true,null,-1,0.1,"ä"],"o":{"x":{}}})";
  CHECK(decoded_hex(codec, encoded(codec, json)) == json);
}

TEST_CASE("the examples of RFC 8949 are read as they should be") {
  const std::map<std::string, std::string> diagnostics{
      {"Infinity", "null"},
      {"-Infinity", "null"},
      {"NaN", "null"},
      {"undefined", "null"},
      {"simple(24)", "null"},
      {"simple(255)", "null"},
      {"0(\"2013-03-21T20:04:00Z\")", R"("2013-03-21T20:04:00Z")"},
      {"1(1363896240)", "1363896240"},
      {"1(1363896240.5)", "1363896240.5"},
      {"24(h'6449455446')", R"("ZElFVEY=")"},
      {"h''", R"("")"},
      {"{1: 2, 3: 4}", R"({"1":2,"3":4})"},
      {"(_ h'0102', h'030405')", R"("AQIDBAU=")"},
  };
  std::vector<std::string> missed;
  for (const nlohmann::json& record : vectors("cbor")) {
    const std::string hex = record.at("hex").at(0);
    const nlohmann::json& expected = record.at("expected");
    nlohmann::json want;
    if (expected.contains("decoded")) {
      want = expected.at("decoded");
    } else {
      want = nlohmann::json::parse(diagnostics.at(expected.at("diagnostic")));
    }
    const nlohmann::json got = nlohmann::json::parse(json_of(hex), nullptr, false);
    const bool wrapped = !want.is_object();
    if (got.is_discarded() || (wrapped ? got.value("value", nlohmann::json("missing")) : got) != want)
      missed.push_back(record.at("name"));
  }
  CHECK(missed == std::vector<std::string>{});
}
