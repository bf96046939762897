#include "framing/checksum.hpp"

#include "support/catch.hpp"
#include "unit/config/reading.hpp"

using namespace fieldgate;
using namespace fieldgate::framing;
using namespace std::string_literals;

namespace {

Checksum checksum(const std::string& options) {
  Checksum sum;
  config::Reading reading("{ " + options + " }", [&](config::Section& section) { sum = Checksum::read(section, 0); });
  CAPTURE(options);
  REQUIRE(reading.printed == "");
  return sum;
}

std::string filled(const std::string& options, std::string frame) {
  REQUIRE(checksum(options).fill(frame.data(), frame.size()));
  CHECK(checksum(options).holds(frame));
  return frame;
}

}  // namespace

TEST_CASE("a checksum stands at the end, and sums what is before it") {
  CHECK(filled("algorithm: xor", "\1\2\0"s) == "\1\2\3"s);
  CHECK(filled("algorithm: sum8", "\xff\2\0"s) == "\xff\2\1"s);
  CHECK(filled("algorithm: sum16, endian: little", "\xff\2\0\0"s) == "\xff\2\1\1"s);
  CHECK(filled("algorithm: lrc", "\1\2\0"s) == "\1\2\xfd"s);
  CHECK(filled("algorithm: crc16_modbus, endian: little", "\1\3\0\x0a\0\4\0\0"s) == "\1\3\0\x0a\0\4\x64\x0b"s);
  CHECK(filled("algorithm: sum8, size: 2", "\xff\2\0\0"s) == "\xff\2\0\1"s);
}

TEST_CASE("a checksum may be digits, elsewhere, and of another range") {
  CHECK(filled("algorithm: xor, encoding: ascii_hex, over: [1, -3], at: -2", "$ab*00") == "$ab*03");
  CHECK(checksum("algorithm: xor, encoding: ascii_hex, over: [1, -3], at: -2").holds("$jk*01"));
  CHECK(filled("algorithm: crc16_x25, at: 0, over: [2, 11]",
               "\0\0"
               "123456789"s) ==
        "\x90\x6e"
        "123456789"s);
  CHECK(checksum("algorithm: crc16_x25, at: 0, over: [2, 11]").tail() == 0);
  CHECK(checksum("algorithm: crc32, at: -6").tail() == 6);
}

TEST_CASE("a frame without room for its checksum is bad, and one without digits where they may be left out is not") {
  CHECK_FALSE(checksum("algorithm: crc32").holds("abc"));
  CHECK_FALSE(checksum("algorithm: crc16_arc, encoding: ascii_hex, at: -6").holds("/x\r\n!\r\n"));
  CHECK(checksum("algorithm: crc16_arc, encoding: ascii_hex, at: -6, optional: true").holds("/x\r\n!\r\n"));
  CHECK_FALSE(checksum("algorithm: crc16_arc, encoding: ascii_hex, at: -6, optional: true").holds("/x\r\n!1234\r\n"));
}

TEST_CASE("a CRC is the same however many bytes it takes at once") {
  for (const std::string_view name : crc_names()) {
    CAPTURE(name);
    const CrcParameters parameters = *crc_called(name);
    if (parameters.width > 64 || parameters.refin != parameters.refout) continue;
    std::string bytes;
    for (int i = 0; i < 40; ++i) bytes += static_cast<char>(i * 37);
    for (std::size_t size = 0; size < bytes.size(); ++size) {
      // The check of a message that ends with its own check, byte by byte, is the same for all messages.
      const Wide whole = Crc(parameters)(bytes.substr(0, size));
      CrcParameters rest = parameters;
      const Wide head = Crc(parameters)(bytes.substr(0, size / 2)) ^ parameters.xorout;
      std::uint64_t init = 0;
      for (unsigned i = 0; i < parameters.width; ++i)
        init |= static_cast<std::uint64_t>(head >> i & 1U) << (parameters.refin ? parameters.width - 1 - i : i);
      rest.init = init;
      CHECK((Crc(rest)(bytes.substr(size / 2, size - size / 2)) == whole));
    }
  }
}
