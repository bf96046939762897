#include "codec/binary.hpp"

#include "support/catch.hpp"
#include "unit/codec/binary_support.hpp"

using namespace fieldgate;
using namespace fieldgate::codec;

namespace {

constexpr const char* meter = R"(fields:
  - { name: kind,    type: uint8, enum: { 0x81: reading, 0x06: answer } }
  - { name: serial,  type: bcd, bytes: 6 }
  - { name: voltage, type: uint16, scale: 0.1, unit: V, min: 0, max: 300 }
  - { name: energy,  type: uint32, byte_order: CDAB, scale: 0.01, unit: kWh }
  - { name: relay,   type: bits, bits: 1, enum: { 0: open, 1: closed } }
  - { type: skip, bits: 7 }
  - { name: at,      type: unix_s, time: true })";
constexpr const char* meter_frame = "81 123456789012 08fc e2400001 80 697dba22";
constexpr const char* meter_json =
    R"({"kind":"reading","serial":"123456789012","voltage":230.0,"energy":1234.56,"relay":"closed","at":1769847330})";

}  // namespace

TEST_CASE("the meter of the manual is read, and written") {
  BinaryCodec codec(meter, {{"serial"}, {"voltage"}, {"relay"}, {"nothing"}});
  REQUIRE(codec.problem == "");
  CHECK(codec.decode(meter_frame) == meter_json);
  const auto& picked = codec.last.documents.at(0).picked;
  CHECK(picked == std::vector<std::string>{"123456789012", "230.0", "closed", "-"});
  REQUIRE(codec.last.documents[0].time);
  std::string time;
  append_rfc3339(time, *codec.last.documents[0].time);
  CHECK(time == "2026-01-31T08:15:30.000Z");
  CHECK(codec.encode(meter_json) == to_hex(from_hex(meter_frame)));
  const std::string frame = from_hex(meter_frame);
  codec.decode_bytes(frame);
  CHECK(to_hex(codec.codec->raw_field(0)) == "123456789012");
}

TEST_CASE("what is no such frame is refused, with its reason") {
  BinaryCodec codec(meter);
  CHECK(codec.decode("81 123456789012 08fc e2400001 80 697dba") == "! too_short");
  CHECK(codec.decode("81 123456789012 0bb9 e2400001 80 697dba22") == "! out_of_range");
  CHECK(codec.decode("81 1234567890c2 08fc e2400001 80 697dba22") == "! bad_digit");
}
