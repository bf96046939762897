#include "codec/text.hpp"

#include "support/catch.hpp"
#include "unit/codec/collected.hpp"

using namespace fieldgate;
using namespace fieldgate::codec;

TEST_CASE("a text becomes one member, and can be picked") {
  expression::Paths paths;
  paths.intern({"text"});
  Text codec({}, paths);
  Collected out;
  CHECK_FALSE(codec.decode("say \"hi\"\n", out));
  CHECK_FALSE(codec.decode("", out));
  CHECK_FALSE(codec.decode("\xFF", out));
  REQUIRE(out.documents.size() == 3);
  CHECK(out.documents[0].json == R"({"text":"say \"hi\"\n"})");
  CHECK(out.documents[0].picked == std::vector<std::string>{R"(say \"hi\"\n)"});
  CHECK(out.documents[1].json == R"({"text":""})");
  CHECK(out.documents[2].json == "{\"text\":\"\xEF\xBF\xBD\"}");
}
