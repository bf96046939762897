// A codec as a field of another; parts of a frame that may be broken; names made of values.
#include <fmt/format.h>

#include "support/catch.hpp"
#include "unit/codec/binary_support.hpp"

using namespace fieldgate;
using namespace fieldgate::codec;

TEST_CASE("the document of another codec is a member") {
  BinaryCodec codec(R"(fields:
  - { name: n, type: uint8 }
  - { name: lpp, length: uint8, codec: { type: cayenne_lpp } }
  - { name: z, type: uint8 })",
                    {{"lpp", "temperature_3"}, {"z"}});
  REQUIRE(codec.problem == "");
  CHECK(codec.decode("07 04 03670110 09") == R"({"n":7,"lpp":{"temperature_3":27.2},"z":9})");
  CHECK(codec.last.documents[0].picked == std::vector<std::string>{"27.2", "9"});
  CHECK(codec.encode(R"({"n":7,"lpp":{"temperature_3":27.2},"z":9})") == "07040367011009");
}

TEST_CASE("JSON and fields stand within fields") {
  BinaryCodec json("fields: [ { name: size, type: uint8 }, { name: body, bytes: size, codec: { type: json } } ]");
  REQUIRE(json.problem == "");
  CHECK(json.decode("07 7b2261223a317d") == R"({"size":7,"body":{"a":1}})");
  CHECK(json.decode("09 7b2261223a0a20317d").find("\n") == std::string::npos);
  CHECK(json.encode(R"({"body":{"a":1}})") == "077b2261223a317d");
  BinaryCodec inner(
      "fields: [ { name: body, codec: { type: binary, endian: little, fields: [ { name: v, type: uint16 } "
      "] } } ]");
  CHECK(inner.decode("0102") == R"({"body":{"v":513}})");
  CHECK(inner.encode(R"({"body":{"v":513}})") == "0102");
}

TEST_CASE("several documents of a codec within are a list, and none is null") {
  BinaryCodec codec(
      "fields: [ { name: body, codec: { type: binary, split: r, fields: [ { name: r, repeat: eos, fields: [ { name: v, "
      "type: uint8 } ] } ] } } ]");
  CHECK(codec.decode("0102") == R"({"body":[{"v":1},{"v":2}]})");
  CHECK(codec.decode("01") == R"({"body":{"v":1}})");
}

TEST_CASE("what fails within fails the frame, at its place") {
  BinaryCodec codec(
      "fields: [ { name: n, type: uint8 }, { name: body, length: uint8, codec: { type: binary, fields: [ { name: a, "
      "type: uint8 }, { type: const, hex: \"ff\" } ] } } ]");
  const std::string frame = from_hex("01 02 0a fe");
  Collected out;
  const auto failure = codec.codec->decode(frame, out);
  REQUIRE(failure);
  CHECK(failure->reason == "const");
  CHECK(failure->offset == 3);
  CHECK(out.documents.empty());
  CHECK(codec.encode(R"({"n":1,"body":{"b":10}})") == "! 'body' 'a' is missing");
  BinaryCodec json("fields: [ { name: body, length: uint8, codec: { type: json } } ]");
  CHECK(json.decode("03 7b2261").starts_with("! "));
  BinaryCodec unknown("fields: [ { name: body, codec: { type: jsn } } ]");
  CHECK(unknown.problem.find("jsn") != std::string::npos);
}

TEST_CASE("an empty case is known, and left out") {
  BinaryCodec codec("fields: [ { type: tlv, length: uint8, cases: { 1: [], 2: { name: a, type: uint8 } } } ]");
  CHECK(codec.decode("01 02 aabb 02 01 07 03 01 05") == R"({"a":7,"0x03":"05"})");
  BinaryCodec choice(
      "fields: [ { name: k, type: uint8 }, { switch: k, cases: { 1: [] }, default: [ { name: rest, type: bytes } ] } "
      "]");
  CHECK(choice.decode("01 aa") == R"({"k":1})");
  CHECK(choice.decode("02 aa") == R"({"k":2,"rest":"aa"})");
}

TEST_CASE("a lenient tlv keeps what fits, and goes on behind what does not") {
  const std::string tlv =
      "fields: [ {{ name: lat, type: uint8 }}, {{ type: tlv, length: uint8, {} cases: {{ 1: [ {{ name: a, type: uint8 "
      "}}, {{ name: b, type: uint16 }} ], 2: {{ name: c, fields: [ {{ name: d, type: uint8 }}, {{ name: e, type: "
      "uint16 }} ] }}, 3: {{ name: a, type: uint8 }} }} }} ]";
  BinaryCodec strict(fmt::format(fmt::runtime(tlv), ""));
  CHECK(strict.decode("05 01 02 07aa 03 01 09") == "! too_short");
  BinaryCodec lenient(fmt::format(fmt::runtime(tlv), "lenient: true,"), {{"a"}});
  REQUIRE(lenient.problem == "");
  CHECK(lenient.decode("05 01 03 070102") == R"({"lat":5,"a":7,"b":258})");
  CHECK(lenient.decode("05 01 02 07aa 02 03 010203") == R"({"lat":5,"a":7,"0x01":"aa","c":{"d":1,"e":515}})");
  CHECK(lenient.decode("05 02 02 0102 03 01 09") == R"({"lat":5,"0x02":"0102","a":9})");
  CHECK(lenient.decode("05 03 01 08 03 00 03 01 09") == R"({"lat":5,"0x03":"","a":9})");
  CHECK(lenient.decode("05 03 01 08 03 00") == R"({"lat":5,"a":8,"0x03":""})");
  CHECK(lenient.last.documents[0].picked == std::vector<std::string>{"8"});
  CHECK(lenient.decode("05 03 01 08 03 07 01") == R"({"lat":5,"a":8})");
}

TEST_CASE("a lenient part is left where its fields do not fit") {
  BinaryCodec codec(R"(fields:
  - { name: n, type: uint8 }
  - { name: p, size: n, lenient: true, fields: [ { name: a, type: uint8 }, { name: b, type: uint16 } ] }
  - { name: z, type: uint8, if: _left })");
  CHECK(codec.decode("03 010203 ff") == R"({"n":3,"p":{"a":1,"b":515},"z":255})");
  CHECK(codec.decode("02 0102 ff") == R"({"n":2,"p":{"a":1},"z":255})");
  CHECK(codec.decode("09 01") == R"({"n":9,"p":{"a":1}})");
  BinaryCodec choice(
      "fields: [ { name: k, type: uint8 }, { length: uint8, lenient: true, switch: k, cases: { 1: [ { name: a, type: "
      "uint8 }, { name: b, type: uint16 } ] } }, { name: z, type: uint8 } ]");
  CHECK(choice.decode("01 02 0506 07") == R"({"k":1,"a":5,"z":7})");
}

TEST_CASE("a lenient repeat ends with the last item that is whole") {
  BinaryCodec codec(
      "fields: [ { name: v, repeat: eos, lenient: true, fields: [ { name: a, type: uint8 }, { name: b, type: uint8 } ] "
      "} "
      "]");
  CHECK(codec.decode("0102 0304 05") == R"({"v":[{"a":1,"b":2},{"a":3,"b":4}]})");
  CHECK(codec.decode("01") == R"({"v":[]})");
}

TEST_CASE("leniency does not lift the bound of a document") {
  BinaryCodec codec(
      "fields: [ { name: n, type: uint16 }, { name: v, repeat: n, lenient: true, fields: [ { name: x, type: uint16, "
      "at: "
      "0 } ] } ]");
  CHECK(codec.decode("ffff") == "! too_large");
}

TEST_CASE("a name is made of a field") {
  BinaryCodec codec(R"(fields:
  - name: _n
    type: uint8
  - repeat: _n
    fields:
      - { name: _id, type: uint8 }
      - switch: _id
        cases:
          1: { name: speed, type: uint8 }
        default: { name: "io_{{ _id }}", type: uint16, scale: 0.1 })",
                    {{"io_21"}, {"speed"}});
  REQUIRE(codec.problem == "");
  CHECK(codec.decode("03 15 0005 01 07 20 0001") == R"({"io_21":0.5,"speed":7,"io_32":0.1})");
  CHECK(codec.last.documents[0].picked == std::vector<std::string>{"0.5", "7"});
  BinaryCodec tags(
      "fields: [ { type: tlv, length: uint8, cases: { 1: { name: a, type: uint8 } }, default: { name: \"p{{ _tag "
      "}}_raw\", type: hex } } ]");
  CHECK(tags.decode("05 02 aabb 01 01 07") == R"({"p5_raw":"aabb","a":7})");
  BinaryCodec word("fields: [ { name: k, type: string, bytes: 3 }, { name: \"{{ k }}\", type: uint8 } ]");
  CHECK(word.decode("612261 07") == R"({"k":"a\"a","a\"a":7})");
  CHECK(word.encode(R"({"k":"abc","abc":7})") == "61626307");
  CHECK(word.encode(R"({"k":"abc"})") == "! '{{ k }}' is missing, as 'abc'");
}

TEST_CASE("a transform is done to each item of a repeat") {
  BinaryCodec codec(
      "fields: [ { name: n, type: uint8 }, { name: codes, type: hex, bytes: 2, transform: reverse, repeat: "
      "n }, { name: z, type: uint8 } ]");
  CHECK(codec.decode("02 0102 0304 05") == R"({"n":2,"codes":["0201","0403"],"z":5})");
  CHECK(codec.encode(R"({"codes":["0201","0403"],"z":5})") == "020102030405");
  BinaryCodec until("fields: [ { name: v, type: uint8, transform: { xor: 0xff }, repeat: { until: \"_ == 0\" } } ]");
  CHECK(until.decode("fefdff") == R"({"v":[1,2,0]})");
}

TEST_CASE("empty items cost no more than the document's bound") {
  BinaryCodec empty(
      "fields: [ { name: n, type: uint16 }, { name: v, repeat: n, fields: [ { name: s, type: string, bytes: 0 } ] } ]");
  CHECK(empty.decode("ffff") == "! too_large");
  BinaryCodec hidden(
      "fields: [ { name: n, type: uint32 }, { repeat: n, fields: [ { name: _x, type: uint8, at: 0 } ] } ]");
  CHECK(hidden.decode("ffffffff") == "! too_many");
  BinaryCodec nested(
      "fields: [ { name: n, type: uint16 }, { repeat: n, fields: [ { repeat: n, fields: [ { name: _x, type: uint8, at: "
      "0 "
      "} ] } ] } ]");
  CHECK(nested.decode("ffff") == "! too_many");
}
