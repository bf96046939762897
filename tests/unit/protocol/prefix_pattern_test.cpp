// What may become a match, for every beginning of what matches.
#include "protocol/prefix_pattern.hpp"

#include "script/pattern.hpp"
#include "support/catch.hpp"

namespace fieldgate::protocol {
namespace {

script::Pattern prefix(const std::string& pattern) {
  auto made = prefix_pattern(pattern);
  REQUIRE(made);
  CAPTURE(*made);
  auto compiled = script::Pattern::compile_bytes(*made);
  REQUIRE(compiled);
  return std::move(*compiled);
}

bool may_match(const script::Pattern& pattern, std::string_view text) { return pattern.match(text, true, {}); }

TEST_CASE("every beginning of a match may become one") {
  const std::pair<const char*, std::string> cases[] = {
      {"^(?P<imei>[0-9]{15})", "868123456789012"},
      {"REG:(?:abc|def)+;", "REG:abcdefabc;"},
      {R"(\x00\x0f(?P<a>\d{3}))", std::string("\0\x0f"
                                              "123",
                                              5)},
      {"(?i)hello(?: world){2,3}!", "HeLLo world world!"},
      {"a*?b+c{2}d{1,}e{0,2}f?", "aabbccddde"},
      {R"([\]a^-]{3}[^x][[:digit:]]\.)", "]a^y7."},
      {"(?:(?:ab)*c|d(?:e|f(?:g|h)))$", "dfh"},
      {"x{2,3}(y{2}){2}", "xxyyyy"},
      {R"(\pN\p{Lu}\141b)", "7Aab"},
      {"a|b|cd", "cd"},
      {"{a,b}x{,2}", "{a,b}x{,2}"},
  };
  for (const auto& [pattern, text] : cases) {
    CAPTURE(pattern);
    const script::Pattern may = prefix(pattern);
    for (std::size_t size = 0; size <= text.size(); ++size) {
      CAPTURE(size);
      CHECK(may_match(may, std::string_view(text).substr(0, size)));
    }
    CHECK_FALSE(may_match(may, "~"));
  }
}

TEST_CASE("what no more bytes can make match is none") {
  CHECK_FALSE(may_match(prefix("[0-9]{15}"), "86812345678x"));
  CHECK_FALSE(may_match(prefix("[0-9]{15}"), "8681234567890123"));
  CHECK_FALSE(may_match(prefix("(?:ab){2}c"), "abac"));
  CHECK_FALSE(may_match(prefix("(?:ab){2}c"), "ababab"));
  CHECK_FALSE(may_match(prefix("(?i:ab)c"), "ABC"));
}

TEST_CASE("a pattern that cannot be followed says so") {
  for (const char* pattern : {"(ab", "ab)", "[ab", "ab\\", "\\Qab\\E", "(?:", "(?P<a"}) {
    CAPTURE(pattern);
    CHECK_FALSE(prefix_pattern(pattern));
  }
  std::string deep;
  for (int i = 0; i < 100; ++i) deep += "(?:a";
  CHECK_FALSE(prefix_pattern(deep));
  CHECK_FALSE(prefix_pattern(std::string(1000, 'a')));
}

TEST_CASE("a dollar at the end has nothing to wait for") {
  CHECK(without_end_anchor("^a$") == "^a");
  CHECK(without_end_anchor("^a\\$") == "^a\\$");
  CHECK(without_end_anchor("^a\\\\$") == "^a\\\\");
  CHECK(without_end_anchor("$") == "");
}

}  // namespace
}  // namespace fieldgate::protocol
