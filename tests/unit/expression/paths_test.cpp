#include "expression/paths.hpp"

#include "support/catch.hpp"

using namespace fieldgate::expression;

TEST_CASE("the same path has the same slot") {
  Paths paths;
  const Slot ab = paths.intern({"a", "b"});
  const Slot a = paths.intern({"a"});
  const Slot whole = paths.intern({});
  CHECK(ab != a);
  CHECK(a != whole);
  CHECK(paths.intern({"a", "b"}) == ab);
  CHECK(paths.intern({"a"}) == a);
  CHECK(paths.intern({}) == whole);
  CHECK(paths.size() == 3);
}

TEST_CASE("a step that is only passed has no slot") {
  Paths paths;
  paths.intern({"a", "b"});
  CHECK(paths.root().slot == Paths::Node::no_slot);
  REQUIRE(paths.root().children.size() == 1);
  CHECK(paths.node(paths.root().children[0].node).slot == Paths::Node::no_slot);
}

TEST_CASE("a step in decimal is an index as well") {
  Paths paths;
  for (const char* step : {"0", "12", "01", "x", "4294967296", ""}) paths.intern({step});
  const auto& children = paths.root().children;
  CHECK(children[0].index == 0);
  CHECK(children[1].index == 12);
  for (std::size_t i = 2; i < children.size(); ++i) CHECK(children[i].index == Paths::Node::no_index);
}
