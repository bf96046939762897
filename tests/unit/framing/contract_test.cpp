// What every framer promises, whatever it cuts.
#include <functional>
#include <memory>
#include <random>

#include "framing/datagram.hpp"
#include "framing/delimiter.hpp"
#include "framing/fixed.hpp"
#include "framing/length_field.hpp"
#include "framing/line.hpp"
#include "framing/netstring.hpp"
#include "support/catch.hpp"
#include "unit/framing/cutting.hpp"

using namespace fieldgate;
using namespace fieldgate::framing;

namespace {

constexpr std::size_t maximum = 40;

using Pieces = std::vector<std::string>;

struct Kind {
  std::string name;
  Factory factory;
  Pieces pieces;  // what streams for it are made of: frames, and bytes that make trouble
};

Pieces letters(std::string_view text) {
  Pieces pieces;
  for (const char c : text) pieces.emplace_back(1, c);
  return pieces;
}

Kind delimiter(std::string name, Pieces delimiters, bool strip, bool skip_empty = false) {
  std::string alphabet = "x";
  for (const std::string& one : delimiters) alphabet += one;
  return {std::move(name), Factory::of<Delimiter>({std::move(delimiters), strip, skip_empty, maximum}),
          letters(alphabet)};
}

Kind length_field(std::string name, LengthField::Config config, Pieces pieces) {
  config.max_length = maximum;
  return {std::move(name), Factory::of<LengthField>(config), std::move(pieces)};
}

std::vector<Kind> kinds() {
  using Endian = LengthField::Endian;
  const std::string too_long(50, 'x');
  const auto header = [](char length) { return std::string(7, '\0') + length; };
  return {
      {"line", Factory::of<Line>({maximum, false}), letters("abcdefgh\r\n")},
      {"line, skip_empty", Factory::of<Line>({maximum, true}), letters("ab\r\n")},
      delimiter("one byte", {";"}, true),
      delimiter("one that begins like another", {";;", ";\r", ";"}, true),
      delimiter("the same, not stripped", {";;", ";\r", ";"}, false),
      delimiter("three steps", {"#", "#\r\n", "\r\n"}, true, true),
      delimiter("one inside another", {"abc", "b"}, true),
      delimiter("one inside another, not stripped", {"abc", "b"}, false),
      delimiter("overlapping itself", {"aab"}, true),
      {"fixed", Factory::of<Fixed>({7, maximum}), letters("ab")},
      {"netstring",
       Factory::of<Netstring>({maximum}),
       {"3:a,b,", "0:,", "1:x,", "12:123456789012,", "50:" + too_long + ",", "2:,,,"}},
      length_field("one byte", {0, 1, Endian::big, 0, {}, 0}, letters(std::string_view("\x00\x01\x02\x05\x14\x30", 6))),
      length_field(
          "two bytes, counts itself", {1, 2, Endian::little, -3, std::pair<std::int64_t, std::int64_t>(3, -1), 0},
          {std::string("a\x05\x00xy", 5), std::string("b\x03\x00", 3), std::string("c\x35\x00", 3) + too_long}),
      length_field("eight bytes", {0, 8, Endian::big, 2, {}, 0},
                   {header(3) + "abcde", header(0) + "ab", header(48) + too_long, header(1) + "xyz"}),
  };
}

/// The longest that may wait: a frame of the maximum, a netstring's digits and comma, a delimiter.
constexpr std::size_t most_kept = maximum + 16;

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
      const Outcome whole = cut(*kind.factory.make(), stream, stream.size(), most_kept);
      REQUIRE(whole.broken == "");
      frames += whole.frames.size();
      for (const std::size_t chunk : {1U, 2U, 3U, 7U, 64U}) {
        CAPTURE(chunk, stream);
        const Outcome split = cut(*kind.factory.make(), stream, chunk, most_kept);
        REQUIRE(split.broken == "");
        REQUIRE(split.frames == whole.frames);
        REQUIRE(split.rejected == whole.rejected);
        REQUIRE(split.lost == whole.lost);
      }
    }
    CHECK(frames > 100);
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
        REQUIRE(cut(*kind.factory.make(), stream, chunk, most_kept).broken == "");
      }
    }
  }
}

TEST_CASE("a connection's framer is small") {
  CHECK(sizeof(Line) <= 48);
  CHECK(sizeof(Delimiter) <= 48);
  CHECK(sizeof(Fixed) <= 48);
  CHECK(sizeof(LengthField) <= 48);
  CHECK(sizeof(Netstring) <= 48);
  CHECK(sizeof(Datagram) <= 48);
}
