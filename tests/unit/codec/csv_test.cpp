#include "codec/csv.hpp"

#include <fstream>

#include <nlohmann/json.hpp>

#include "support/catch.hpp"
#include "unit/codec/collected.hpp"

using namespace fieldgate;
using namespace fieldgate::codec;

namespace {

using Kind = Csv::Kind;

struct Decoded {
  std::string failure;
  Collected out;
  std::string row(std::size_t index) const { return out.documents.at(index).json; }
};

Decoded decode(const Csv::Config& config, std::string_view frame) {
  const expression::Paths none;
  Csv codec(config, none);
  Decoded result;
  if (const auto failure = codec.decode(frame, result.out)) result.failure = failure->reason;
  return result;
}

const Csv::Config typed{{{"device"}, {"n", Kind::integer}, {"t", Kind::number}, {"on", Kind::boolean}}};
const Csv::Config plain{{{"a"}, {"b"}}};

}  // namespace

TEST_CASE("columns have names and types") {
  const Decoded result = decode(typed, "dev-1,007,21.50,true\ndev-2, -3 ,+1e3,0\r\n");
  CHECK(result.failure == "");
  REQUIRE(result.out.documents.size() == 2);
  CHECK(result.row(0) == R"({"device":"dev-1","n":7,"t":21.5,"on":true})");
  CHECK(result.row(1) == R"({"device":"dev-2","n":-3,"t":1000,"on":false})");
}

TEST_CASE("an empty field is null unless it is text") {
  CHECK(decode(typed, ",,,").row(0) == R"({"device":"","n":null,"t":null,"on":null})");
}

TEST_CASE("a value of the wrong type refuses the whole frame") {
  for (const char* frame : {"d,x,1,1", "d,1.5,1,1", "d,1,x,1", "d,1,inf,1", "d,1,nan,1", "d,1,1,maybe",
                            "d,99999999999999999999,1,1", "a,1,1,1\nd,x,1,1", "d,+-1,1,1", "d,0x1,1,1"}) {
    CAPTURE(frame);
    const Decoded result = decode(typed, frame);
    CHECK(result.failure == "bad_value");
    CHECK(result.out.documents.empty());
  }
}

TEST_CASE("a row has as many fields as there are columns") {
  CHECK(decode(plain, "1").failure == "wrong_fields");
  CHECK(decode(plain, "1,2,3").failure == "wrong_fields");
  CHECK(decode(plain, "1,2\n3").failure == "wrong_fields");
}

TEST_CASE("quotes hold separators, line ends and doubled quotes") {
  const Decoded result = decode(plain, "\"a,b\",\"say \"\"hi\"\"\"\n\"line\r\nend\",x");
  CHECK(result.row(0) == R"({"a":"a,b","b":"say \"hi\""})");
  CHECK(result.row(1) == R"({"a":"line\r\nend","b":"x"})");
  CHECK(decode(plain, "\"open,b").failure == "bad_quote");
  CHECK(decode(plain, "\"a\"x,b").failure == "bad_quote");
  CHECK(decode(plain, "a\"b,c").row(0) == R"({"a":"a\"b","b":"c"})");
}

TEST_CASE("the separator and the quote can be chosen") {
  CHECK(decode({{{"a"}, {"b"}}, ';', '\''}, "'1;2';\"x\"").row(0) == R"({"a":"1;2","b":"\"x\""})");
  CHECK(decode({{{"a"}, {"b"}}, '\t'}, "1\t2").row(0) == R"({"a":"1","b":"2"})");
}

TEST_CASE("a column can be the message's time") {
  const Decoded seconds = decode({{{"at", Kind::unix_s, true}, {"v", Kind::integer}}}, "1769847330.5,1");
  CHECK(seconds.row(0) == R"({"at":1769847330.5,"v":1})");
  REQUIRE(seconds.out.documents[0].time);
  CHECK(seconds.out.documents[0].time->time_since_epoch().count() == 1769847330500000);
  const Decoded rfc = decode({{{"at", Kind::rfc3339, true}}}, "2026-01-31T08:15:30Z\n");
  CHECK(rfc.row(0) == R"({"at":"2026-01-31T08:15:30Z"})");
  CHECK(rfc.out.documents[0].time->time_since_epoch().count() == 1769847330000000);
  CHECK(decode({{{"at", Kind::rfc3339, true}}}, "yesterday").failure == "bad_value");
  CHECK_FALSE(decode({{{"at", Kind::unix_ms}}}, "1769847330500").out.documents[0].time);
}

TEST_CASE("empty rows and bytes that are no UTF-8 harm nothing") {
  const Decoded result = decode(plain, "\n1,2\n\r\n\n3,\xFF\n");
  REQUIRE(result.out.documents.size() == 2);
  CHECK(result.row(1) == "{\"a\":\"3\",\"b\":\"\xEF\xBF\xBD\"}");
  CHECK(decode(plain, "").out.documents.empty());
}

TEST_CASE("csv-spectrum's files are read as they should be") {
  using Json = nlohmann::json;
  std::ifstream file(TEST_DATA "/vectors/csv.json");
  const Json vectors = Json::parse(file);
  REQUIRE(vectors.at("records").size() == 5);
  for (const Json& record : vectors.at("records")) {
    CAPTURE(record.at("name").get<std::string>());
    const std::string text = record.at("text");
    const std::size_t header = text.find('\n');
    Csv::Config config;
    for (std::size_t at = 0; at < header;) {
      const std::size_t comma = std::min(text.find(',', at), header);
      config.columns.push_back({text.substr(at, comma - at)});
      at = comma + 1;
    }
    const Decoded result = decode(config, std::string_view(text).substr(header + 1));
    REQUIRE(result.out.documents.size() == record.at("expected").size());
    for (std::size_t i = 0; i < result.out.documents.size(); ++i)
      CHECK(Json::parse(result.row(i)) == record.at("expected").at(i));
  }
}
