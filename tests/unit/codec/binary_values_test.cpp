// Values that every frame must have, words of bits, half bytes, and other kinds of values.
#include "support/catch.hpp"
#include "unit/codec/binary_support.hpp"

using namespace fieldgate;
using namespace fieldgate::codec;

namespace {

/// The value of one field `v`, and back.
std::string value(const std::string& field, std::string_view hex) {
  BinaryCodec codec("timezone: \"+00:00\"\nfields: [ { name: v, " + field + " } ]");
  const std::string json = codec.decode(hex);
  if (json.starts_with("!")) return json;
  CAPTURE(field, json);
  CHECK(codec.encode(json) == to_hex(from_hex(hex)));
  return json.substr(5, json.size() - 6);
}

}  // namespace

TEST_CASE("a field with a value must have it, and is written with it") {
  BinaryCodec codec(R"(fields:
  - { name: version, type: uint8, value: 2 }
  - { type: uint16, value: 0x1234, endian: little }
  - { name: kind, type: uint8, enum: { 1: reading, 2: alarm }, value: alarm }
  - { name: scaled, type: int16, scale: 0.1, value: -1.5 }
  - { name: text, type: string, length: uint8, value: "ok" }
  - { name: serial, type: bcd, bytes: 2, value: "0012" }
  - { name: on, type: bool, bits: 1, value: true }
  - { name: low, type: bits, bits: 7, value: 5 })");
  const std::string json =
      R"({"version":2,"kind":"alarm","scaled":-1.5,"text":"ok","serial":"0012","on":true,"low":5})";
  CHECK(codec.decode("02 3412 02 fff1 026f6b 0012 85") == json);
  CHECK(codec.encode("{}") == "02341202fff1026f6b001285");
  CHECK(codec.decode("03 3412 02 fff1 026f6b 0012 85") == "! unexpected_value");
  CHECK(codec.decode("02 1234 02 fff1 026f6b 0012 85") == "! unexpected_value");
  CHECK(codec.decode("02 3412 01 fff1 026f6b 0012 85") == "! unexpected_value");
  CHECK(codec.decode("02 3412 02 fff2 026f6b 0012 85") == "! unexpected_value");
  CHECK(codec.decode("02 3412 02 fff1 026f6c 0012 85") == "! unexpected_value");
  CHECK(codec.decode("02 3412 02 fff1 026f6b 0013 85") == "! unexpected_value");
  CHECK(codec.decode("02 3412 02 fff1 026f6b 0012 05") == "! unexpected_value");
  CHECK(codec.decode("02 3412 02 fff1 026f6b 0012 84") == "! unexpected_value");
  const std::string frame = from_hex("02 3412 01 fff1 026f6b 0012 85");
  Collected out;
  const auto failure = codec.codec->decode(frame, out);
  REQUIRE(failure);
  CHECK(failure->offset == 3);
  CHECK(failure->text == "a field is not what its 'value' says");
}

TEST_CASE("a value may be computed out of the fields in front") {
  BinaryCodec codec("fields: [ { name: a, type: uint8 }, { name: check, type: uint8, value: a ^ 0xff } ]");
  CHECK(codec.decode("0ff0") == R"({"a":15,"check":240})");
  CHECK(codec.decode("0ff1") == "! unexpected_value");
  CHECK(codec.encode(R"({"a":15})") == "0ff0");
}

TEST_CASE("a const has its bytes from a value too") {
  BinaryCodec codec(
      "endian: little\nfields: [ { type: const, value: 0x6801 }, { type: const, bytes: 2, value: 5 }, { type: const, "
      "value: ok }, { name: v, type: uint8 } ]");
  CHECK(codec.decode("6801 0500 6f6b 07") == R"({"v":7})");
  CHECK(codec.decode("6801 0005 6f6b 07") == "! const");
  CHECK(codec.encode(R"({"v":7})") == "680105006f6b07");
}

TEST_CASE("flags are the words of the bits that are set") {
  CHECK(value("type: flags, bytes: 2, enum: { 0: sos, 1: overspeed, 15: door }", "8002") == R"(["overspeed","door"])");
  CHECK(value("type: flags, bytes: 2, endian: little, enum: { 0: sos, 15: door }", "0180") == R"(["sos","door"])");
  CHECK(value("type: flags, bytes: 4, enum: { 31: top }", "80000000") == R"(["top"])");
  CHECK(value("type: flags, bytes: 1, enum: { 0: sos }", "00") == "[]");
  BinaryCodec codec("fields: [ { name: v, type: flags, bytes: 1, enum: { 0: sos, 3: door } }, { name: n, value: v } ]",
                    {{"v"}});
  CHECK(codec.decode("ff") == R"({"v":["sos","door"],"n":255})");
  CHECK(codec.last.documents[0].picked == std::vector<std::string>{R"(["sos","door"])"});
  CHECK(codec.encode(R"({"v":["door"]})") == "08");
  CHECK(codec.encode(R"({"v":["dor"]})") == "! 'v' must be one of sos, door, not 'dor'");
  CHECK(codec.encode(R"({"v":"door"})") == "! 'v' must be a list of sos, door");
}

TEST_CASE("an odd number of digits ends in the middle of a byte") {
  BinaryCodec coordinates(
      "fields: [ { name: lon, type: bcd, digits: 9, scale: 0.0001, format: ddmm }, { name: east, type: bool, bits: 1 "
      "}, "
      "{ type: skip, bits: 3 } ]");
  CHECK(coordinates.decode("1135430008") == R"({"lon":113.905,"east":true})");
  CHECK(coordinates.encode(R"({"lon":113.905,"east":true})") == "1135430008");
  BinaryCodec leading("fields: [ { type: skip, bits: 4 }, { name: imei, type: bcd, digits: 15 } ]");
  CHECK(leading.decode("0868123456789012") == R"({"imei":"868123456789012"})");
  CHECK(leading.encode(R"({"imei":"868123456789012"})") == "0868123456789012");
  BinaryCodec swapped(
      "bit_order: lsb\nfields: [ { name: a, type: bcd, digits: 3, nibbles: low_first }, { name: b, type: bits, bits: 4 "
      "} "
      "]");
  CHECK(swapped.decode("21f3") == R"({"a":"123","b":15})");
  CHECK(swapped.encode(R"({"a":"123","b":15})") == "21f3");
  CHECK(value("type: bcd, digits: 4", "0012") == "\"0012\"");
  CHECK(value("type: bcd, digits: 4, endian: little", "1200") == "\"0012\"");
  CHECK(BinaryCodec("fields: [ { name: a, type: bcd, digits: 3 }, { type: skip, bits: 4 } ]").decode("1a34") ==
        "! bad_digit");
}

TEST_CASE("a unix time may count from elsewhere") {
  CHECK(value("type: unix_s, epoch: \"2000-01-01T00:00:00Z\"", "00000001") == "946684801");
  CHECK(value("type: unix_s, epoch: \"2000-01-01T00:00:00Z\", format: rfc3339", "00000001") ==
        "\"2000-01-01T00:00:01.000Z\"");
  CHECK(value("type: unix_ms, bytes: 8, epoch: \"1900-01-01T00:00:00Z\", format: rfc3339", "0000000000000001") ==
        "\"1900-01-01T00:00:00.001Z\"");
  BinaryCodec codec("fields: [ { name: v, type: unix_s, epoch: \"2000-01-01T00:00:00Z\", time: true } ]");
  CHECK(codec.decode("00000002") == R"({"v":946684802})");
  CHECK(codec.last.documents[0].time == TimePoint(std::chrono::seconds(946684802)));
}

TEST_CASE("a VIN is seventeen characters") {
  CHECK(value("type: vin", "4c4a3850413235423039383736353433 31") == "\"LJ8PA25B098765431\"");
  CHECK(value("type: vin", "4c4a3800000000000000000000000000 00") == "\"LJ8\"");
}

TEST_CASE("what is subtracted from each byte is added on the way out") {
  BinaryCodec codec("fields: [ { name: v, type: hex, bytes: 2, transform: { sub: 0x33 } } ]");
  CHECK(codec.decode("3435") == R"({"v":"0102"})");
  CHECK(codec.encode(R"({"v":"0102"})") == "3435");
}

TEST_CASE("a comparison that is a value is true or false, and a computed number may have words") {
  BinaryCodec codec(R"yaml(fields:
  - { name: satellites, type: uint8 }
  - { name: valid, value: "satellites > 3" }
  - { name: _few, value: "not (satellites > 3)" }
  - { name: quality, value: "satellites / 4", enum: { 0: none, 1: good } }
  - { name: odd, value: "satellites & 1" }
  - { name: fix, value: "satellites > 3", enum: { 0: lost, 1: held } }
  - { name: more, type: uint8, if: _few })yaml",
                    {{"valid"}});
  CHECK(codec.decode("04") == R"({"satellites":4,"valid":true,"quality":"good","odd":0,"fix":"held"})");
  CHECK(codec.last.documents[0].picked == std::vector<std::string>{"true"});
  CHECK(codec.decode("00 05") == R"({"satellites":0,"valid":false,"quality":"none","odd":0,"fix":"lost","more":5})");
}

TEST_CASE("bytes behind the last field may be kept") {
  BinaryCodec codec("trailing: rest\nfields: [ { name: v, type: uint8 } ]", {{"rest"}});
  CHECK(codec.decode("01 aabb") == R"({"v":1,"rest":"aabb"})");
  CHECK(codec.last.documents[0].picked == std::vector<std::string>{"aabb"});
  CHECK(codec.decode("01") == R"({"v":1})");
  CHECK(codec.encode(R"({"v":1,"rest":"aabb"})") == "01aabb");
  CHECK(codec.encode(R"({"v":1})") == "01");
}
