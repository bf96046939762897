#include "codec/armour.hpp"

#include "support/catch.hpp"
#include "unit/codec/from_yaml.hpp"

using namespace fieldgate;
using namespace fieldgate::codec;

TEST_CASE("hex digits in pairs, with white space between them") {
  std::string out = "x";
  CHECK_FALSE(append_from_hex(out, "00 fF\r\n7a"));
  CHECK(out == std::string("x\0\xff\x7a", 4));
  CHECK(append_from_hex(out, "001") == 3U);
  CHECK(append_from_hex(out, "0 0") == 1U);
  CHECK(append_from_hex(out, "0g") == 1U);
  CHECK(out.size() == 4);
}

TEST_CASE("base64 of RFC 4648, in either alphabet") {
  const std::pair<std::string_view, std::string_view> pairs[] = {
      {"", ""},           {"Zg==", "f"},          {"Zm8=", "fo"},       {"Zm9v", "foo"},
      {"Zm9vYg", "foob"}, {"Zm9vYmFy", "foobar"}, {"-_8=", "\xfb\xff"}, {"+/8", "\xfb\xff"},
  };
  for (const auto& [text, bytes] : pairs) {
    CAPTURE(text);
    std::string out;
    CHECK_FALSE(append_from_base64(out, text));
    CHECK(out == bytes);
  }
  for (const std::string_view bad : {"Z", "Zg=", "Zg=a", "Zg===", "Zm9v!", "=", "Z==="}) {
    CAPTURE(bad);
    std::string out = "x";
    CHECK(append_from_base64(out, bad));
    CHECK(out == "x");
  }
}

TEST_CASE("the codec inside reads what the digits stand for") {
  FromYaml hex("{ type: hex, codec: { type: json } }");
  CHECK(hex.problem == "");
  CHECK(hex.decode("7b2261223a317d") == R"({"a":1})");
  CHECK(hex.decode("7b2261223a3x") == "bad_hex at 11");
  CHECK(hex.decode("7b2261223a7d") == "invalid_json at 10");
  CHECK(hex.encode(R"({ "a": 1 })") == "7b2261223a317d");
  FromYaml base64("{ type: base64, codec: { type: text } }");
  CHECK(base64.decode("aGk=") == R"({"text":"hi"})");
  CHECK(base64.encode(R"({"text":"hi"})") == "aGk=");
  CHECK(FromYaml("{ type: hex }").problem.find("is missing") != std::string::npos);
}
