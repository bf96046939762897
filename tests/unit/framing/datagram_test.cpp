#include "framing/datagram.hpp"

#include "support/catch.hpp"
#include "unit/framing/from_yaml.hpp"

using namespace fieldgate;
using namespace fieldgate::framing;

namespace {

Datagram::Config bounded(std::size_t most) {
  Datagram::Config config;
  config.common.max_length = most;
  return config;
}

}  // namespace

TEST_CASE("a datagram is its own frame") {
  const Datagram::Config config = bounded(5);
  Datagram framer(config);
  const Cut cut = framer.next("a\nb\n");
  CHECK(cut.kind == Cut::Kind::frame);
  CHECK(cut.frame == "a\nb\n");
  CHECK(cut.consumed == 4);
}

TEST_CASE("a datagram over the maximum is rejected, an empty one is nothing") {
  const Datagram::Config config = bounded(5);
  Datagram framer(config);
  const Cut cut = framer.next("123456");
  CHECK(cut.kind == Cut::Kind::rejected);
  CHECK(cut.reason == "too_long");
  CHECK(cut.consumed == 6);
  CHECK_FALSE(cut.lost);
  CHECK(framer.next("").kind == Cut::Kind::incomplete);
}

TEST_CASE("a datagram may be escaped, verified and cut to what the codec reads") {
  const FromYaml read(
      "{ type: datagram, start: '$', escape: { byte: 0x7d, xor: 0x20 }, checksum: { algorithm: xor }, payload: [1, -1] "
      "}");
  CHECK(read.problem == "");
  const auto framer = read.factory.make();
  std::string out;
  REQUIRE(framer->wrap("a}b", out));
  CHECK(out.starts_with("$a}]b"));
  const Cut cut = framer->next(out);
  CHECK(cut.frame == "a}b");
  out.back() = static_cast<char>(out.back() ^ 1);
  CHECK(framer->next(out).reason == "bad_checksum");
  CHECK(read.factory.make()->next("$a}").reason == "bad_escape");
}
