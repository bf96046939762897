#include "codec/json.hpp"

#include "support/catch.hpp"
#include "unit/codec/collected.hpp"

using namespace fieldgate;
using namespace fieldgate::codec;

namespace {

struct Fixture {
  Fixture() { paths.intern({"n"}); }
  std::string decode(std::string_view frame) {
    const auto failure = codec.decode(frame, out);
    return failure ? std::string(failure->reason) : "";
  }
  expression::Paths paths;
  Json codec{{}, paths};
  Collected out;
};

}  // namespace

TEST_CASE("an object is a message, forwarded as it stands") {
  Fixture f;
  CHECK(f.decode("  {\"n\": 1.50}\r") == "");
  REQUIRE(f.out.documents.size() == 1);
  CHECK(f.out.documents[0].json == "{\"n\": 1.50}");
  CHECK(f.out.documents[0].picked == std::vector<std::string>{"1.50"});
  CHECK_FALSE(f.out.documents[0].time);
}

TEST_CASE("an array is many messages, each with its own values") {
  Fixture f;
  CHECK(f.decode(R"( [ {"n":1,"s":"],{"} ,{"n":2},
    {"x":
     [{"n":3}]}, {} ] )") == "");
  REQUIRE(f.out.documents.size() == 4);
  CHECK(f.out.documents[0].json == R"({"n":1,"s":"],{"})");
  CHECK(f.out.documents[1].picked == std::vector<std::string>{"2"});
  CHECK(f.out.documents[2].picked == std::vector<std::string>{"-"});
  CHECK(f.out.documents[3].json == "{}");
  CHECK_FALSE(f.out.documents[1].has_line_break);
  CHECK(f.out.documents[2].has_line_break);
}

TEST_CASE("an empty array is no message, and no failure") {
  Fixture f;
  CHECK(f.decode("[]") == "");
  CHECK(f.out.documents.empty());
}

TEST_CASE("what is neither an object nor objects is refused as a whole") {
  Fixture f;
  for (const char* frame : {"1", "\"text\"", "null", "true", "[1]", R"([{"n":1},2])", R"([{"n":1},[{"n":2}]])"}) {
    CAPTURE(frame);
    CHECK(f.decode(frame) == "not_an_object");
  }
  CHECK(f.decode(R"([{"n":1},{"n":2])") == "invalid_json");
  CHECK(f.decode("") == "invalid_json");
  CHECK(f.decode(R"({"n":1}{"n":2})") == "invalid_json");
  CHECK(f.out.documents.empty());
}

TEST_CASE("paths that come after the codec was made are picked too") {
  expression::Paths paths;
  Json codec({}, paths);
  paths.intern({"late"});
  Collected out;
  CHECK_FALSE(codec.decode(R"({"late":"x"})", out));
  CHECK(out.documents.at(0).picked == std::vector<std::string>{"x"});
}
