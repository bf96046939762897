// What is known to be wrong before the first frame.
#include "support/catch.hpp"
#include "unit/codec/binary_support.hpp"

using namespace fieldgate;
using namespace fieldgate::codec;

namespace {

/// Whether the only problem says this.
bool told(const std::string& options, std::string_view what) {
  const BinaryCodec codec(options);
  CAPTURE(codec.printed);
  CHECK(codec.problem.find(what) != std::string::npos);
  return codec.problem.find(what) != std::string::npos;
}

std::string problem(const std::string& options) { return BinaryCodec(options).problem; }

}  // namespace

TEST_CASE("two fields of one name are told, with both places") {
  const BinaryCodec codec("fields:\n  - { name: a, type: uint8 }\n  - { name: a, type: uint16 }");
  CHECK(codec.problem.find("two fields are called 'a': the other one stands at ") != std::string::npos);
  CHECK(codec.problem.find(":3:15") != std::string::npos);
  CHECK(codec.printed.find(":4:15: error") != std::string::npos);
  CHECK(told("fields: [ { name: g, fields: [ { name: a, type: uint8 } ] }, { name: g, type: uint8 } ]", "called 'g'"));
  CHECK(told("fields: [ { name: g, fields: [ { name: a, type: uint8 }, { name: a, type: uint8 } ] } ]", "called 'a'"));
  CHECK(told("fields: [ { name: a, type: uint8 }, { fields: [ { name: a, type: uint8 } ] } ]", "called 'a'"));
  CHECK(
      told("fields: [ { name: k, type: uint8 }, { switch: k, cases: { 1: [ { name: a, type: uint8 }, { name: a, type: "
           "uint8 } ] } } ]",
           "called 'a'"));
  CHECK(told("trailing: rest\nfields: [ { name: rest, type: uint8 } ]", "a field is called 'rest' already"));
}

TEST_CASE("one name may stand in different cases, groups, and under conditions") {
  CHECK(problem("fields: [ { name: k, type: uint8 }, { switch: k, cases: { 1: [ { name: a, type: uint8 } ], 2: { name: "
                "a, type: uint16 } }, default: [ { name: a, type: int8 } ] } ]") == "");
  CHECK(
      problem("fields: [ { type: tlv, length: uint8, cases: { 1: { name: a, type: uint8 }, 2: { name: a, type: uint16 "
              "} } } ]") == "");
  CHECK(
      problem("fields: [ { name: k, type: uint8 }, { name: a, type: uint8, if: k == 1 }, { name: a, type: uint16, if: "
              "k != 1 } ]") == "");
  CHECK(problem("fields: [ { name: g, fields: [ { name: a, type: uint8 } ] }, { name: h, fields: [ { name: a, type: "
                "uint8 } ] }, { name: a, type: uint8 } ]") == "");
}

TEST_CASE("a codec without fields is an error") { CHECK(told("fields: []", "a binary codec needs its fields")); }

TEST_CASE("a case that no word of the enum reaches is told") {
  CHECK(
      told("fields: [ { name: k, type: uint8, enum: { 1: temperature, 2: door } }, { switch: k, cases: { temprature: [ "
           "{ name: t, type: uint8 } ] } } ]",
           "the 'enum' of 'k' has no word 'temprature', did you mean 'temperature'?"));
  CHECK(told("fields: [ { name: k, type: uint8 }, { switch: k, cases: { door: [ { name: t, type: uint8 } ] } } ]",
             "'door' can never be: 'k' is a number without an 'enum'"));
  CHECK(told("fields: [ { type: tlv, length: uint8, cases: { door: { name: t, type: uint8 } } } ]",
             "'door' is no tag: tags are numbers, like 0x01"));
  CHECK(
      problem("fields: [ { name: k, type: string, bytes: 1 }, { switch: k, cases: { a: [ { name: t, type: uint8 } ] } "
              "} ]") == "");
  CHECK(problem("fields: [ { name: k, type: uint8 }, { name: w, value: \"k & 1\", enum: { 1: odd } }, { switch: w, "
                "cases: { odd: [ { name: t, type: uint8 } ] } } ]") == "");
}

TEST_CASE("a value that its field cannot have is told") {
  CHECK(told("fields: [ { name: v, type: uint8, value: 256 } ]", "'v' does not fit"));
  CHECK(told("fields: [ { name: v, type: string, bytes: 2, value: abc } ]", "'v' has 3 bytes, more than 2"));
  CHECK(told("fields: [ { name: v, type: mac, value: abc } ]", "must be an address"));
  CHECK(told("fields: [ { type: const, value: 5 } ]", "how wide is 5? Write bytes: 1"));
  CHECK(told("fields: [ { type: const, bytes: 1, value: 256 } ]", "256 does not fit into 1 bytes"));
  CHECK(told("fields: [ { type: const, value: \"{{ data.v }}\" } ]", "a const is the same in every frame"));
  CHECK(told("fields: [ { type: const, hex: \"01\", value: 0x01 } ]", "said already by 'hex' or 'text'"));
  CHECK(told("fields: [ { type: const, hex: \"01\", bytes: 2 } ]", "the const has 1 bytes, not 2"));
}

TEST_CASE("a local time without a zone is a warning") {
  const std::string warning = "a local time without 'timezone' is taken as UTC";
  CHECK(told("fields: [ { name: t, type: bcd_time } ]", warning));
  CHECK(told("fields: [ { name: t, type: byte_time } ]", warning));
  CHECK(told("fields: [ { name: t, type: cp56time2a } ]", warning));
  CHECK(told("fields: [ { name: t, type: string, format: \"%y%m%d\" } ]", warning));
  CHECK(problem("fields: [ { name: t, type: string, format: \"%y%m%d %z\" } ]") == "");
  CHECK(problem("fields: [ { name: t, type: bcd_time, timezone: \"+08:00\" } ]") == "");
  CHECK(problem("timezone: \"+00:00\"\nfields: [ { name: t, type: bcd_time } ]") == "");
  CHECK(problem("fields: [ { timezone: \"+00:00\", fields: [ { name: t, type: bcd_time } ] } ]") == "");
  CHECK(problem("fields: [ { name: t, type: unix_s }, { name: u, type: gps_time } ]") == "");
}

TEST_CASE("options of flags, digits, epochs and leniency are checked") {
  CHECK(told("fields: [ { name: v, type: flags, enum: { 0: a } } ]", "flags need their 'bytes'"));
  CHECK(told("fields: [ { name: v, type: flags, bytes: 1 } ]", "flags need the words of their bits"));
  CHECK(told("fields: [ { name: v, type: flags, bytes: 1, enum: { 8: a } } ]", "bit 8 of 'a' is outside of 0 to 7"));
  CHECK(told("fields: [ { name: v, type: bcd, digits: 3, bytes: 2 }, { type: skip, bits: 4 } ]",
             "another option says already how long it is"));
  CHECK(told("fields: [ { name: v, type: bcd, digits: 3, endian: little }, { type: skip, bits: 4 } ]",
             "half bytes have no 'endian: little'"));
  CHECK(told("fields: [ { name: v, type: bcd, digits: 3 }, { name: w, type: uint8 } ]", "put { type: skip, bits: 4 }"));
  CHECK(told("fields: [ { name: v, type: unix_s, epoch: 2000 } ]", "expected a time like 2000-01-01T00:00:00Z"));
  CHECK(told("fields: [ { lenient: true, fields: [ { name: v, type: uint8 } ] } ]", "is said of a part"));
  CHECK(
      told("fields: [ { name: v, type: hex, transform: { add: 1, sub: 1 } } ]", "needs one of 'xor', 'add' and 'sub'"));
  CHECK(told("fields: [ { name: \"io_{{ _id }\", type: uint8 } ]", "a name has one {{ field }} in it"));
}
