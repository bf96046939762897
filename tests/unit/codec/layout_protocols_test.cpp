// Real protocols in fields alone: what other people's frames say is what they give.
#include <fmt/format.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "support/catch.hpp"
#include "unit/codec/binary_support.hpp"

using namespace fieldgate;
using namespace fieldgate::codec;
using nlohmann::ordered_json;

namespace {

ordered_json vectors(const std::string& set) {
  std::ifstream file(std::string(TEST_DATA) + "/vectors/" + set + ".json");
  REQUIRE(file);
  return ordered_json::parse(file);
}

constexpr const char* dlt645 = R"(trailing: error
fields:
  - { type: const, hex: "68" }
  - { name: address, type: bytes, bytes: 6, transform: reverse }
  - { type: const, hex: "68" }
  - { name: control, type: hex, bytes: 1 }
  - { name: _c, type: uint8, at: 8 }
  - { name: length, type: uint8 }
  - { name: data, type: hex, bytes: length, transform: { add: -0x33 } }
  - size: length
    at: 10
    transform: { add: -0x33 }
    fields:
      - { name: di, type: bytes, bytes: 4, transform: reverse, if: "length >= 4 and _c != 0x93" }
      - switch: di
        cases:
          "00010000": { name: energy, type: bcd, bytes: 4, endian: little, scale: 0.01, unit: kWh, if: _left >= 4 }
          "02010100": { name: voltage, type: bcd, bytes: 2, endian: little, scale: 0.1, unit: V, if: _left >= 2 }
  - { type: skip, bytes: 1 }
  - { type: const, hex: "16" })";

constexpr const char* gbt32960 = R"(fields:
  - { type: const, hex: "2323" }
  - { name: cmd, type: uint8 }
  - { name: ack, type: uint8 }
  - { name: vin, type: string, bytes: 17 }
  - { name: encrypt, type: uint8 }
  - { name: data_length, type: uint16 })";

std::string record(const char* event, const char* count, const char* id) {
  return std::string(R"([ { name: records, repeat: count, fields: [
        { name: at, type: unix_ms, time: true }, { name: priority, type: uint8 }, { name: lon, type: int32, scale: 1e-7 },
        { name: lat, type: int32, scale: 1e-7 }, { name: altitude, type: int16 }, { name: course, type: uint16 },
        { name: satellites, type: uint8 }, { name: speed, type: uint16 }, { name: event, type: )") +
         event + " }, " +
         (std::string(event) == "uint16" && std::string(count) == "uint8" ? "{ name: generation, type: uint8 }, "
                                                                          : "") +
         "{ name: total, type: " + count + " }" +
         [&] {
           std::string all;
           for (const int bytes : {1, 2, 4, 8})
             all += fmt::format(
                 ", {{ name: _n{0}, type: {1} }}, {{ name: io{0}, repeat: _n{0}, fields: [ {{ name: id, type: {2} }}, "
                 "{{ name: value, type: uint{3} }} ] }}",
                 bytes, count, id, 8 * bytes);
           return all;
         }() +
         (std::string(count) == "uint16" ? ", { name: _nx, type: uint16 }, { name: iox, repeat: _nx, fields: [ { name: "
                                           "id, type: uint16 }, { name: value, type: hex, length: uint16 } ] }"
                                         : "") +
         " ] } ]";
}

std::string teltonika() {
  std::string yaml = R"(trailing: error
fields:
  - { type: const, hex: "00000000" }
  - { name: _bytes, type: uint32 }
  - { name: codec, type: hex, bytes: 1 }
  - { name: _codec, type: uint8, at: 8 }
  - { name: count, type: uint8 }
  - switch: _codec
    cases:
      0x08: )" + record("uint8", "uint8", "uint8") +
                     "\n      0x8e: " + record("uint16", "uint16", "uint16") +
                     "\n      0x10: " + record("uint16", "uint8", "uint16") + R"(
      0x0c..0x0f: [ { name: kind, type: uint8 }, { name: text, type: hex, length: uint32 } ]
  - { name: again, type: uint8 }
  - { name: crc, type: uint32 })";
  return yaml;
}

}  // namespace

TEST_CASE("DL/T 645-2007 in fields") {
  BinaryCodec codec(dlt645);
  REQUIRE(codec.printed == "");
  const ordered_json set = vectors("dlt645");
  for (const ordered_json& record : set["records"]) {
    CAPTURE(record["name"].dump());
    for (const ordered_json& frame : record["frames"]) {
      const std::string json = codec.decode(frame.get<std::string>());
      CAPTURE(json);
      REQUIRE(!json.starts_with("!"));
      const ordered_json got = ordered_json::parse(json);
      const ordered_json& wanted = record["expected"];
      for (const char* name : {"address", "control", "length"}) CHECK(got[name] == wanted[name]);
      CHECK(got["data"] == wanted["data_minus_33"]);
      if (wanted.contains("di")) CHECK(got["di"] == wanted["di"]);
    }
  }
  CHECK(ordered_json::parse(codec.decode("6861010000000068910833333433593333338a16"))["energy"] == 0.26);
  CHECK(ordered_json::parse(codec.decode("686101000000006891063334343534431016"))["voltage"] == 100.1);
}

TEST_CASE("GB/T 32960's header in fields") {
  BinaryCodec codec(gbt32960);
  const ordered_json set = vectors("gbt32960");
  for (const ordered_json& record : set["records"]) {
    if (!record["expected"].is_array()) continue;
    for (std::size_t i = 0; i < record["frames"].size(); ++i)
      CHECK(ordered_json::parse(codec.decode(record["frames"][i].get<std::string>())) == record["expected"][i]);
  }
}

TEST_CASE("Teltonika's codecs in fields") {
  BinaryCodec codec(teltonika());
  REQUIRE(codec.printed == "");
  std::size_t decoded = 0;
  const ordered_json set = vectors("teltonika");
  for (const ordered_json& record : set["records"]) {
    if (!record["expected"].contains("codec")) continue;  // the login
    const std::string name = record["name"];
    CAPTURE(name);
    // Both say codec 8, but their records are of another length than its.
    const bool known = name == "traccar/traccar/56" || name == "traccar/traccar/57";
    for (const ordered_json& frame : record["frames"]) {
      const std::string hex = frame.get<std::string>();
      const std::string json = codec.decode(hex);
      CAPTURE(json);
      REQUIRE(json.starts_with("!") == known);
      if (known) continue;
      const ordered_json got = ordered_json::parse(json);
      CHECK(got["codec"] == record["expected"]["codec"]);
      CHECK(got["count"] == record["expected"]["records"]);
      CHECK(got["again"] == got["count"]);
      if (got.contains("records")) CHECK(got["records"].size() == got["count"]);
      ++decoded;
    }
  }
  CHECK(decoded == 33);
}
