#include <fmt/format.h>

#include "support/catch.hpp"
#include "unit/codec/binary_support.hpp"

using namespace fieldgate;
using namespace fieldgate::codec;

namespace {

struct Told final : Trace {
  void field(const Field& field) override {
    text += fmt::format("{}+{} {} {} {} {} {}\n", field.bit, field.bits, field.path, field.type, field.raw, field.value,
                        field.unit);
  }
  std::string text;
};

}  // namespace

TEST_CASE("each field is told with its bits, its number and its value") {
  BinaryCodec codec(R"(fields:
  - { type: const, hex: "68" }
  - { name: _k, type: uint8 }
  - { name: voltage, type: uint16, scale: 0.1, unit: V }
  - { name: relay, type: bits, bits: 1, enum: { 1: closed } }
  - { type: skip, bits: 7 }
  - { name: cells, repeat: 2, fields: [ { name: mv, type: uint8 } ] }
  - { name: raw, type: uint8, repeat: eos })");
  Told told;
  codec.codec->trace(&told);
  const std::string json = R"({"voltage":230.0,"relay":"closed","cells":[{"mv":1},{"mv":2}],"raw":[3]})";
  CHECK(codec.decode("68 05 08fc 80 01 02 03") == json);
  CHECK(told.text ==
        "0+8  const   \n"
        "8+8 _k uint8  5 \n"
        "16+16 voltage uint16 2300 230.0 V\n"
        "32+1 relay bits 1 \"closed\" \n"
        "33+7  skip   \n"
        "40+8 cells.0.mv uint8  1 \n"
        "48+8 cells.1.mv uint8  2 \n"
        "56+8 raw.0 uint8  3 \n");
  codec.codec->trace(nullptr);
  told.text.clear();
  CHECK(codec.decode("68 05 08fc 80 01 02 03") == json);
  CHECK(told.text == "");
}
