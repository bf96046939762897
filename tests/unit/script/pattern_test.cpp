// Regular expressions of operators over text of devices.
#include "script/pattern.hpp"

#include <array>

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

TEST_CASE("what RE2 has not is refused") { CHECK_FALSE(Pattern::compile("(?<!a)b")); }

TEST_CASE("bytes that are no text neither match by accident nor crash") {
  const auto pattern = Pattern::compile("x");
  REQUIRE(pattern);
  CHECK_FALSE(pattern->found_in("\xff\xfe\x80"));
}

TEST_CASE("the first match from an offset on has a place") {
  const auto pattern = Pattern::compile_bytes("\\r?\\n");
  REQUIRE(pattern);
  const std::string_view text = "ab\r\ncd\n";
  const auto first = pattern->find(text);
  REQUIRE(first);
  CHECK(first->begin == 2);
  CHECK(first->end == 4);
  const auto second = pattern->find(text, first->end);
  REQUIRE(second);
  CHECK(second->begin == 6);
  CHECK_FALSE(pattern->find(text, 7));
  CHECK_FALSE(pattern->find(text, 8));
  CHECK_FALSE(pattern->find({}));
}

TEST_CASE("the beginning of the text stays where it is, wherever the search begins") {
  const auto pattern = Pattern::compile("^a");
  REQUIRE(pattern);
  CHECK(pattern->find("aa"));
  CHECK_FALSE(pattern->find("aa", 1));
}

TEST_CASE("a pattern of bytes takes any byte for a character") {
  const auto pattern = Pattern::compile_bytes("\\xfa.\\x00");
  REQUIRE(pattern);
  CHECK(pattern->found_in(std::string_view("\x01\xfa\n\0", 4)));
  const auto text = Pattern::compile("^.$");
  REQUIRE(text);
  CHECK(text->found_in("\xC3\xA9"));
  CHECK_FALSE(text->found_in("\xE9"));
}

TEST_CASE("groups are views of the text, and one that took no part has no data") {
  const auto pattern = Pattern::compile("(?P<a>x*)(?:(?P<b>y)|z)(w)?");
  REQUIRE(pattern);
  CHECK(pattern->group_names() == std::vector<std::string>{"", "a", "b", ""});
  std::array<std::string_view, 4> groups;
  const std::string_view text = "-z";
  REQUIRE(pattern->match(text, false, groups));
  CHECK(groups[0] == "z");
  CHECK(groups[0].data() == text.data() + 1);
  CHECK(groups[1].data() != nullptr);
  CHECK(groups[2].data() == nullptr);
  CHECK_FALSE(pattern->match(text, true, groups));
  CHECK(pattern->match("xxyw", true, groups));
  CHECK(groups[2] == "y");
  CHECK(groups[3] == "w");
}

}  // namespace
}  // namespace fieldgate::script
