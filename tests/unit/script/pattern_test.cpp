// Regular expressions of operators over text of devices.
#include "script/pattern.hpp"

#include "support/catch.hpp"

namespace fieldgate::script {
namespace {

TEST_CASE("a pattern is found anywhere, and anchors mean the whole text") {
  const auto pattern = Pattern::compile("b+");
  REQUIRE(pattern);
  CHECK(pattern->found_in("abbc"));
  CHECK_FALSE(pattern->found_in("ac"));
  const auto anchored = Pattern::compile("^meter-[0-9]+$");
  CHECK(anchored->found_in("meter-17"));
  CHECK_FALSE(anchored->found_in("meter-17\nx"));
}

TEST_CASE("a pattern that is none says why") {
  const auto pattern = Pattern::compile("(a");
  REQUIRE_FALSE(pattern);
  CHECK_FALSE(pattern.error().text.empty());
}

TEST_CASE("bytes that are no text neither match by accident nor crash") {
  const auto pattern = Pattern::compile("x");
  REQUIRE(pattern);
  CHECK_FALSE(pattern->found_in("\xff\xfe\x80"));
}

}  // namespace
}  // namespace fieldgate::script
