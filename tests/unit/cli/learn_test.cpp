#include "cli/learn.hpp"

#include <random>

#include "cli/input.hpp"
#include "framing/crc.hpp"
#include "support/catch.hpp"

using namespace fieldgate;

namespace {

const gateway::Catalogue& catalogue() {
  static const gateway::Catalogue the_catalogue = gateway::builtin();
  return the_catalogue;
}

std::vector<std::string> first_frames(std::string bytes) {
  const auto found = cli::learn({std::move(bytes), {0}}, catalogue(), 1);
  return found.empty() ? std::vector<std::string>() : found.front().trial.payloads;
}

}  // namespace

TEST_CASE("a proposal is what its framer makes of the bytes") {
  const auto framing = cli::framing_of("{ type: length_field, length_size: 2 }", catalogue());
  REQUIRE(framing);
  const cli::Trial trial = cli::try_framing(framing, {std::string("\0\1a\0\2bc\0\3d", 10), {0, 3}});
  CHECK(trial.frames == 2);
  CHECK(trial.covered == 7);
  CHECK(trial.left == 3);
  CHECK(trial.aligned == 1);
}

TEST_CASE("yaml that is wrong makes no framer") {
  CHECK_FALSE(cli::framing_of("{ type: length_field }", catalogue()));
  CHECK_FALSE(cli::framing_of("{ type: ", catalogue()));
}

TEST_CASE("netstrings and lines are found") {
  CHECK(first_frames("5:hello,0:,2:hi,") == std::vector<std::string>{"hello", "", "hi"});
  CHECK(first_frames("a=1\r\nb=22\r\nc=333\r\n") == std::vector<std::string>{"a=1", "b=22", "c=333"});
}

TEST_CASE("a checksum is found with its algorithm, its range and its place") {
  const framing::Crc crc(*framing::crc_called("crc16_x25"));
  cli::Trial trial;
  std::mt19937 chance(3);
  for (int i = 0; i < 6; ++i) {
    std::string frame = "xx";
    for (int k = 0; k < 5 + i; ++k) frame += static_cast<char>(chance());
    const auto sum = static_cast<unsigned>(crc(Bytes(frame).substr(2)));
    frame += static_cast<char>(sum >> 8);
    frame += static_cast<char>(sum);
    frame += "\r";
    trial.entire.push_back(frame);
  }
  const auto found = cli::find_checksum(trial);
  REQUIRE(found);
  CHECK(found->yaml == "{ algorithm: crc16_x25, over: [2, -3], at: -3 }");
  trial.entire[3][4] = static_cast<char>(trial.entire[3][4] ^ 1);
  CHECK_FALSE(cli::find_checksum(trial));
}

TEST_CASE("hex is read as people write it") {
  const auto chunks = cli::parse_hex_lines("0x68 0x00,01:ff # a comment\n\n 6a-6B\r\n");
  REQUIRE(chunks);
  CHECK(*chunks == std::vector<std::string>{std::string("\x68\x00\x01\xff", 4), "jk"});
  CHECK(cli::parse_hex_lines("00\n0x0\n").error().text.starts_with("line 2:"));
}
