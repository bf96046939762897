// What goes out through a framing comes in through it again.
#include <random>

#include "framing/datagram.hpp"
#include "framing/delimiter.hpp"
#include "framing/fixed.hpp"
#include "framing/length_field.hpp"
#include "framing/line.hpp"
#include "framing/netstring.hpp"
#include "support/catch.hpp"

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

LengthField::Config random_length_field() {
  LengthField::Config config;
  config.length_offset = below(5);
  config.length_size = 1 + below(8);
  config.endian = coin() ? LengthField::Endian::big : LengthField::Endian::little;
  const auto header = static_cast<std::int64_t>(config.length_offset + config.length_size);
  config.length_adjust = static_cast<std::int64_t>(below(20)) - 10;
  const std::int64_t from = header + static_cast<std::int64_t>(below(4));
  config.payload = {from, coin() ? -1 - static_cast<std::int64_t>(below(4)) : 1000};
  config.max_length = 64 + below(1000);
  return config;
}

}  // namespace

TEST_CASE("a payload that goes out through a framing comes in through it again") {
  std::size_t survivors[4] = {};
  for (int round = 0; round < 20000; ++round) {
    const std::string payload = text(40, "ab;\r\n#");
    const std::size_t longest = 30 + below(20);
    CAPTURE(payload, longest);
    std::string line = payload;
    while (line.ends_with('\r')) line.pop_back();
    survivors[0] += survives(Factory::of<Line>({longest, false}), line, line);
    survivors[1] += survives(Factory::of<Netstring>({longest}), payload, payload);
    survivors[2] += survives(Factory::of<Fixed>({1 + below(40), 100}), payload, payload);
    survivors[3] += survives(Factory::of<LengthField>(random_length_field()), payload, payload);
  }
  for (const std::size_t count : survivors) CHECK(count > 300);
}

TEST_CASE("a payload that goes out through any delimiters comes in through them again") {
  std::size_t survivors = 0;
  for (int round = 0; round < 30000; ++round) {
    Delimiter::Config config;
    for (std::size_t i = 1 + below(4); i > 0; --i) {
      std::string delimiter = text(3, "ab;");
      config.delimiters.push_back(delimiter.empty() ? "b" : delimiter);
    }
    config.strip = coin();
    config.max_length = 10 + below(30);
    const std::string payload = text(20, "xyab;");
    CAPTURE(payload, config.delimiters, config.strip);
    const std::string out_of = [&] {
      std::string out;
      return Delimiter(config).wrap(payload, out) ? out : std::string();
    }();
    survivors += survives(Factory::of<Delimiter>(config), payload, config.strip ? payload : out_of);
  }
  CHECK(survivors > 3000);
}

TEST_CASE("a datagram goes as it is") {
  Datagram framer({5});
  CHECK(read_back(framer, wrapped(framer, "hello")) == "hello");
  CHECK(refusal(framer, "hello!") == "too_long");
}

TEST_CASE("a line gets its end, and holds no other") {
  const Line line({5, false});
  CHECK(wrapped(line, "ok") == "ok\n");
  CHECK(wrapped(line, "ok\r") == "ok\r\n");
  CHECK(wrapped(line, "") == "\n");
  CHECK(refusal(line, "a\nb") == "line_break");
  CHECK(refusal(line, "123456") == "too_long");
}

TEST_CASE("a frame of fixed length takes nothing shorter or longer") {
  const Fixed fixed({3, 100});
  CHECK(wrapped(fixed, "abc") == "abc");
  CHECK(refusal(fixed, "ab") == "length");
  CHECK(refusal(fixed, "abcd") == "length");
}

TEST_CASE("a delimiter that is not cut off is not added twice") {
  const Delimiter::Config config{{";"}, false, false, 10};
  CHECK(wrapped(Delimiter(config), "ok;") == "ok;");
  CHECK(wrapped(Delimiter(config), "ok") == "ok;");
}

TEST_CASE("a frame ends with a delimiter that cannot grow into another one") {
  const Delimiter::Config config{{"\r", "\r\n"}, true, false, 10};
  CHECK(wrapped(Delimiter(config), "ok") == "ok\r\n");
  CHECK(refusal(Delimiter(config), "o\rk") == "delimiter");
  CHECK(refusal(Delimiter(config), "12345678901") == "too_long");
}

TEST_CASE("a length is filled in round the payload, as the meter of the reference wants it") {
  LengthField::Config config;
  config.length_offset = 1;
  config.length_adjust = 2;
  config.payload = {3, -2};
  CHECK(wrapped(LengthField(config), "\x06") == "\0\0\x01\x06\0\0"s);
  config.endian = LengthField::Endian::little;
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
  config.payload = {2, 4};
  CHECK(wrapped(LengthField(config), "hi") == "\0\x02hi"s);
  CHECK(refusal(LengthField(config), "hi!") == "payload");
  config.payload = {-2, 1000};
  CHECK(refusal(LengthField(config), "hi") == "payload");
  config.payload = {2, INT64_MIN};
  CHECK(refusal(LengthField(config), "hi") == "too_long");
  config.payload = {INT64_MAX, INT64_MAX};
  CHECK(refusal(LengthField(config), "") == "too_long");
  config = {};
  config.max_length = 8;
  CHECK(refusal(LengthField(config), "1234567") == "too_long");
}
