#include "codec/msgpack.hpp"

#include "message/json.hpp"

#include "unit/codec/packed.hpp"

using namespace fieldgate;
using namespace fieldgate::codec;

namespace {

const expression::Paths none;

std::string json_of(std::string_view hex) {
  Msgpack codec({}, none);
  return decoded_hex(codec, hex);
}

}  // namespace

TEST_CASE("a MessagePack map is a message, an array of maps a message each, anything else a value") {
  CHECK(json_of("82 a4 74656d70 ca 41d9999a a2 6964 a2 6431") == R"({"temp":27.2,"id":"d1"})");
  CHECK(json_of("92 81 a161 01 81 a161 02") == R"({"a":1}{"a":2})");
  CHECK(json_of("92 81 a161 01 c0") == R"({"value":[{"a":1},null]})");
  CHECK(json_of("90") == R"({"value":[]})");
  CHECK(json_of("80") == "{}");
}

TEST_CASE("MessagePack integers are exact") {
  CHECK(json_of("cfffffffffffffffff") == R"({"value":18446744073709551615})");
  CHECK(json_of("d38000000000000000") == R"({"value":-9223372036854775808})");
  CHECK(json_of("e0") == R"({"value":-32})");
  CHECK(json_of("d0 80") == R"({"value":-128})");
  CHECK(json_of("d1 8000") == R"({"value":-32768})");
}

TEST_CASE("MessagePack timestamps are text, other extensions say their type") {
  CHECK(json_of("d6ff 00000001") == R"({"value":"1970-01-01T00:00:01.000Z"})");
  CHECK(json_of("d7ff a1dcd7c85a4af6a5") == R"({"value":"2018-01-02T03:04:05.678901234Z"})");
  CHECK(json_of("c70cff 3b9ac9ff ffffffffffffffff") == R"({"value":"1969-12-31T23:59:59.999999999Z"})");
  CHECK(json_of("c70cff 00000000 7fffffffffffffff") == R"({"value":9223372036854775807})");
  CHECK(json_of("d7ff ffffffff00000000") == "! invalid_msgpack");
  CHECK(json_of("81 a165 d4 05 10") == R"({"e":{"type":5,"base64":"EA=="}})");
  CHECK(json_of("c702ff 0102") == R"({"type":-1,"base64":"AQI="})");
}

TEST_CASE("MessagePack keys are text") {
  CHECK(json_of("84 01 02 ff 03 c3 04 c401ff 05") == R"({"1":2,"-1":3,"true":4,"/w==":5})");
  for (const char* hex : {"81 90 01", "81 80 01", "81 d6ff00000001 01"}) {
    CAPTURE(hex);
    CHECK(json_of(hex) == "! bad_key");
  }
}

TEST_CASE("hostile MessagePack is refused") {
  for (const char* hex : {"", "c1", "91", "81a161", "a161 62", "dd7fffffff 00", "dfffffffff 00", "c6ffffffff",
                          "dbffffffff00", "d9", "cb00", "c9ffffffff01", "d8 01 00", "c701"}) {
    CAPTURE(hex);
    CHECK(json_of(hex) == "! invalid_msgpack");
  }
  Msgpack codec({}, none);
  std::string maps;
  for (int i = 0; i < 5000; ++i) maps += from_hex("81a161");
  CHECK(decoded(codec, std::string(5000, '\x91') + '\0') == "! too_deep");
  CHECK(decoded(codec, maps + '\0') == "! too_deep");
  CHECK(decoded(codec, std::string(62, '\x91') + from_hex("d40510")).starts_with(R"({"value":[)"));
}

TEST_CASE("JSON is encoded as MessagePack") {
  Msgpack codec({}, none);
  CHECK(encoded(codec, R"({"b":1,"a":[true,null,-1,1.5,"x"]})") == "82a16201a16195c3c0ffca3fc00000a178");
  CHECK(encoded(codec, "7") == "! not_an_object");
  const std::string json = R"({"b":1,"a":[true,null,-1,0.1,"ä"],"o":{"x":{}}})";
  CHECK(decoded_hex(codec, encoded(codec, json)) == json);
}

TEST_CASE("the encodings of the MessagePack test suite are read as they should be") {
  const auto bytes_of = [](std::string hex) {
    std::erase(hex, '-');
    std::string json;
    json::append_base64(json, from_hex(hex));
    return json;
  };
  const auto time_of = [](const nlohmann::json& time) {
    std::string json;
    append_rfc3339(json, TimePoint(std::chrono::seconds(time.at(0).get<std::int64_t>())));
    if (time.at(1) == 0) return json;
    const std::string digits = std::to_string(time.at(1).get<std::int64_t>());
    return json.substr(0, 20) + std::string(9 - digits.size(), '0') + digits + "Z";
  };
  std::vector<std::string> missed;
  for (const nlohmann::json& record : vectors("msgpack")) {
    const std::string kind = record.at("expected").begin().key();
    const nlohmann::json& value = record.at("expected").begin().value();
    nlohmann::json want = {{"value", value}};
    if (kind == "binary") want = {{"value", bytes_of(value)}};
    if (kind == "timestamp") want = {{"value", time_of(value)}};
    if (kind == "ext") want = {{"type", value.at(0)}, {"base64", bytes_of(value.at(1))}};
    if (kind == "bignum") want = {{"value", nlohmann::json::parse(value.get<std::string>())}};
    if (kind == "map") want = value;
    if (value.is_array() && value.size() == 1 && value[0].is_object()) want = value[0];
    if (nlohmann::json::parse(json_of(record.at("hex").at(0).get<std::string>()), nullptr, false) != want)
      missed.push_back(record.at("name"));
  }
  CHECK(missed == std::vector<std::string>{});
}
