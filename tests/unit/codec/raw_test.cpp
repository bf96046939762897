#include "codec/raw.hpp"

#include "support/catch.hpp"
#include "unit/codec/collected.hpp"

using namespace fieldgate;
using namespace fieldgate::codec;

TEST_CASE("bytes become base64 in one member, and can be picked") {
  expression::Paths paths;
  paths.intern({"base64"});
  Raw codec({}, paths);
  Collected out;
  CHECK_FALSE(codec.decode(std::string_view("\x00\xFF\x10", 3), out));
  REQUIRE(out.documents.size() == 1);
  CHECK(out.documents[0].json == R"({"base64":"AP8Q"})");
  CHECK(out.documents[0].picked == std::vector<std::string>{"AP8Q"});
}
