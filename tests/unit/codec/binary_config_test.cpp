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

}  // namespace

TEST_CASE("what is wrong with a field is told at its place") {
  CHECK(told("fields: [ { name: a, type: unit16 } ]", "no type of a field is called 'unit16', did you mean 'uint16'?"));
  CHECK(told("fields: [ { name: a, type: u16 } ]", "did you mean 'uint16'?"));
  CHECK(told("fields: [ { name: a } ]", "a field needs a 'type', or 'fields', 'switch', 'codec' or 'value'"));
  CHECK(told("fields: [ { name: a, type: uint8, lenght: 3 } ]", "unknown key 'lenght', did you mean 'length'?"));
  CHECK(told("fields: [ { name: a, type: uint16, byte_order: ABC } ]",
             "expected the letters AB in the order of the wire"));
  CHECK(told("fields: [ { name: a, type: uint } ]", "needs its 'bytes'"));
  CHECK(told("fields: [ { name: a, type: uint16, bytes: 3 } ]", "another width is 'type: uint, bytes: 3'"));
  CHECK(told("fields: [ { name: a, type: bits } ]", "needs 'bits'"));
  CHECK(told("fields: [ { name: a, type: uint8, encoding: gbk } ]",
             "'encoding' says nothing about a field of type uint8"));
  CHECK(told("fields: [ { name: a, type: bcd } ]", "bcd needs its 'bytes'"));
  CHECK(told("fields: [ { type: const } ]", "a const needs its bytes"));
  CHECK(told("fields: [ { name: a, type: uint8, time: true } ]", "only a field that is a time"));
  CHECK(told("fields: [ { name: a, type: bcd_time, format: YYMMDD } ]", "like yyMMddHHmmss"));
  CHECK(told("fields: [ { name: a, type: bcd_time, timezone: Berlin } ]", "like \"+08:00\", not 'Berlin'"));
  CHECK(told("{}", "a binary codec needs its fields"));
}

TEST_CASE("names that no field in front has are told") {
  CHECK(told("fields: [ { name: count, type: uint8 }, { name: v, type: uint8, repeat: { count: coutn } } ]",
             "no field in front of it is called 'coutn', did you mean 'count'?"));
  CHECK(told("fields: [ { name: v, type: uint8, repeat: { count: n } }, { name: n, type: uint8 } ]",
             "no field in front of it is called 'n'"));
  CHECK(told("fields: [ { name: v, type: uint8 }, { name: w, type: uint8, if: \"v ==\" } ]", "at the end"));
  CHECK(told("fields: [ { name: k, type: uint8 }, { switch: k } ]", "a switch needs its cases"));
  CHECK(told("fields: [ { name: v, type: uint8, repeat: { max: 3 } } ]", "needs 'count' or 'until'"));
  CHECK(told("split: record\nfields: [ { name: records, repeat: eos, fields: [ { name: v, type: uint8 } ] } ]",
             "no repeated field is called 'record', did you mean 'records'?"));
}

TEST_CASE("bits fill whole bytes before a byte") {
  CHECK(told("fields: [ { name: a, type: bits, bits: 3 }, { name: b, type: uint8 } ]",
             "put { type: skip, bits: 5 } before it"));
  CHECK(BinaryCodec(
            "fields: [ { name: a, type: bits, bits: 3 }, { name: b, type: bits, bits: 5 }, { name: c, type: uint8 } ]")
            .problem == "");
}

TEST_CASE("two codecs of the same fields are equal") {
  const BinaryCodec a("fields: [ { name: v, type: uint8 } ]");
  CHECK(a.config == BinaryCodec("fields:\n  - name: v\n    type: uint8").config);
  CHECK_FALSE(a.config == BinaryCodec("fields: [ { name: v, type: uint16 } ]").config);
  CHECK_FALSE(a.config == BinaryCodec("endian: little\nfields: [ { name: v, type: uint8 } ]").config);
}

TEST_CASE("a binary codec can be described") {
  config::Problems problems;
  config::Reader reader(problems);
  const auto options = config::describe(reader, [](config::Section& section) { Binary::Config::read(section); });
  bool found = false;
  for (const auto& option : options)
    if (option.name == "fields")
      for (const auto& inner : option.options) found = found || inner.name == "byte_order";
  CHECK(found);
}

TEST_CASE("the arguments of a command are its named fields") {
  const BinaryCodec codec(
      "fields: [ { type: const, hex: \"01 05 0000\" }, { name: state, type: uint16, enum: { 0: open, 0xff00: closed } "
      "} ]");
  const auto arguments = codec.config.layout.arguments();
  REQUIRE(arguments.size() == 1);
  CHECK(arguments[0].name == "state");
  CHECK(arguments[0].range == "open, closed");
  std::string out;
  CHECK(codec.config.layout.encode(R"({"state":"closed"})", nullptr, out));
  CHECK(to_hex(out) == "01050000ff00");
  const auto wrong = codec.config.layout.encode(R"({"state":"shut"})", nullptr, out);
  CHECK(wrong.error().text == "'state' must be one of open, closed, not 'shut'");
}

TEST_CASE("a template fills what goes out") {
  const BinaryCodec reply("fields: [ { type: uint32, value: \"{{ data.count }}\" }, { type: uint8, value: 7 } ]");
  REQUIRE(reply.problem == "");
  Layout layout = reply.config.layout;
  expression::Paths paths;
  layout.bind({}, paths);
  const Value picked[] = {{"5", Value::Kind::number}};
  Message message;
  message.document.picked = picked;
  std::string out;
  REQUIRE(layout.encode("{}", &message, out));
  CHECK(to_hex(out) == "0000000507");
}
