#include "message/json.hpp"

#include <limits>

#include "message/utf8.hpp"
#include "support/catch.hpp"

using namespace fieldgate;

namespace {

template <class Append>
std::string made(Append append) {
  std::string out;
  append(out);
  return out;
}

std::string quoted(std::string_view text) {
  return made([text](std::string& out) { json::append_string(out, text); });
}
std::string number(double value) {
  return made([value](std::string& out) { json::append_number(out, value); });
}
std::string base64(std::string_view bytes) {
  return made([bytes](std::string& out) { json::append_base64(out, bytes); });
}
std::string unescaped(std::string_view text) {
  return made([text](std::string& out) { json::append_unescaped(out, text); });
}
std::string compact(std::string_view text) {
  return made([text](std::string& out) { json::append_compact(out, text); });
}

}  // namespace

TEST_CASE("a string is quoted, and what cannot stand in it is escaped") {
  CHECK(quoted("") == R"("")");
  CHECK(quoted("plain text that is longer than one block of sixteen") ==
        R"("plain text that is longer than one block of sixteen")");
  CHECK(quoted("a\"b\\c/d") == R"("a\"b\\c/d")");
  CHECK(quoted("\b\f\n\r\t") == R"("\b\f\n\r\t")");
  CHECK(quoted(std::string_view("\0\x1f\x7f", 3)) == "\"\\u0000\\u001f\x7f\"");
  CHECK(quoted("sixteen letters \"here") == R"("sixteen letters \"here")");
}

TEST_CASE("UTF-8 passes a string as it is, and what is none becomes U+FFFD") {
  CHECK(quoted("Zähler 電 \xF0\x9F\x98\x80") == "\"Zähler 電 \xF0\x9F\x98\x80\"");
  CHECK(quoted("a\xFFz") == "\"a\xEF\xBF\xBDz\"");
  CHECK(quoted("\xC3") == "\"\xEF\xBF\xBD\"");
  CHECK(quoted("\xED\xA0\x80") == "\"\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\"");
}

TEST_CASE("a number is written as short as it can be read back") {
  CHECK(number(0.1) == "0.1");
  CHECK(number(230) == "230");
  CHECK(number(-1.5) == "-1.5");
  CHECK(number(std::numeric_limits<double>::infinity()) == "null");
  CHECK(number(std::numeric_limits<double>::quiet_NaN()) == "null");
}

TEST_CASE("base64 is padded, as in RFC 4648") {
  CHECK(base64("") == "");
  CHECK(base64("f") == "Zg==");
  CHECK(base64("fo") == "Zm8=");
  CHECK(base64("foo") == "Zm9v");
  CHECK(base64("foobar") == "Zm9vYmFy");
  CHECK(base64("\xFF\xFE\xFD") == "//79");
}

TEST_CASE("escapes are undone") {
  CHECK(unescaped("plain") == "plain");
  CHECK(unescaped(R"(a\"b\\c\/d\b\f\n\r\t)") == "a\"b\\c/d\b\f\n\r\t");
  CHECK(unescaped(R"(\u0041\u00e4\u96fb)") == "Aä電");
  CHECK(unescaped(R"(\ud83d\ude00!)") == "\xF0\x9F\x98\x80!");
  CHECK(unescaped(R"(\u0000)") == std::string(1, '\0'));
}

TEST_CASE("white space between tokens goes, in strings it stays") {
  CHECK(compact(" { \"a b\" :\r\n\t[ 1 , \"x \\\" y\" ] } ") == R"({"a b":[1,"x \" y"]})");
  CHECK(compact(R"({"a":"\\","b": 1})") == R"({"a":"\\","b":1})");
}

TEST_CASE("the members of an object are read one by one") {
  std::string_view rest = R"( { "a" : 1 , "b\n": {"c":"}"} ,"d":[1,{"e":2}],"f":"x,y" } )";
  json::Member member;
  REQUIRE(json::next_member(rest, member));
  CHECK(member.name == "a");
  CHECK(member.value == "1");
  REQUIRE(json::next_member(rest, member));
  CHECK(member.name == R"(b\n)");
  CHECK(member.escaped);
  CHECK(member.value == R"({"c":"}"})");
  REQUIRE(json::next_member(rest, member));
  CHECK(member.value == R"([1,{"e":2}])");
  CHECK_FALSE(member.escaped);
  REQUIRE(json::next_member(rest, member));
  CHECK(member.value == R"("x,y")");
  CHECK_FALSE(json::next_member(rest, member));
}

TEST_CASE("where UTF-8 ends is found") {
  CHECK(json::find_invalid_utf8("") == std::string_view::npos);
  CHECK(json::find_invalid_utf8("sixteen and more letters, then ä電\xF0\x9F\x98\x80") == std::string_view::npos);
  CHECK(json::find_invalid_utf8("0123456789abcdef01\x80") == 18);
  CHECK(json::find_invalid_utf8("a\xC0\xAF") == 1);          // overlong
  CHECK(json::find_invalid_utf8("a\xE0\x9F\xBF") == 1);      // overlong
  CHECK(json::find_invalid_utf8("a\xED\xA0\x80") == 1);      // a surrogate
  CHECK(json::find_invalid_utf8("a\xF0\x8F\xBF\xBF") == 1);  // overlong
  CHECK(json::find_invalid_utf8("a\xF4\x90\x80\x80") == 1);  // beyond U+10FFFF
  CHECK(json::find_invalid_utf8("a\xE9\x9B") == 1);          // cut off
}

TEST_CASE("every code point is UTF-8 but the surrogates") {
  for (std::uint32_t code = 0x80; code <= 0x10FFFF; code += code < 0x3000 ? 1 : 13) {
    std::string text;
    if (code < 0x800) {
      text = {static_cast<char>(0xC0 | code >> 6), static_cast<char>(0x80 | (code & 0x3F))};
    } else if (code < 0x10000) {
      text = {static_cast<char>(0xE0 | code >> 12), static_cast<char>(0x80 | (code >> 6 & 0x3F)),
              static_cast<char>(0x80 | (code & 0x3F))};
    } else {
      text = {static_cast<char>(0xF0 | code >> 18), static_cast<char>(0x80 | (code >> 12 & 0x3F)),
              static_cast<char>(0x80 | (code >> 6 & 0x3F)), static_cast<char>(0x80 | (code & 0x3F))};
    }
    const bool surrogate = code >= 0xD800 && code <= 0xDFFF;
    if ((utf8::sequence(text.data(), text.data() + text.size()) == 0) != surrogate) FAIL("U+" << std::hex << code);
  }
}
