// What goes out through a framing comes in through it again.
#include <random>

#include "support/catch.hpp"
#include "unit/framing/from_yaml.hpp"

using namespace fieldgate;
using namespace fieldgate::framing;
using namespace std::string_literals;

namespace {

std::mt19937& random_source() {
  static std::mt19937 source(7);
  return source;
}
std::size_t below(std::size_t bound) { return random_source()() % bound; }
bool coin() { return below(2) == 0; }

/// Of few kinds of bytes, so that it meets the delimiters.
std::string text(std::size_t longest, std::string_view alphabet) {
  std::string made;
  for (std::size_t i = below(longest + 1); i > 0; --i) made += alphabet[below(alphabet.size())];
  return made;
}

/// What the framer makes of the frame, which must be all of the input; `followed_by` is what comes behind it.
std::string read_back(Framer& framer, const std::string& frame, const std::string& followed_by = {}) {
  const std::string stream = frame + followed_by;
  const Cut cut = framer.next(stream);
  REQUIRE(cut.kind == Cut::Kind::frame);
  REQUIRE(cut.consumed == frame.size());
  return std::string(cut.frame);
}

std::string wrapped(const Framer& framer, Bytes payload) {
  std::string out = "before";
  REQUIRE(framer.wrap(payload, out));
  REQUIRE(out.starts_with("before"));
  return out.substr(6);
}

std::string_view refusal(const Framer& framer, Bytes payload) {
  std::string out = "before";
  const auto made = framer.wrap(payload, out);
  CHECK(out == (made ? out : "before"));
  return made ? std::string_view() : made.error().reason;
}

/// Wraps the payload and reads it back where that can be; says whether it could.
bool survives(const Factory& factory, const std::string& payload, const std::string& expected) {
  const auto framer = factory.make();
  std::string out;
  if (!framer->wrap(payload, out)) {
    REQUIRE(out.empty());
    return false;
  }
  REQUIRE(read_back(*factory.make(), out) == expected);
  REQUIRE(read_back(*factory.make(), out, out) == expected);
  return true;
}

std::string number(std::size_t value) { return std::to_string(value); }

Factory read(const std::string& yaml) {
  const FromYaml read(yaml);
  CAPTURE(yaml);
  REQUIRE(read.problem == "");
  return read.factory;
}

/// `CASE` of these is some framing that gives back what it wraps.
std::string random_options() {
  static const std::string checksums[] = {"xor", "sum8", "sum16", "lrc", "crc16_modbus", "crc32", "crc8_maxim"};
  static const std::size_t sizes[] = {1, 1, 2, 1, 2, 4, 1};
  const std::size_t sum = below(7);
  const bool hex = coin();
  const std::size_t tail = sizes[sum] * (hex ? 2 : 1);
  const std::string checksum = ", checksum: { algorithm: " + checksums[sum] +
                               ", encoding: " + (hex ? "ascii_hex" : "binary") +
                               ", endian: " + (coin() ? "big" : "little") + " }";
  const std::string payload = ", payload: [" + number(3) + ", -" + number(tail) + "]";
  switch (below(8)) {
    case 0:
      return "type: length_field, start: 0x68, length_offset: 1, length_size: 2, length_adjust: " + number(tail) +
             checksum + payload;
    case 1:
      return "type: length_field, start: '$', length_offset: 1, length_size: 3, length_encoding: " +
             std::string(coin() ? "ascii_hex" : "bcd") + ", length_adjust: " + number(tail) + checksum +
             ", payload: [4, -" + number(tail) + "]";
    case 2:
      return "type: length_field, length_encoding: ascii, length_terminator: ' ', strip: header";
    case 3:
      return "type: length_field, length_encoding: varint, length_offset: 1, strip: header";
    case 4:
      return "type: length_field, start: 0xc0, length_offset: 1, length_size: 2, length_mask: 0x7ff, length_from: "
             "frame_start, escape: { byte: 0xdb, xor: 0x20 }" +
             checksum + payload;
    case 5:
      return "type: start_end, start: 0x7e, end: 0x7e, strip: true, shared_flag: true, escape: { map: { 0x7d01: 0x7d, "
             "0x7d02: 0x7e } }" +
             checksum + ", payload: [0, -" + number(tail) + "]";
    case 6:
      return "type: start_end, start: '(', end: ')', payload: [1, -" + number(sizes[sum] * 2 + 1) +
             "], checksum: { algorithm: " + checksums[sum] + ", at: -" + number(sizes[sum] * 2 + 1) +
             ", encoding: ascii_hex }, escape: { byte: '=', sub: 16 }";
    default:
      return "type: length_field, length_size: 2, length_scale: 1, round_up: 1, length_add: [ { offset: 0, size: 1, "
             "mask: 0x00 } ], length_from: length_start, payload: [2, 60000]";
  }
}

}  // namespace

TEST_CASE("a payload that goes out through a framing comes in through it again") {
  std::size_t survivors[6] = {};
  for (int round = 0; round < 2000; ++round) {
    const std::string payload = text(40, "ab;\r\n#");
    const std::string longest = ", max_length: " + number(30 + below(20)) + "B }";
    CAPTURE(payload, longest);
    std::string line = payload;
    while (line.ends_with('\r')) line.pop_back();
    survivors[0] += survives(read("{ type: line" + longest), line, line);
    survivors[1] += survives(read("{ type: netstring" + longest), payload, payload);
    survivors[2] += survives(read("{ type: fixed, length: " + number(1 + below(30)) + longest), payload, payload);
    survivors[3] += survives(read("{ type: cobs }"), payload, payload);
    survivors[4] += survives(read("{ type: slip }"), payload, payload);
    survivors[5] += survives(read("{ type: cobs, reduced: true }"), payload, payload);
  }
  for (const std::size_t count : survivors) CHECK(count > 30);
}

TEST_CASE("a payload of any bytes comes in as it went out") {
  for (int round = 0; round < 3000; ++round) {
    const std::string options = random_options();
    std::string payload;
    for (std::size_t i = below(300); i > 0; --i) payload += static_cast<char>(coin() ? below(256) : 0x7d + below(2));
    CAPTURE(options, payload);
    REQUIRE(survives(read("{ " + options + " }"), payload, payload));
  }
}

TEST_CASE("a payload that goes out through any delimiters comes in through them again") {
  std::size_t survivors = 0;
  for (int round = 0; round < 30000; ++round) {
    Delimiter::Config config;
    std::vector<std::string> delimiters;
    for (std::size_t i = 1 + below(4); i > 0; --i) {
      std::string delimiter = text(3, "ab;");
      delimiters.push_back(delimiter.empty() ? "b" : delimiter);
    }
    config.delimiters = Markers(delimiters);
    config.strip = coin();
    config.common.max_length = 10 + below(30);
    const std::string payload = text(20, "xyab;");
    CAPTURE(payload, delimiters, config.strip);
    const std::string out_of = [&] {
      std::string out;
      return Delimiter(config).wrap(payload, out) ? out : std::string();
    }();
    survivors += survives(Factory::of<Delimiter>(config), payload, config.strip ? payload : out_of);
  }
  CHECK(survivors > 3000);
}

TEST_CASE("the meter of the reference is answered as it says") {
  const auto meter = read(
      "{ type: length_field, start: 0x68, length_offset: 1, length_size: 2, length_adjust: 2, max_length: 4KiB, "
      "checksum: { algorithm: crc16_modbus, over: [0, -2], at: -2, endian: little }, payload: [3, -2] }");
  CHECK(wrapped(*meter.make(), "\x06") == "\x68\0\1\6\x9d\xd6"s);
}

TEST_CASE("Modbus gets its CRC, or its colon and LRC") {
  CHECK(wrapped(*read("{ type: modbus_rtu }").make(), "\1\3\0\x0a\0\4"s) == "\1\3\0\x0a\0\4\x64\x0b"s);
  CHECK(wrapped(*read("{ type: modbus_ascii }").make(), "\0\3\0\x7c\0\2"s) == ":0003007C00027F\r\n");
}

TEST_CASE("an answer goes out by the case that cut the frame, by a case's name, or by the first that frames") {
  const auto factory = read(
      "{ type: switch, cases: [ { match: { bytes: 'x' }, framing: discard }, { name: text, match: { bytes: '(' }, "
      "framing: { type: start_end, start: '(', end: ')', payload: [1, -1] } }, { name: binary, match: { bytes: 0x01 }, "
      "framing: { type: length_field, start: 0x01, length_offset: 1, length_size: 1, payload: [2, 99] } } ] }");
  const auto framer = factory.make();
  CHECK(wrapped(*framer, "ok") == "(ok)");
  std::string out;
  REQUIRE(framer->branch("binary"));
  CHECK(framer->wrap_as(*framer->branch("binary"), "ok", out));
  CHECK(out == "\1\2ok");
  CHECK_FALSE(framer->branch("other"));
  const std::string stream = "x\1\2ab(cd)";
  const Cut first = framer->next(stream);
  CHECK(first.frame == "ab");
  CHECK(first.branch == framer->branch("binary"));
  CHECK(framer->next(Bytes(stream).substr(first.consumed)).branch == framer->branch("text"));
}

TEST_CASE("a payload that holds a marker is refused where nothing can hide it") {
  CHECK(refusal(*read("{ type: start_end, start: '(', end: ')' }").make(), "a)b") == "marker");
  CHECK(refusal(*read("{ type: start_end, start: '(', end: ')' }").make(), "ab") == "");
  CHECK(refusal(*read("{ type: slip }").make(), "") == "delimiter");
}

TEST_CASE("a datagram goes as it is") {
  Datagram::Config config;
  config.common.max_length = 5;
  Datagram framer(config);
  CHECK(read_back(framer, wrapped(framer, "hello")) == "hello");
  CHECK(refusal(framer, "hello!") == "too_long");
}

TEST_CASE("a line gets its end, and holds no other") {
  const Line line({5, false});
  CHECK(wrapped(line, "ok") == "ok\n");
  CHECK(refusal(line, "ok\r") == "line_break");
  CHECK(wrapped(*read("{ type: line, line_end: crlf }").make(), "ok") == "ok\r\n");
  CHECK(wrapped(*read("{ type: line, line_end: crlf, fail_fast: false }").make(), "ok") == "ok\r\n");
  CHECK(wrapped(*read("{ type: line, fail_fast: false }").make(), "ok") == "ok\n");
  CHECK(refusal(*read("{ type: line, fail_fast: false }").make(), "ok\r") == "delimiter");
  CHECK(wrapped(line, "") == "\n");
  CHECK(refusal(line, "a\nb") == "line_break");
  CHECK(refusal(line, "123456") == "too_long");
}

TEST_CASE("a frame of fixed length takes nothing shorter or longer") {
  const auto factory = read("{ type: fixed, length: 3 }");
  const auto made = factory.make();
  const Framer& fixed = *made;
  CHECK(wrapped(fixed, "abc") == "abc");
  CHECK(refusal(fixed, "ab") == "length");
  CHECK(refusal(fixed, "abcd") == "length");
}

TEST_CASE("a delimiter that is not cut off is not added twice") {
  const auto factory = read("{ type: delimiter, delimiters: ';', strip: false }");
  CHECK(wrapped(*factory.make(), "ok;") == "ok;");
  CHECK(wrapped(*factory.make(), "ok") == "ok;");
}

TEST_CASE("a frame ends with a delimiter that cannot grow into another one") {
  const auto factory = read("{ type: delimiter, delimiters: [\"\\r\", \"\\r\\n\"], max_length: 10B }");
  CHECK(wrapped(*factory.make(), "ok") == "ok\r\n");
  CHECK(refusal(*factory.make(), "o\rk") == "delimiter");
  CHECK(refusal(*factory.make(), "12345678901") == "too_long");
}

TEST_CASE("a length is filled in round the payload, as the meter of the reference wants it") {
  LengthField::Config config;
  config.length_offset = 1;
  config.length_adjust = 2;
  config.common.payload = {3, -2};
  CHECK(wrapped(LengthField(config), "\x06") == "\0\0\x01\x06\0\0"s);
  config.endian = LengthFieldShape::Endian::little;
  CHECK(wrapped(LengthField(config), "abc") == "\0\x03\0abc\0\0"s);
}

TEST_CASE("without a range, the payload stands behind the length field") {
  LengthField::Config config;
  CHECK(wrapped(LengthField(config), "hi") == "\0\x02hi"s);
  config.length_adjust = -2;
  CHECK(wrapped(LengthField(config), "hi") == "\0\x04hi"s);
}

TEST_CASE("a length field without room for the length, or a range without room for the payload, refuses") {
  LengthField::Config config;
  config.length_size = 1;
  CHECK(refusal(LengthField(config), std::string(256, 'x')) == "length");
  config.length_adjust = 3;
  CHECK(refusal(LengthField(config), "hi") == "length");
  config = {};
  config.common.payload = {2, 4};
  CHECK(wrapped(LengthField(config), "hi") == "\0\x02hi"s);
  CHECK(refusal(LengthField(config), "hi!") == "payload");
  config.common.payload = {-2, 1000};
  CHECK(refusal(LengthField(config), "hi") == "payload");
  config.common.payload = {2, INT64_MIN};
  CHECK(refusal(LengthField(config), "hi") == "too_long");
  config.common.payload = {INT64_MAX, INT64_MAX};
  CHECK(refusal(LengthField(config), "") == "too_long");
  config = {};
  config.common.max_length = 8;
  CHECK(refusal(LengthField(config), "1234567") == "too_long");
}
