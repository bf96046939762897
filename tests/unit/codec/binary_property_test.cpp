// What holds for any frame: what was decoded can be encoded, to the same bytes where the layout loses nothing.
#include <random>

#include "support/catch.hpp"
#include "unit/codec/binary_support.hpp"

using namespace fieldgate;
using namespace fieldgate::codec;

namespace {

std::string random_bytes(std::mt19937& random, std::size_t size) {
  std::string bytes(size, '\0');
  for (char& byte : bytes) byte = static_cast<char>(random() & 0xFF);
  return bytes;
}

}  // namespace

TEST_CASE("layouts that lose nothing give any frame back") {
  BinaryCodec codec(R"(trailing: error
fields:
  - { name: a, type: uint24, endian: little }
  - { name: b, type: int16, scale: 0.1, offset: -40 }
  - { name: c, type: uint32, byte_order: CDAB, scale: 0.001 }
  - { name: d, type: int40 }
  - { name: e, type: bits, bits: 13, signed: true }
  - { name: f, type: bits, bits: 3, enum: { 0: off, 1: on, 5: broken } }
  - { name: g, type: uint64, bit_order: lsb }
  - { name: h, type: bytes, bytes: 3 }
  - { name: i, type: base64, length: uint8, if: a & 1 }
  - { name: m, type: mac }
  - { name: n, type: uint8, repeat: { until: eos } })");
  std::mt19937 random(7);  // NOLINT: the same each time
  int decoded = 0;
  for (int round = 0; round < 2000; ++round) {
    const std::string frame = random_bytes(random, 40 + random() % 300);
    const std::string json = codec.decode_bytes(frame);
    if (json.starts_with("!")) continue;
    ++decoded;
    CAPTURE(json);
    REQUIRE(codec.encode(json) == to_hex(frame));
  }
  CHECK(decoded > 500);
}

TEST_CASE("counts, lengths and parts are computed on the way out") {
  BinaryCodec codec(R"(trailing: error
fields:
  - { name: size, type: uint16 }
  - size: size - 2
    fields:
      - { name: kind, type: uint8, enum: { 1: one, 2: two } }
      - { name: records, length: uint16, transform: { xor: 0x5aa5 }, fields: [ { name: list, repeat: eos, fields: [ { name: n, type: uint8 }, { name: v, type: int16, repeat: n } ] } ] }
      - switch: kind
        cases:
          one: [ { name: text, type: string, length: uint8 } ]
          two: [ { name: number, type: float32 } ])");
  const std::string json = R"({"kind":"one","records":{"list":[{"v":[1,-2]},{"v":[]}]},"text":"abc"})";
  const std::string bytes = codec.encode(json);
  CHECK(bytes ==
        "000f01"
        "0006"
        "58a55b5aa4a5"
        "03616263");
  CHECK(codec.decode(bytes) ==
        R"({"size":15,"kind":"one","records":{"list":[{"n":2,"v":[1,-2]},{"n":0,"v":[]}]},"text":"abc"})");
  CHECK(codec.encode(R"({"kind":"two","records":{"list":[]},"number":1.5})") ==
        "0009020000"
        "3fc00000");
  CHECK(codec.encode(R"({"kind":"three","records":{"list":[]}})") == "! 'kind' must be one of one, two, not 'three'");
}

TEST_CASE("random bytes never cost more than their bound") {
  BinaryCodec codec(R"(fields:
  - { name: a, type: uint8 }
  - name: list
    repeat: { count: a }
    fields:
      - { name: _k, type: uint8 }
      - switch: _k & 3
        cases:
          0: [ { name: s, type: string, length: uint8, encoding: gbk } ]
          1: [ { name: t, length: uint8, fields: [ { type: tlv, length: uint8, cases: { 1: { name: x, type: uint16 }, 2: { name: y, type: string } } } ] } ]
          2: [ { name: u, type: uint8, repeat: { until: 0 } } ])");
  std::mt19937 random(11);  // NOLINT
  int decoded = 0;
  for (int round = 0; round < 5000; ++round) {
    const std::string frame = random_bytes(random, random() % 200);
    const std::string json = codec.decode_bytes(frame);
    decoded += json.starts_with("!") ? 0 : 1;
    REQUIRE(json.size() <= 64 * 1024 + 128 * frame.size());
  }
  CHECK(decoded > 20);
}
