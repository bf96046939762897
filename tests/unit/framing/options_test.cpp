// What an operator may write under `framing`, and is told when it is wrong.
#include "support/catch.hpp"
#include "unit/framing/from_yaml.hpp"

using namespace fieldgate;
using namespace fieldgate::framing;

namespace {

using Read = FromYaml;

bool holds(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("framers are read with their defaults") {
  const Read line("{ type: line }");
  CHECK(line.problem == "");
  REQUIRE(line.factory.config<Line>());
  CHECK(*line.factory.config<Line>() == Line::Config{65536, false});
  const Read field("{ type: length_field, length_size: 2 }");
  CHECK(field.problem == "");
  CHECK(*field.factory.config<LengthField>() == LengthField::Config{});
  CHECK(Read("{ type: netstring, max_length: 1KiB }").factory.config<Netstring>()->common.max_length == 1024);
  CHECK(Read("{ type: datagram }").problem == "");
  CHECK(Read("{ type: fixed, length: 23 }").factory.config<Fixed>()->length == 23);
}

TEST_CASE("the meter of the reference is read") {
  const Read read(
      "{ type: length_field, length_offset: 1, length_size: 2, length_adjust: 2, max_length: 4KiB, payload: [3, -2], "
      "endian: little }");
  CHECK(read.problem == "");
  const LengthField::Config& config = *read.factory.config<LengthField>();
  CHECK(config.length_offset == 1);
  CHECK(config.endian == LengthFieldShape::Endian::little);
  CHECK(config.length_adjust == 2);
  CHECK(config.common.payload == Range(3, -2));
  CHECK(config.common.max_length == 4096);
}

TEST_CASE("delimiters are bytes, one or a list") {
  CHECK(Read(R"({ type: delimiter, delimiters: ["\r\n", "0x3b00"] })").factory.config<Delimiter>()->delimiters.list() ==
        std::vector<std::string>{"\r\n", std::string(";\0", 2)});
  const Read one(R"({ type: delimiter, delimiters: "##", strip: false, skip_empty: true })");
  REQUIRE(one.factory.config<Delimiter>());
  CHECK_FALSE(one.factory.config<Delimiter>()->strip);
  CHECK(one.factory == Read(R"({ type: delimiter, delimiters: ["##"], strip: false, skip_empty: true })").factory);
  CHECK(holds(Read("{ type: delimiter }").problem, "'delimiters' is required"));
  CHECK(holds(Read("{ type: delimiter, delimiters: [] }").problem, "at least one is needed"));
  CHECK(holds(Read("{ type: delimiter, delimiters: [''] }").problem, "one of them is empty"));
}

TEST_CASE("options that cannot be are told") {
  CHECK(holds(Read("{ type: length_field, lenght_size: 2, length_size: 2 }").problem, "did you mean 'length_size'?"));
  CHECK(holds(Read("{ type: length_field }").problem, "'length_size' is required"));
  CHECK(Read("{ type: length_field, length_size: 9 }").problem != "");
  CHECK(Read("{ type: length_field, length_size: 0 }").problem != "");
  CHECK(holds(Read("{ type: length_field, length_offset: 100, length_size: 4, max_length: 64B }").problem,
              "beyond max_length"));
  CHECK(holds(Read("{ type: fixed, length: 100, max_length: 64B }").problem, "more than max_length"));
  CHECK(Read("{ type: fixed, length: 0 }").problem != "");
  CHECK(Read("{ type: line, max_length: 0B }").problem != "");
  CHECK(holds(Read("{ type: lines }").problem, "did you mean 'line'?"));
}

TEST_CASE("a preset is its type with options, and the operator's own replace them") {
  const Read slip("{ type: slip, max_length: 1KiB }");
  CHECK(slip.problem == "");
  REQUIRE(slip.factory.config<Delimiter>());
  CHECK(slip.factory.config<Delimiter>()->common.max_length == 1024);
  CHECK(slip.factory.config<Delimiter>()->skip_empty);
  CHECK(Read("{ type: int16, endian: little }").factory.config<LengthField>()->endian ==
        LengthFieldShape::Endian::little);
  CHECK(holds(Read("{ type: slip, max_lenght: 1KiB }").problem, "did you mean 'max_length'?"));
}

TEST_CASE("every preset can be read, and described") {
  for (const auto& type : types().types()) {
    CAPTURE(type.name);
    const bool preset = type.name == "line" || type.name == "cobs" || type.name == "varint" || type.name == "jt808" ||
                        type.name == "gt06" || type.name == "mbus" || type.name == "dsmr_p1";
    if (preset) CHECK(Read("{ type: " + std::string(type.name) + " }").problem == "");
    config::Problems problems;
    config::Reader reader(problems);
    reader.provide(types());
    const auto options = config::describe(reader, [&](config::Section& section) { type.read(section); });
    CHECK_FALSE(options.empty());
  }
}

TEST_CASE("a checksum is an algorithm by its name, or by its parameters") {
  const std::string begin = "{ type: length_field, length_size: 1, checksum: { algorithm: ";
  CHECK(Read(begin + "crc16_modbus } }").problem == "");
  CHECK(Read(begin + "crc16_modbus } }").factory == Read(begin + "CRC-16/MODBUS } }").factory);
  CHECK(Read(begin + "{ width: 16, poly: 0x8005, init: 0xffff, refin: true } } }").factory ==
        Read(begin + "crc16_modbus } }").factory);
  CHECK(holds(Read(begin + "crc16_modbsu } }").problem, "did you mean 'crc16_modbus'?"));
  CHECK(holds(Read(begin + "{ width: 8, poly: 0x131 } } }").problem, "more than 8 bits"));
  CHECK(holds(Read("{ type: length_field, length_size: 1, checksum: { at: -2 } }").problem, "'algorithm' is required"));
  CHECK(holds(Read("{ type: fixed, length: 3, checksum: { width: 16, poly: 0x1021 } }").problem,
              "the parameters of a CRC stand in a map: algorithm: {"));
}

TEST_CASE("the options of a switch are its cases'") {
  const std::string cases = "cases: [ { match: { bytes: 0x01 }, framing: { type: fixed, length: 100 } } ]";
  CHECK(Read("{ type: switch, " + cases + " }").problem == "");
  CHECK(holds(Read("{ type: switch, max_length: 10B, " + cases + " }").problem, "more than max_length"));
  CHECK(holds(Read("{ type: switch }").problem, "'cases' is required"));
  CHECK(holds(Read("{ type: switch, cases: [ { match: { bytes: 0x01 } } ] }").problem, "'framing' is required"));
  CHECK(holds(Read("{ type: switch, cases: [ { match: { byte: 0x01 }, framing: discard } ] }").problem,
              "did you mean 'bytes'?"));
}

TEST_CASE("a checksum that is not verified is filled in all the same") {
  const Read read("{ type: fixed, length: 3, checksum: { algorithm: xor, verify: false } }");
  CHECK(read.problem == "");
  const auto framer = read.factory.make();
  CHECK(framer->next("abx").kind == Cut::Kind::frame);
  std::string out;
  REQUIRE(framer->wrap("ab", out));
  CHECK(out == "ab\x03");
}

TEST_CASE("a range that holds nothing of any frame is told") {
  for (const char* range : {"[3, 3]", "[3, 2]", "[-2, -2]", "[-1, -2]", "[-4, 0]", "[0, 0]"}) {
    CAPTURE(range);
    CHECK(holds(Read("{ type: fixed, length: 9, payload: " + std::string(range) + " }").problem, "is empty"));
  }
  for (const char* range : {"[3, -2]", "[-4, 3]", "[0, 1]", "[-2, -1]"}) {
    CAPTURE(range);
    CHECK(Read("{ type: fixed, length: 9, payload: " + std::string(range) + " }").problem == "");
  }
}

TEST_CASE("a checksum over its own bytes is told, as it never holds") {
  const auto problem = [](const std::string& sum) {
    return Read("{ type: fixed, length: 9, checksum: { algorithm: crc16_modbus, " + sum + " } }").problem;
  };
  for (const char* sum : {"over: [1, -1], at: -2", "over: [1, -1]", "over: [0, -1], at: 3", "over: [2, 9], at: 3"}) {
    CAPTURE(sum);
    CHECK(holds(problem(sum), "includes the checksum's own bytes"));
  }
  CHECK(holds(problem("over: [1, -1], at: -2"), "let it end at -2"));
  for (const char* sum : {"over: [1, -2], at: -2", "over: [2, 9], at: 0", "over: [0, 3], at: 3",
                          "over: [-2, -1], at: -4", "over: [1, -1], at: -2, verify: false", "over: [0, 7], at: -2"}) {
    CAPTURE(sum);
    CHECK(problem(sum) == "");
  }
}

TEST_CASE("a framing knows how many bytes behind the payload no option says") {
  const auto unsaid = [](const std::string& options) {
    const Read read("{ " + options + " }");
    CAPTURE(options);
    REQUIRE(read.problem == "");
    return read.factory.make()->unsaid(0);
  };
  const std::string sum = "checksum: { algorithm: xor, encoding: ascii_hex, over: [1, -3], at: -2 }";
  CHECK(unsaid("type: line, start: '$', " + sum + ", payload: [1, -3]") == 1);
  CHECK(unsaid("type: line, start: '$', " + sum + ", payload: [1, -2]") == 0);
  CHECK(unsaid("type: line, payload: [0, -2]") == 2);
  CHECK(unsaid("type: line, payload: [2, 100]") == 0);
  const std::string field = "type: length_field, length_size: 1, end: 0x0d0a, ";
  CHECK(unsaid(field + "payload: [1, -2]") == 0);
  CHECK(unsaid(field + "checksum: { algorithm: crc16_x25 }, payload: [1, -4]") == 0);
  CHECK(unsaid(field + "checksum: { algorithm: crc16_x25, at: -5 }, payload: [1, -5]") == 1);
  CHECK(unsaid("type: modbus_rtu, payload: [1, -2]") == 0);
  CHECK(unsaid("type: switch, cases: [ { match: { bytes: 0x01 }, framing: discard }, { match: { bytes: 0x02 }, "
               "framing: { type: fixed, length: 9, payload: [0, -3] } } ]") == 3);
}

TEST_CASE("an escape that reads like hex is told with both spellings") {
  const Read read("{ type: delimiter, delimiters: 0xc5, escape: { map: { 0xdb02: db } } }");
  CHECK(holds(read.problem, "write 0xdb for the byte, or 0x6462"));
  CHECK(holds(Read("{ type: delimiter, delimiters: 0xc5, escape: { map: { db02: 0xdb } } }").problem, "write 0xdb02"));
  CHECK(Read("{ type: delimiter, delimiters: 0xc5, escape: { map: { 0xdb02: 0xdb, '=n': 'x' } } }").problem == "");
}

TEST_CASE("a match that asks nothing is told") {
  const auto problem = [](const std::string& match) {
    return Read("{ type: switch, cases: [ { match: " + match + ", framing: discard } ] }").problem;
  };
  CHECK(holds(problem("{}"), "asks nothing"));
  CHECK(holds(problem("{ at: 3 }"), "asks nothing"));
  CHECK(holds(problem("{ not: {} }"), "asks nothing"));
  CHECK(problem("{ first: true }") == "");
}

TEST_CASE("a line's own end has no place beside delimiters") {
  CHECK(holds(Read("{ type: line, line_end: crlf, delimiters: ';' }").problem, "no place with 'delimiters'"));
}
