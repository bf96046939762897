#include "framing/datagram.hpp"

#include "support/catch.hpp"

using namespace fieldgate;
using namespace fieldgate::framing;

TEST_CASE("a datagram is its own frame") {
  Datagram framer({5});
  const Cut cut = framer.next("a\nb\n");
  CHECK(cut.kind == Cut::Kind::frame);
  CHECK(cut.frame == "a\nb\n");
  CHECK(cut.consumed == 4);
}

TEST_CASE("a datagram over the maximum is rejected, an empty one is nothing") {
  Datagram framer({5});
  const Cut cut = framer.next("123456");
  CHECK(cut.kind == Cut::Kind::rejected);
  CHECK(cut.reason == "too_long");
  CHECK(cut.consumed == 6);
  CHECK_FALSE(cut.lost);
  CHECK(framer.next("").kind == Cut::Kind::incomplete);
}
