// Whatever hostile bytes do, the work for them is linear: counted in steps, not in time.
#include "framing/allowance.hpp"

#include "framing/script.hpp"
#include "support/catch.hpp"
#include "unit/framing/cutting.hpp"
#include "unit/framing/from_yaml.hpp"

using namespace fieldgate;
using namespace fieldgate::framing;

namespace {

constexpr std::size_t size = 64 * 1024;
constexpr std::uint64_t linear = Allowance::saved + 2 * Allowance::looks * size;

/// What a shape does with a stream that comes byte by byte and makes no frame.
template <class Shape>
std::uint64_t work_of(Shape& shape, const std::string& stream, std::size_t step) {
  for (std::size_t there = step; there < stream.size(); there += step)
    REQUIRE(shape.measure(Bytes(stream).substr(0, there)).kind == Measure::Kind::more);
  return shape.work();
}

}  // namespace

TEST_CASE("an unfinished frame is looked at with each read, as long as they are few") {
  Allowance allowance;
  for (std::size_t there = 1; there <= 100; ++there) {
    allowance.waiting(there);
    CHECK(allowance.missing(there) == 0);
    const auto before = allowance.work();
    allowance.count(there);
    allowance.pay_since(before);
  }
  allowance.done(100);
  allowance.count(Allowance::saved);
  CHECK(allowance.missing(Allowance::saved / 2) == 0);
  allowance.pay_since(0);
  CHECK(allowance.missing(Allowance::looks) == 2);
  allowance.waiting(2);
  CHECK(allowance.missing(Allowance::looks) == 0);
}

TEST_CASE("a regex that a peer dribbles at runs over a bounded number of bytes") {
  const FromYaml read("{ type: regex, start_pattern: '<', end_pattern: 'x.*>' }");
  RegexShape shape(*read.factory.config<Regex>());
  CHECK(work_of(shape, "<x" + std::string(size - 3, 'a'), 1) < linear);
}

TEST_CASE("a regex cuts many frames of one read without running over what stands behind them") {
  const FromYaml read("{ type: regex, end_pattern: 'x.*y' }");
  RegexShape shape(*read.factory.config<Regex>());
  std::string stream;
  while (stream.size() < size) stream += "xy";
  for (std::size_t at = 0; at < stream.size(); at += 2) REQUIRE(shape.measure(Bytes(stream).substr(at)).size == 2);
  CHECK(shape.work() < 64 * size);
}

TEST_CASE("what a look was put off for is found when nothing more comes") {
  const FromYaml read("{ type: regex, end_pattern: 'x.*>' }");
  const auto framer = read.factory.make();
  const std::string stream = "x" + std::string(20'000, 'a') + ">";
  for (std::size_t there = 1; there < stream.size(); ++there)
    REQUIRE(framer->next(Bytes(stream).substr(0, there)).kind == Cut::Kind::incomplete);
  Cut cut = framer->next(stream);
  if (cut.kind == Cut::Kind::incomplete) cut = framer->stalled(stream);
  CHECK(cut.kind == Cut::Kind::frame);
  CHECK(cut.frame == stream);
}

TEST_CASE("a script is given a bounded number of bytes") {
  ScriptShape::Config config;
  config.script.source = "return function(b) if b:byte(1) == 97 then return 2, b:sub(1, 2) end end";
  ScriptShape waits(config);
  CHECK(work_of(waits, std::string(size, 'x'), 16) < linear);
  ScriptShape cuts(config);
  const std::string stream(size, 'a');
  for (std::size_t at = 0; at < stream.size(); at += 2) REQUIRE(cuts.measure(Bytes(stream).substr(at)).size == 2);
  CHECK(cuts.work() < 2 * size + size / 2 * ScriptShape::first_window);
}

TEST_CASE("nothing but starts is given up in a bounded number of silences") {
  const FromYaml read("{ type: start_end, start: '(', end: ')', max_length: 64KiB }");
  const auto framer = read.factory.make();
  const std::string stream(size, '(');
  std::size_t at = 0;
  std::size_t silences = 0;
  while (at < stream.size()) {
    REQUIRE(framer->next(Bytes(stream).substr(at)).kind == Cut::Kind::incomplete);
    at += framer->stalled(Bytes(stream).substr(at)).consumed;
    ++silences;
  }
  CHECK(silences < 40);
}

TEST_CASE("an escaped frame is found whole however it is split, without beginning anew") {
  const FromYaml read(
      "{ type: length_field, start: 0xc0, length_offset: 1, length_size: 2, escape: { map: { 0xdbdc: 0xc0, 0xdbdd: "
      "0xdb "
      "} } }");
  std::string frame;
  REQUIRE(read.factory.make()->wrap(std::string(1000, '\xc0') + std::string(1000, '\xdb'), frame));
  for (const std::size_t chunk : {std::size_t{1}, std::size_t{7}, frame.size()}) {
    const Outcome outcome = cut(*read.factory.make(), frame + frame, chunk, frame.size());
    CHECK(outcome.broken == "");
    CHECK(outcome.frames.size() == 2);
  }
}

TEST_CASE("a silence ends a JSON array whose elements are frames") {
  const FromYaml read("{ type: json, stream_array_elements: true }");
  const auto framer = read.factory.make();
  CHECK(framer->next("[{}").kind == Cut::Kind::frame);
  CHECK(framer->next(",{").kind == Cut::Kind::incomplete);
  CHECK(framer->stalled(",{").reason == "frame_timeout");
  CHECK(framer->next("word,").reason == "no_json");
}

TEST_CASE("a switch that closes after an error does so after a silence") {
  const auto stalled = [](const std::string& options) {
    const FromYaml read("{ type: switch" + options +
                        ", cases: [{match: {bytes: 0x7878}, framing: {type: fixed, length: 3}}]}");
    const auto framer = read.factory.make();
    REQUIRE(framer->next("x").kind == Cut::Kind::incomplete);
    return framer->stalled("x");
  };
  CHECK(stalled(", on_error: close").lost);
  CHECK_FALSE(stalled("").lost);
}
