// What every framer promises, whatever it cuts.
#include <random>

#include "support/catch.hpp"
#include "unit/framing/cutting.hpp"
#include "unit/framing/from_yaml.hpp"

using namespace fieldgate;
using namespace fieldgate::framing;
using namespace std::string_literals;

namespace {

constexpr std::size_t maximum = 40;

using Pieces = std::vector<std::string>;

struct Kind {
  std::string name;  // as the operator writes it
  Factory factory;
  Pieces pieces;  // what streams for it are made of: frames, and bytes that make trouble
};

Pieces letters(std::string_view text) {
  Pieces pieces;
  for (const char c : text) pieces.emplace_back(1, c);
  return pieces;
}

Kind kind(const std::string& options, Pieces pieces) {
  const FromYaml read("{" + options + ", max_length: 40B}");
  CAPTURE(options);
  REQUIRE(read.problem == "");
  return {options, read.factory, std::move(pieces)};
}

/// The payload in a frame, and the same frame spoilt.
Pieces framed(Kind& kind, const Pieces& payloads) {
  Pieces pieces;
  for (const std::string& payload : payloads) {
    std::string frame;
    REQUIRE(kind.factory.make()->wrap(payload, frame));
    pieces.push_back(frame);
    if (frame.size() > 2) frame[frame.size() / 2] = static_cast<char>(frame[frame.size() / 2] ^ 0x11);
    pieces.push_back(frame);
    pieces.push_back(frame.substr(0, frame.size() / 2));
  }
  return pieces;
}

/// Streams of what the framing itself makes, and of noise.
Kind made(const std::string& options, const Pieces& payloads, const Pieces& noise) {
  Kind made = kind(options, {});
  made.pieces = framed(made, payloads);
  made.pieces.insert(made.pieces.end(), noise.begin(), noise.end());
  return made;
}

std::vector<Kind> delimiters() {
  const std::string type = "type: delimiter, delimiters: ";
  return {
      kind("type: line", letters("abcdefgh\r\n")),
      kind("type: line, skip_empty: true", letters("ab\r\n")),
      kind("type: line, fail_fast: false", {"abcdefgh\r\n", "\n", "x", std::string(50, 'x')}),
      kind(type + "';'", letters("x;")),
      kind(type + R"([";;", ";\r", ";"])", letters("x;\r")),
      kind(type + R"([";;", ";\r", ";"], skip_empty: true)", letters("x;\r")),
      kind(type + R"([";;", ";\r", ";"], strip: false)", letters("x;\r")),
      kind(type + R"(["#", "#\r\n", "\r\n"], skip_empty: true)", letters("x#\r\n")),
      kind(type + R"(["abc", "b"])", letters("xabc")),
      kind(type + R"(["abc", "b"], strip: false)", letters("xabc")),
      kind(type + R"(["aab"])", letters("xab")),
      kind(type + R"("E", position: before, strip: false)", letters("xyE")),
      kind(type + R"("##", position: before)", letters("xy#")),
      kind(type + R"(",", count: 3, strip: false)", letters("xy,")),
      kind(type + R"("}", not_followed_by: ",}", strip: false)", letters("x},")),
      kind(type + R"("#", trailer: 2)", letters("xy#")),
      kind(type + R"("\n", start: "$", skip: "0x00")", {"$a\n", "b$c\n", std::string(1, '\0'), "\n", "$"}),
      made(type + R"("\n", start: "$", checksum: {algorithm: xor, over: [1, -1]}, payload: [1, -1])", {"abc", "de"},
           {"$", "x", "\n"}),
      made("type: slip", {"abc", "\xc0\xdb"}, {"\xdbx", "\xc0", "z"}),
      made("type: cobs", {"abc", "a\0b"s}, {"\x03", "\0"s, "z"}),
  };
}

std::vector<Kind> lengths() {
  const std::string type = "type: length_field, ";
  const std::string too_long(50, 'x');
  const auto header = [](char length) { return std::string(7, '\0') + length; };
  return {
      kind("type: fixed, length: 7", letters("ab")),
      made("type: fixed, length: 7, start: 'pq', checksum: {algorithm: crc16_modbus}, payload: [2, -2]", {"xyz"},
           {"p", "q"}),
      kind("type: netstring", {"3:a,b,", "0:,", "1:x,", "12:123456789012,", "50:" + too_long + ",", "2:,,,"}),
      kind(type + "length_size: 1", letters("\x00\x01\x02\x05\x14\x30"s)),
      kind(type + "length_size: 1, fail_fast: false", letters("\x00\x01\x02\x05\x14\x30"s)),
      kind(type + "length_offset: 1, length_size: 2, endian: little, length_adjust: -3, payload: [3, -1]",
           {"a\x05\x00xy"s, "b\x03\x00"s, "c\x35\x00"s + too_long}),
      kind(type + "length_size: 8, length_adjust: 2",
           {header(3) + "abcde", header(0) + "ab", header(48) + too_long, header(1) + "xyz"}),
      made(type + "start: 0x68, length_offset: 1, length_size: 2, length_adjust: 2, payload: [3, -2],"
                  " checksum: {algorithm: crc16_modbus, over: [0, -2], at: -2, endian: little}",
           {"", "abc", "hhhhhh"}, {"h", "\0"s, "x"}),
      made(type + "length_size: 1, length_adjust: 1, payload: [1, -1], checksum: {algorithm: sum8}",
           {"", "abc", "\1\2"}, {"\x03", "\0"s}),
      made(type + "start: '$$', length_offset: 3, length_encoding: ascii, length_terminator: ',', length_adjust: -1,"
                  " strip: header, end: \"\\r\\n\"",
           {"abc\r\n", "\r\n"}, {"$", "$$A", "1"}),
      made(type + "length_encoding: varint, strip: header", {"abc", ""}, {"\x80", "\x7f"}),
      made(type + "length_encoding: bcd, length_size: 1, endian: little, strip: header", {"abc", "d"}, {"\x1a"}),
      made(type + "start: 0xc0, length_offset: 2, length_size: 1, payload: [3, 99],"
                  " escape: {map: {0xdbdc: 0xc0, 0xdbdd: 0xdb}}",
           {"abc", "\xc0\xdb\xc0"}, {"\xc0", "\xdb", "x"}),
      kind(type + "start: 'x', length_offset: 1, length_size: 1, end: ';', on_bad_end: scan", {"x\x03"
                                                                                               "ab;",
                                                                                               "x\x01"
                                                                                               "abc;",
                                                                                               "x\x7f"
                                                                                               "a;",
                                                                                               "y", ";"}),
      kind(type +
               "start: '~', length_offset: 1, length_size: 1, length_from: length_start, end: '~', shared_flag: true,"
               " length_adjust: 1",
           {"~\x03"
            "ab~",
            "\x03"
            "ab~",
            "\x02"
            "c~",
            "~", "x"}),
  };
}

std::vector<Kind> others() {
  const std::string type = "type: start_end, ";
  return {
      kind(type + "start: '(', end: ')'", letters("ab()")),
      kind(type + "start: '[', end: ']', nested: true", letters("a[]")),
      kind(type + "start: '(', end: ')', quote: '$'", letters("a()$")),
      kind(type + "start: '(', end: ')', trailer: 2, strip: true", letters("a()")),
      kind(type + "start: '/', end: '!', trailer: line", letters("a/!\n")),
      kind(type + "start: ['xy', 'xyz'], end: ['p', 'pq'], restart_on_start: true", letters("xyzpq")),
      made("type: jt808", {"abc", "~}~"}, {"~", "}", "x"}),
      made("type: hdlc", {"abc", "~}~"}, {"~", "}", "x"}),
      made("type: modbus_ascii", {"\1\3abc"}, {":", "0", "\r\n"}),
      made("type: modbus_rtu", {"\1\3\2ab", "\1\6abcd"}, {"\1", "\3"}),
      made("type: sml",
           {"abcdefgh",
            "\x1b\x1b\x1b\x1b"
            "abcd"},
           {"\x1b", "\x1a"}),
      kind("type: json, resync: true", letters("a{}[]\",")),
      kind("type: json, stream_array_elements: true", letters("[[{} ,]]")),
      kind("type: regex, start_pattern: 'a+b', end_pattern: 'c|dd'", letters("abcd")),
      kind("type: switch, cases: [{match: {bytes: 'a'}, framing: {type: fixed, length: 3}}, {match: {at: 1, in: ['x', "
           "'yy']}, framing: {type: delimiter, delimiters: [';', ';;']}}, {match: {bytes: 'z'}, framing: discard}]",
           letters("abxyz;")),
      kind("type: mbus", {"\x68\3\3\x68"
                          "abc\x26\x16",
                          "\x10"
                          "ab\xc3\x16",
                          "\xe5", "\x68", "\x10"}),
      kind("type: teltonika", {"\xff", "\0\3abc"s, "\0\0\0\0\0\0\0\2ab1234"s, "\0"s}),
      kind("type: gt06", {"xx\5ab\1c\r\n", "xx\1abcd\r\n", "yy\0\4abc\r\n"s, "x", "\r\n"}),
  };
}

std::vector<Kind> kinds() {
  std::vector<Kind> all;
  for (auto some : {delimiters(), lengths(), others()}) all.insert(all.end(), some.begin(), some.end());
  return all;
}

/// The longest that may wait: a frame of the maximum, a netstring's digits and comma, a delimiter.
std::size_t most_kept(const Kind& kind) {
  return maximum + (kind.name.find("trailer: line") == std::string::npos ? 24 : 280);
}

}  // namespace

TEST_CASE("any split of the bytes gives the same frames") {
  std::mt19937 random(1);
  for (const Kind& kind : kinds()) {
    CAPTURE(kind.name);
    std::size_t frames = 0;
    for (int round = 0; round < 400; ++round) {
      std::string stream;
      const std::size_t length = 1 + random() % 200;
      while (stream.size() < length) stream += kind.pieces[random() % kind.pieces.size()];
      if (round % 5 == 0) stream.erase(random() % stream.size(), 1);  // out of step
      const Outcome whole = cut(*kind.factory.make(), stream, stream.size(), most_kept(kind));
      REQUIRE(whole.broken == "");
      frames += whole.frames.size();
      for (const std::size_t chunk : {1U, 2U, 3U, 7U, 64U}) {
        CAPTURE(chunk, stream);
        const Outcome split = cut(*kind.factory.make(), stream, chunk, most_kept(kind));
        REQUIRE(split.broken == "");
        REQUIRE(split.frames == whole.frames);
        REQUIRE(split.rejected == whole.rejected);
        REQUIRE(split.lost == whole.lost);
      }
    }
    CHECK(frames > 50);
  }
}

TEST_CASE("garbage never loops, and never makes a framer keep more than its maximum") {
  std::mt19937 random(2);
  for (const Kind& kind : kinds()) {
    CAPTURE(kind.name);
    for (int round = 0; round < 200; ++round) {
      std::string stream;
      for (int i = 0; i < 500; ++i) stream += static_cast<char>(random());
      for (const std::size_t chunk : {std::size_t{1}, std::size_t{64}, stream.size()}) {
        REQUIRE(cut(*kind.factory.make(), stream, chunk, most_kept(kind)).broken == "");
      }
    }
  }
}

TEST_CASE("a connection's framer is small") {
  CHECK(sizeof(Line) <= 48);
  CHECK(sizeof(Delimiter) <= 208);
  CHECK(sizeof(Fixed) <= 128);
  CHECK(sizeof(LengthField) <= 208);
  CHECK(sizeof(Netstring) <= 128);
  CHECK(sizeof(StartEnd) <= 192);
  CHECK(sizeof(Switch) <= 64);
  CHECK(sizeof(Datagram) <= 176);
}
