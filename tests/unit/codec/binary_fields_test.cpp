#include "support/catch.hpp"
#include "unit/codec/binary_support.hpp"

using namespace fieldgate;
using namespace fieldgate::codec;

namespace {

/// The value of one field `v`, and back.
std::string value(const std::string& field, std::string_view hex, const std::string& options = "") {
  BinaryCodec codec(options + "fields: [ { name: v, " + field + " } ]");
  const std::string json = codec.decode(hex);
  if (json.starts_with("!")) return json;
  const std::string again = codec.encode(json);
  CAPTURE(field, json);
  CHECK(again == to_hex(from_hex(hex)));
  return json.substr(5, json.size() - 6);
}

/// The same where the way back loses nothing that counts, but not to the byte.
std::string decoded(const std::string& field, std::string_view hex, const std::string& options = "") {
  BinaryCodec codec(options + "fields: [ { name: v, " + field + " } ]");
  const std::string json = codec.decode(hex);
  return json.starts_with("!") ? json : json.substr(5, json.size() - 6);
}

}  // namespace

TEST_CASE("integers have any width, and either end first") {
  CHECK(value("type: uint8", "ff") == "255");
  CHECK(value("type: int8", "ff") == "-1");
  CHECK(value("type: uint24", "010203") == "66051");
  CHECK(value("type: uint24, endian: little", "010203") == "197121");
  CHECK(value("type: int48", "ffffffffffff") == "-1");
  CHECK(value("type: uint, bytes: 5", "0100000000") == "4294967296");
  CHECK(value("type: int16", "fffe", "endian: little\n") == "-257");
  CHECK(value("type: uint64", "ffffffffffffffff") == "18446744073709551615");
  CHECK(value("type: int64", "8000000000000000") == "-9223372036854775808");
  CHECK(value("type: sign_magnitude, bytes: 2", "8005") == "-5");
}

TEST_CASE("bytes stand in the order that the letters say") {
  CHECK(value("type: uint32, byte_order: ABCD", "01020304") == "16909060");
  CHECK(value("type: uint32, byte_order: DCBA", "04030201") == "16909060");
  CHECK(value("type: uint32, byte_order: CDAB", "03040102") == "16909060");
  CHECK(value("type: uint32, byte_order: BADC", "02010403") == "16909060");
  CHECK(value("type: uint64, byte_order: CDAB", "0708050603040102") == "72623859790382856");
  CHECK(value("type: float32, byte_order: CDAB", "00003fc0") == "1.5");
}

TEST_CASE("floats are written as short as they are") {
  CHECK(value("type: float32", "3dcccccd") == "0.1");
  CHECK(value("type: float64", "3fb999999999999a") == "0.1");
  CHECK(value("type: float16", "3c01") == "1.0009766");
  CHECK(value("type: float16", "0001") == "5.9604645e-08");
  CHECK(decoded("type: float32", "7fc00000") == "null");
  CHECK(value("type: float32, scale: 10", "3dcccccd") == "1");
}

TEST_CASE("bits are taken from the most significant, or from the least") {
  BinaryCodec msb(
      "fields: [ { name: a, type: bits, bits: 3 }, { name: b, type: bits, bits: 10 }, { name: c, type: bits, bits: 3, "
      "signed: true } ]");
  CHECK(msb.decode("a5c7") == R"({"a":5,"b":184,"c":-1})");
  CHECK(msb.encode(R"({"a":5,"b":184,"c":-1})") == "a5c7");
  BinaryCodec lsb(
      "bit_order: lsb\nfields: [ { name: a, type: bits, bits: 3 }, { name: b, type: bits, bits: 10 }, { name: c, type: "
      "bits, bits: 3 } ]");
  CHECK(lsb.decode("a5c7") == R"({"a":5,"b":244,"c":6})");
  CHECK(lsb.encode(R"({"a":5,"b":244,"c":6})") == "a5c7");
  CHECK(decoded("type: bool", "02") == "true");
  CHECK(value("type: bool", "01") == "true");
  BinaryCodec flags(
      "fields: [ { name: on, type: bool, bits: 1 }, { type: skip, bits: 6 }, { name: off, type: bool, bits: 1 } ]");
  CHECK(flags.decode("80") == R"({"on":true,"off":false})");
}

TEST_CASE("BCD is text with its zeros, or a number") {
  CHECK(value("type: bcd, bytes: 3", "001234") == "\"001234\"");
  CHECK(value("type: bcd, bytes: 3, endian: little", "341200") == "\"001234\"");
  CHECK(value("type: bcd, bytes: 2, nibbles: low_first", "2143") == "\"1234\"");
  CHECK(value("type: bcd, bytes: 2, number: true", "1234") == "1234");
  CHECK(value("type: bcd, bytes: 4, endian: little, scale: 0.01", "26000000") == "0.26");
  CHECK(value("type: bcd, bytes: 2, signed: true, scale: 0.1", "8123") == "-12.3");
  CHECK(value("type: bcd, bytes: 2", "ffff") == "null");
  CHECK(decoded("type: bcd, bytes: 2", "123f") == "\"123\"");
  CHECK(value("type: bcd, bytes: 1", "1a") == "! bad_digit");
}

TEST_CASE("text has a size, a length in front, an end, or the rest") {
  CHECK(value("type: string, bytes: 5", "6162630000") == "\"abc\"");
  CHECK(value("type: string, bytes: 5, pad: 0x20", "6162632020") == "\"abc\"");
  CHECK(value("type: string, length: uint8", "03616263") == "\"abc\"");
  CHECK(value("type: string, length: uint16, endian: little", "0300616263") == "\"abc\"");
  CHECK(value("type: string, terminator: 0x00", "61626300") == "\"abc\"");
  CHECK(value("type: string", "616263") == "\"abc\"");
  CHECK(decoded("type: string, trim: true", "20610a20") == "\"a\"");
  CHECK(value("type: string, terminator: 0x00", "616263") == "! unterminated");
  CHECK(value("type: string, encoding: gbk", "d4c142313233") ==
        "\"\xE7\xB2\xA4"
        "B123\"");
  CHECK(value("type: string, encoding: latin1", "e9") == "\"\xC3\xA9\"");
  CHECK(value("type: string, encoding: utf16", "00e900610000", "").size() > 4);
  CHECK(value("type: string, encoding: utf16le", "3dd800de") == "\"\xF0\x9F\x98\x80\"");
  CHECK(decoded("type: string, encoding: ascii", "61ff") == "\"a\xEF\xBF\xBD\"");
  CHECK(decoded("type: string, number: true, scale: 0.1", "3235") == "2.5");
  CHECK(decoded("type: string, number: true", "2e35") == "0.5");
  CHECK(value("type: string, bytes: 6, format: \"%y%m%d\", timezone: \"+08:00\"", "323630313331") ==
        "\"2026-01-30T16:00:00.000Z\"");
}

TEST_CASE("bytes are hex or base64") {
  CHECK(value("type: bytes, bytes: 2", "0aff") == "\"0aff\"");
  CHECK(value("type: hex", "0aff") == "\"0aff\"");
  CHECK(value("type: bytes, encoding: base64", "616263ff") == "\"YWJj/w==\"");
  CHECK(value("type: mac", "0123456789ab") == "\"01:23:45:67:89:ab\"");
  CHECK(value("type: ip", "7f000001") == "\"127.0.0.1\"");
  CHECK(value("type: ip, bytes: 16", "00000000000000000000000000000001") == "\"::1\"");
  CHECK(value("type: imei", "0868123456789012") == "\"868123456789012\"");
}

TEST_CASE("times are read in their zone") {
  CHECK(value("type: bcd_time, timezone: \"+08:00\"", "260131081530") == "\"2026-01-31T00:15:30.000Z\"");
  CHECK(value("type: byte_time", "1a011f080f1e") == "\"2026-01-31T08:15:30.000Z\"");
  CHECK(value("type: byte_time, format: yyyyMMddHHmmss", "07ea011f080f1e") == "\"2026-01-31T08:15:30.000Z\"");
  CHECK(value("type: bcd_time, format: ssmmHHddMMyy", "301508310126") == "\"2026-01-31T08:15:30.000Z\"");
  CHECK(value("type: unix_ms", "0000019c12ee8e50") == "1769844149840");
  CHECK(value("type: unix_s, format: rfc3339", "697dba22") == "\"2026-01-31T08:15:30.000Z\"");
  CHECK(value("type: cp56time2a", "3075 0f 08 df 01 1a") == "\"2026-01-31T08:15:30.000Z\"");
  CHECK(value("type: gps_time", "0966 1f0d1030") == "\"2026-02-21T00:42:11.808Z\"");
  CHECK(value("type: bcd_time", "261331081530") == "! bad_time");
  CHECK(decoded("type: bcd_time", "000000000000") == "null");
}

TEST_CASE("coordinates are degrees") {
  CHECK(value("type: bcd, bytes: 4, scale: 0.0001, format: ddmm", "22327596") == "22.54599333");
  CHECK(decoded("type: string, bytes: 9, format: ddmm, negative: \"1 == 1\"", "323233322e37353936") == "-22.54599333");
  BinaryCodec codec(R"(fields:
  - { name: _flags, type: uint8, at: 4 }
  - { name: lat, type: uint32, scale: 1/1800000, negative: "_flags & 4 == 0" }
  - { name: flags, type: uint8 })");
  CHECK(codec.decode("026b3f3e00").substr(0, 30) == R"({"lat":-22.546096666666667,"fl)");
  CHECK(codec.encode(R"({"lat":-22.546096666666667,"flags":0})") == "026b3f3e00");
}

TEST_CASE("constants are verified, and what is missing is null") {
  BinaryCodec codec(
      "fields: [ { type: const, hex: \"01 05\" }, { name: t, type: int16, missing: 0x8000, scale: 0.1 } ]");
  CHECK(codec.decode("0105 8000") == R"({"t":null})");
  CHECK(codec.decode("0105 00ff") == R"({"t":25.5})");
  CHECK(codec.decode("0106 00ff") == "! const");
  CHECK(codec.encode(R"({"t":null})") == "01058000");
  CHECK(codec.encode(R"({"t":-0.3})") == "0105fffd");
  CHECK(codec.encode(R"({})") == "! 't' is missing");
  CHECK(codec.encode(R"({"t":4000})") == "! 't' does not fit: its number 40000 is outside of -32768 to 32767");
  CHECK(codec.encode("[]") == "! what is to be encoded is no JSON object");
}
