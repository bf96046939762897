// CsvRows: RFC 4180, and what is none.
#include "device/csv_rows.hpp"

#include "support/catch.hpp"

namespace fieldgate::device {
namespace {

using Fields = std::vector<std::string>;

/// All rows; one that is wrong as its problem.
std::vector<Fields> rows_of(std::string_view text) {
  std::vector<Fields> all;
  CsvRows rows(text);
  while (rows.next()) all.push_back(rows.problem().empty() ? rows.fields() : Fields{std::string(rows.problem())});
  return all;
}

TEST_CASE("rows end with LF, CRLF or the file; empty lines are none") {
  CHECK(rows_of("a,b\nc,d\r\n\r\n\ne,f") == std::vector<Fields>{{"a", "b"}, {"c", "d"}, {"e", "f"}});
  CHECK(rows_of("").empty());
  CHECK(rows_of("\n").empty());
}

TEST_CASE("empty fields are fields") {
  CHECK(rows_of(",\na,\n,b\n") == std::vector<Fields>{{"", ""}, {"a", ""}, {"", "b"}});
}

TEST_CASE("in quotes there may be commas, line ends and doubled quotes; spaces are part of a field") {
  CHECK(rows_of("\"a,1\",\"b \"\"2\"\"\"\n\"c\nd\", e ") == std::vector<Fields>{{"a,1", "b \"2\""}, {"c\nd", " e "}});
  CHECK(rows_of("\"\"") == std::vector<Fields>{{""}});
}

TEST_CASE("after a row with wrong quotes the next line is read") {
  const auto rows = rows_of("a\"b,c\nd,e\n\"f\"g,h\ni,j\n\"k,l\nm,n\n");
  REQUIRE(rows.size() == 6);
  CHECK(rows[0].front().find("inside of a value") != std::string::npos);
  CHECK(rows[1] == Fields{"d", "e"});
  CHECK(rows[2].front().find("behind a closing quote") != std::string::npos);
  CHECK(rows[3] == Fields{"i", "j"});
  CHECK(rows[4].front() == "a quote is not closed");
  CHECK(rows[5] == Fields{"m", "n"});
}

TEST_CASE("a row knows where it stands and how it is written") {
  CsvRows rows("id\n\n\"a\",b\n");
  REQUIRE(rows.next());
  REQUIRE(rows.next());
  CHECK(rows.offset() == 4);
  CHECK(rows.raw() == "\"a\",b");
}

}  // namespace
}  // namespace fieldgate::device
