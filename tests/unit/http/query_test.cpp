// Proves the reading of queries.
#include "http/query.hpp"

#include "support/catch.hpp"

using namespace fieldgate::http;

TEST_CASE("a query's names and values, percent-encoding undone") {
  CHECK(*parse_query("/x?a=1&b=sink%20cloud&c=") == Fields{{"a", "1"}, {"b", "sink cloud"}, {"c", ""}});
  CHECK(parse_query("/x")->empty());
  CHECK(parse_query("/x?")->empty());
}

TEST_CASE("a query that is malformed is refused") {
  CHECK_FALSE(parse_query("/x?a"));
  CHECK_FALSE(parse_query("/x?=1"));
  CHECK_FALSE(parse_query("/x?a=%4"));
  CHECK_FALSE(parse_query("/x?a=%zz"));
  CHECK_FALSE(parse_query("/x?a=1&&b=2"));
}

TEST_CASE("every text survives a query") {
  std::string text;
  for (int byte = 0; byte < 256; ++byte) text += static_cast<char>(byte);
  CHECK(parse_query("/x?a=" + percent_encoded(text))->front().second == text);
  CHECK(percent_encoded("sink a&b") == "sink%20a%26b");
}
