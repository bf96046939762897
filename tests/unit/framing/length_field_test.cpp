#include "framing/length_field.hpp"

#include "support/catch.hpp"
#include "unit/framing/cutting.hpp"

using namespace fieldgate;
using namespace fieldgate::framing;

namespace {

using Endian = LengthFieldShape::Endian;
using Frames = std::vector<std::string>;
using namespace std::string_literals;

Outcome frames(std::string_view stream, const LengthField::Config& config, std::size_t chunk = 1000) {
  LengthField framer(config);
  return cut(framer, stream, chunk, config.common.max_length + 16);
}

}  // namespace

TEST_CASE("a length field counts what stands behind it") {
  CHECK(frames("\x00\x02hi\x00\x01x"s, {}).frames == Frames{"\x00\x02hi"s, "\x00\x01x"s});
  CHECK(frames("\x00\x00"s, {}).frames == Frames{"\x00\x00"s});
}

TEST_CASE("a length field that counts its own header") {
  LengthField::Config config;
  config.length_adjust = -2;
  CHECK(frames("\x00\x04hi"s, config).frames == Frames{"\x00\x04hi"s});
}

TEST_CASE("a length field that leaves out the checksum behind it") {
  LengthField::Config config;  // the meter of the reference: 68, length of the body, body, two bytes of checksum
  config.length_offset = 1;
  config.length_adjust = 2;
  config.common.payload = {3, -2};
  CHECK(frames("\x68\x00\x03"
               "abcCC\x68\x00\x01xCC"s,
               config)
            .frames == Frames{"abc", "x"});
}

TEST_CASE("a length field has one to eight bytes of either order") {
  for (std::size_t size = 1; size <= 8; ++size) {
    CAPTURE(size);
    LengthField::Config config;
    config.length_size = size;
    const std::string big = std::string(size - 1, '\0') + "\x03" + "abc";
    CHECK(frames(big, config).frames == Frames{big});
    config.endian = Endian::little;
    const std::string little = "\x03" + std::string(size - 1, '\0') + "abc";
    CHECK(frames(little, config).frames == Frames{little});
  }
}

TEST_CASE("a payload counts as in Python") {
  LengthField::Config config;
  config.length_size = 1;
  const auto payload = [&config](std::int64_t from, std::int64_t to) {
    config.common.payload = {from, to};
    return frames(
               "\x04"
               "abcd",
               config)
        .frames.at(0);
  };
  CHECK(payload(1, 5) == "abcd");
  CHECK(payload(1, -1) == "abc");
  CHECK(payload(-2, 5) == "cd");
  CHECK(payload(1, 100) == "abcd");
  CHECK(payload(3, 2) == "");
  CHECK(payload(-100, 1) == "\x04");
  CHECK(payload(INT64_MIN, INT64_MAX) ==
        "\x04"
        "abcd");
}

TEST_CASE("a frame over its length is skipped once, and the next one comes, whatever the split") {
  LengthField::Config config;
  config.length_size = 1;
  config.common.max_length = 5;
  for (const std::size_t chunk : {1U, 2U, 3U, 1000U}) {
    CAPTURE(chunk);
    const Outcome outcome = frames(
        "\x05"
        "abcde\x02ok",
        config, chunk);
    CHECK(outcome.frames == Frames{"\x02ok"});
    CHECK(outcome.rejected == Frames{"too_long"});
    CHECK_FALSE(outcome.lost);
  }
}

TEST_CASE("after a length that nobody can mean, the search goes on at the next byte") {
  for (std::size_t size = 4; size <= 8; ++size) {
    LengthField::Config config;
    config.length_size = size;
    for (const std::int64_t adjust : {-2, 0, 16}) {
      config.length_adjust = adjust;
      const std::string good =
          std::string(size - 1, '\0') + '\3' + std::string(static_cast<std::size_t>(3 + adjust), 'x');
      const std::string stream = std::string(size, '\xFF') + good + good;
      for (const std::size_t chunk : {1U, 1000U}) {
        const Outcome outcome = frames(stream, config, chunk);
        CHECK(outcome.rejected == Frames{"too_long"});
        REQUIRE_FALSE(outcome.frames.empty());
        CHECK(outcome.frames.back() == good);
      }
      config.common.close = true;
      CHECK(frames(stream, config).lost);
      config.common.close = false;
    }
  }
}

TEST_CASE("after a length smaller than its own header, the search goes on at the next byte") {
  LengthField::Config config;
  config.length_adjust = -2;
  for (const std::size_t chunk : {1U, 1000U}) {
    const Outcome outcome = frames("\x00\x01\x00\x04hi"s, config, chunk);
    CHECK(outcome.rejected == Frames{"bad_length"});
    CHECK(outcome.frames.size() <= 1);
    CHECK_FALSE(outcome.lost);
  }
  config.common.start = Markers({"\x68"});
  config.length_offset = 1;
  config.length_adjust = -3;
  CHECK(frames("\x68\x00\x00\x68\x00\x05hi"s, config).frames == Frames{"\x68\x00\x05hi"s});
  config.common.close = true;
  CHECK(frames("\x68\x00\x00\x68\x00\x05hi"s, config).lost);
  config.length_adjust = -16 * 1024 * 1024;
  CHECK(frames("\x68\xFF\xFF"s, config).rejected == Frames{"bad_length"});
}
