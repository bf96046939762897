// Proves the comparison and the characters of header fields.
#include "http/fields.hpp"

#include "support/catch.hpp"

using namespace fieldgate::http;

TEST_CASE("names are compared in any case") {
  const Fields fields{{"Content-Type", "a"}, {"content-type", "b"}};
  CHECK(find_field(fields, "CONTENT-TYPE") == "a");
  CHECK(find_field(fields, "Content").empty());
  CHECK_FALSE(same_name("a@", "A`"));  // 0x40 and 0x60 differ by the same bit as letters
}

TEST_CASE("a name is a token, a value has no control characters") {
  CHECK(is_token("X-Gateway_1"));
  for (const char* wrong : {"", "a b", "a:", "a\r", "\xc3\xbc", "(a)"}) CHECK_FALSE(is_token(wrong));
  CHECK_FALSE(is_token(std::string_view("a\0b", 3)));
  CHECK(is_field_value("any \t text \xc3\xbc"));
  for (const char* wrong : {"a\r\nb", "a\nb", "a\rb", "\x7f", "\x01"}) CHECK_FALSE(is_field_value(wrong));
  CHECK_FALSE(is_field_value(std::string_view("a\0b", 3)));
}
