#include "support/catch.hpp"
#include "unit/codec/binary_support.hpp"

using namespace fieldgate;
using namespace fieldgate::codec;

namespace {

/// Decodes, encodes, and gives what was decoded.
std::string round_trip(BinaryCodec& codec, std::string_view hex) {
  const std::string json = codec.decode(hex);
  CAPTURE(json);
  CHECK(codec.encode(json) == to_hex(from_hex(hex)));
  return json;
}

}  // namespace

TEST_CASE("a group is an object, and without a name its members stand outside") {
  BinaryCodec codec(
      "fields: [ { name: a, fields: [ { name: x, type: uint8 } ] }, { fields: [ { name: y, type: uint8 } ] } ]",
      {{"a", "x"}, {"a"}, {"y"}, {}});
  CHECK(round_trip(codec, "0102") == R"({"a":{"x":1},"y":2})");
  CHECK(codec.last.documents[0].picked == std::vector<std::string>{"1", R"({"x":1})", "2", R"({"a":{"x":1},"y":2})"});
}

TEST_CASE("a repeat has a count, or goes on to the end, or until something") {
  BinaryCodec counted(
      "fields: [ { name: count, type: uint8 }, { name: v, type: uint16, repeat: { count: count } }, { name: z, type: "
      "uint8 } ]",
      {{"v", "1"}, {"z"}});
  CHECK(round_trip(counted, "02 0001 0002 ff") == R"({"count":2,"v":[1,2],"z":255})");
  CHECK(counted.last.documents[0].picked == std::vector<std::string>{"2", "255"});
  CHECK(round_trip(counted, "00 ff") == R"({"count":0,"v":[],"z":255})");
  CHECK(counted.decode("02 0001") == "! too_short");
  CHECK(counted.encode(R"({"v":[7],"z":1})") == "01000701");
  BinaryCodec rest(
      "fields: [ { name: v, repeat: { until: eos }, fields: [ { name: a, type: uint8 }, { name: b, type: int8 } ] } ]");
  CHECK(round_trip(rest, "01ff 02fe") == R"({"v":[{"a":1,"b":-1},{"a":2,"b":-2}]})");
  CHECK(rest.decode("01ff 02") == "! too_short");
  BinaryCodec until("fields: [ { name: v, type: uint8, repeat: { until: 0 } }, { name: z, type: uint8 } ]");
  CHECK(round_trip(until, "0102 00 05") == R"({"v":[1,2,0],"z":5})");
  BinaryCodec sum("fields: [ { name: n, type: uint8 }, { name: v, repeat: { count: n / 2 }, type: uint8 } ]");
  CHECK(round_trip(sum, "04 0102") == R"({"n":4,"v":[1,2]})");
  BinaryCodec last(
      "fields: [ { name: v, repeat: { until: \"more == 0\" }, fields: [ { name: more, type: uint8 } ] } ]");
  CHECK(round_trip(last, "0100") == R"({"v":[{"more":1},{"more":0}]})");
}

TEST_CASE("a part has its size, and its fields cannot leave it") {
  BinaryCodec codec(
      "fields: [ { name: len, type: uint8 }, { name: p, size: len, fields: [ { name: a, type: uint8 }, { name: rest, "
      "type: bytes } ] }, { name: z, type: uint8 } ]");
  CHECK(round_trip(codec, "03 010203 ff") == R"({"len":3,"p":{"a":1,"rest":"0203"},"z":255})");
  CHECK(codec.decode("05 010203 ff") == "! too_short");
  CHECK(codec.decode("00 01") == "! too_short");
  BinaryCodec prefixed(
      "fields: [ { name: p, length: uint16, fields: [ { name: v, type: uint8, repeat: eos } ] }, { name: z, type: "
      "uint8 } ]");
  CHECK(round_trip(prefixed, "0002 0102 ff") == R"({"p":{"v":[1,2]},"z":255})");
  BinaryCodec adjusted("fields: [ { name: len, type: uint8 }, { name: s, type: string, bytes: len - 1 } ]");
  CHECK(round_trip(adjusted, "04 616263") == R"({"len":4,"s":"abc"})");
}

TEST_CASE("a switch chooses by number, word, or range") {
  BinaryCodec codec(R"(fields:
  - { name: kind, type: uint8, enum: { 1: temperature, 2: door } }
  - switch: kind
    cases:
      temperature: [ { name: t, type: int16, scale: 0.1 } ]
      2: { name: open, type: bool }
      0x10..0x1f: [ { name: raw, type: bytes } ]
    default: [ { name: unknown, type: bytes } ])",
                    {{"t"}, {"unknown"}});
  CHECK(round_trip(codec, "01 00ff") == R"({"kind":"temperature","t":25.5})");
  CHECK(codec.last.documents[0].picked == std::vector<std::string>{"25.5", "-"});
  CHECK(round_trip(codec, "02 01") == R"({"kind":"door","open":true})");
  CHECK(round_trip(codec, "11 aabb") == R"({"kind":17,"raw":"aabb"})");
  CHECK(round_trip(codec, "30 aabb") == R"({"kind":48,"unknown":"aabb"})");
  BinaryCodec hidden(
      "fields: [ { name: _k, type: uint8 }, { name: body, switch: _k, cases: { 1: [ { name: a, type: uint8 } ], 2: [ { "
      "name: b, type: uint16 } ] } } ]");
  CHECK(hidden.decode("02 0005") == R"({"body":{"b":5}})");
}

TEST_CASE("fields are there under conditions") {
  BinaryCodec codec(R"(fields:
  - { name: flags, type: uint8 }
  - { name: a, type: uint8, if: flags & 1 }
  - { name: b, type: uint8, if: "flags & 2 == 2 and flags < 0x80" })");
  CHECK(round_trip(codec, "00") == R"({"flags":0})");
  CHECK(round_trip(codec, "01 07") == R"({"flags":1,"a":7})");
  CHECK(round_trip(codec, "03 0708") == R"({"flags":3,"a":7,"b":8})");
}

TEST_CASE("a value is computed out of others") {
  BinaryCodec codec(R"(fields:
  - { name: _d, type: uint8 }
  - { name: _m, type: uint8 }
  - { name: lat, value: "_d + _m / 60" }
  - { name: word, value: "'x'" }
  - { name: sum, value: "_d * 2 + _m" }
  - { name: nothing, value: "_d / 0" })");
  CHECK(codec.decode("161e") == R"({"lat":22.5,"word":"x","sum":74,"nothing":null})");
}

TEST_CASE("a place is read without moving on") {
  BinaryCodec codec(
      "fields: [ { name: a, type: uint8 }, { name: last, type: uint16, at: -2 }, { name: b, type: uint8 } ]",
      {{"last"}});
  CHECK(round_trip(codec, "01 02 aabb") == R"({"a":1,"last":43707,"b":2})");
  CHECK(codec.decode("01") == "! too_short");
}

TEST_CASE("bytes are transformed before they are read") {
  BinaryCodec codec(
      "fields: [ { name: n, type: uint8 }, { size: n, transform: { add: -0x33 }, fields: [ { name: di, type: bytes, "
      "bytes: 2 }, { name: v, type: uint8 } ] } ]");
  CHECK(round_trip(codec, "03 334435") == R"({"n":3,"di":"0011","v":2})");
  BinaryCodec whole("transform: { xor: 0x5a }\nfields: [ { name: v, type: uint16 } ]");
  CHECK(round_trip(whole, "5a5b") == R"({"v":1})");
  BinaryCodec reversed("fields: [ { name: v, type: bytes, bytes: 3, transform: reverse } ]");
  CHECK(round_trip(reversed, "010203") == R"({"v":"030201"})");
}

TEST_CASE("tags with lengths join the message, and unknown ones stay") {
  BinaryCodec codec(R"(fields:
  - { name: n, type: uint8 }
  - type: tlv
    length: uint8
    cases:
      0x01: { name: mileage, type: uint32, scale: 0.1 }
      0x02: [ { name: fuel, type: uint16 }, { name: level, type: uint8 } ])",
                    {{"fuel"}, {"0x30"}});
  CHECK(round_trip(codec, "07 01 04 00000064 30 02 aabb 02 03 000102") ==
        R"({"n":7,"mileage":10.0,"0x30":"aabb","fuel":1,"level":2})");
  CHECK(codec.last.documents[0].picked == std::vector<std::string>{"1", "aabb"});
  CHECK(codec.decode("07 01 04 00000064 01 04 000000c8") == R"({"n":7,"mileage":20.0})");
  CHECK(codec.decode("07 01 05 0000") == "! too_short");
  BinaryCodec channels(R"(endian: little
fields:
  - type: tlv
    tag: { type: uint16, endian: big }
    cases:
      0x0175: { name: battery, type: uint8 }
      0x0367: { name: temperature, type: int16, scale: 0.1 })");
  CHECK(round_trip(channels, "0175 64 0367 1801") == R"({"battery":100,"temperature":28.0})");
  CHECK(channels.decode("0175 64 ffff 0102") == R"({"battery":100,"0xffff":"0102"})");
}

TEST_CASE("each item of a split repeat is a message with the frame's fields") {
  BinaryCodec codec(R"(split: records
fields:
  - { name: imei, type: uint16 }
  - { name: _n, type: uint8 }
  - { name: records, repeat: { count: _n }, fields: [ { name: at, type: unix_s, time: true }, { name: v, type: uint8 } ] }
  - { name: crc, type: uint8 })",
                    {{"imei"}, {"v"}});
  CHECK(codec.decode("0007 02 00000001 0a 00000002 0b ff") ==
        "{\"imei\":7,\"crc\":255,\"at\":1,\"v\":10}\n{\"imei\":7,\"crc\":255,\"at\":2,\"v\":11}");
  CHECK(codec.last.documents[1].picked == std::vector<std::string>{"7", "11"});
  CHECK(codec.last.documents[0].time == TimePoint(std::chrono::seconds(1)));
  CHECK(codec.last.documents[1].time == TimePoint(std::chrono::seconds(2)));
  CHECK(codec.decode("0007 00 ff") == R"({"imei":7,"records":[],"crc":255})");
}

TEST_CASE("a codec may be a field of another") {
  BinaryCodec codec("fields: [ { name: n, type: uint8 } ]");
  CHECK(codec.decode("0102") == R"({"n":1})");
  CHECK(BinaryCodec("trailing: error\nfields: [ { name: n, type: uint8 } ]").decode("0102") == "! trailing_bytes");
}

TEST_CASE("hostile counts cost no more than a small multiple of the frame") {
  BinaryCodec many("fields: [ { name: n, type: uint32 }, { name: v, type: uint8, repeat: n } ]");
  CHECK(many.decode("ffffffff 01") == "! too_many");
  CHECK(many.decode("0000ffff 01") == "! too_short");
  BinaryCodec free(
      "fields: [ { name: n, type: uint16 }, { name: v, repeat: n, fields: [ { name: x, type: uint16, at: 0 } ] } ]");
  CHECK(free.decode("ffff") == "! too_large");
  BinaryCodec idle("fields: [ { name: v, repeat: eos, fields: [ { name: x, type: uint16, at: 0 } ] } ]");
  CHECK(idle.decode("ffff") == "! no_progress");
}
