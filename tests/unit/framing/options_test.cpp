// What an operator may write under `framing`, and is told when it is wrong.
#include "config/registry.hpp"
#include "framing/datagram.hpp"
#include "framing/delimiter.hpp"
#include "framing/fixed.hpp"
#include "framing/length_field.hpp"
#include "framing/line.hpp"
#include "framing/netstring.hpp"
#include "support/catch.hpp"
#include "unit/config/reading.hpp"

using namespace fieldgate;
using namespace fieldgate::framing;

namespace {

/// Reads `{ type: ..., ... }` as an adapter would; the message of the only problem is in `problem`.
struct Read {
  explicit Read(const std::string& yaml) {
    config::Registry<Factory> registry("framing");
    registry.add<Line>();
    registry.add<Delimiter>();
    registry.add<Fixed>();
    registry.add<LengthField>();
    registry.add<Netstring>();
    registry.add<Datagram>();
    config::Reading reading("framing: " + yaml, [&](config::Section& root) {
      root.section("framing", "framing", [&](config::Section& section) { factory = registry.read(section); });
    });
    problem = reading.only();
  }
  Factory factory;
  std::string problem;
};

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
  CHECK(Read("{ type: netstring, max_length: 1KiB }").factory.config<Netstring>()->max_length == 1024);
  CHECK(Read("{ type: datagram }").problem == "");
  CHECK(Read("{ type: fixed, length: 23 }").factory.config<Fixed>()->length == 23);
}

TEST_CASE("the meter of the reference is read") {
  const Read read(
      "{ type: length_field, length_offset: 1, length_size: 2, length_adjust: 2, max_length: 4KiB, payload: [3, -2], "
      "endian: little }");
  CHECK(read.problem == "");
  CHECK(*read.factory.config<LengthField>() ==
        LengthField::Config{1, 2, LengthField::Endian::little, 2, std::pair<std::int64_t, std::int64_t>(3, -2), 4096});
}

TEST_CASE("delimiters are bytes, one or a list") {
  CHECK(Read(R"({ type: delimiter, delimiters: ["\r\n", "0x3b00"] })").factory.config<Delimiter>()->delimiters ==
        std::vector<std::string>{"\r\n", std::string(";\0", 2)});
  CHECK(Read(R"({ type: delimiter, delimiters: "##", strip: false, skip_empty: true })").factory ==
        Factory::of<Delimiter>({{"##"}, false, true}));
  CHECK(holds(Read("{ type: delimiter }").problem, "'delimiters' is required"));
  CHECK(holds(Read("{ type: delimiter, delimiters: [] }").problem, "at least one delimiter"));
  CHECK(holds(Read("{ type: delimiter, delimiters: [''] }").problem, "delimiter is empty"));
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
