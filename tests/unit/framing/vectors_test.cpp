// Streams and frames out of other projects' test suites (tests/data/vectors).
#include <fstream>

#include <nlohmann/json.hpp>

#include "framing/delimiter.hpp"
#include "framing/fixed.hpp"
#include "framing/length_field.hpp"
#include "framing/line.hpp"
#include "framing/netstring.hpp"
#include "support/catch.hpp"
#include "unit/framing/cutting.hpp"

using namespace fieldgate;
using namespace fieldgate::framing;

namespace {

using Json = nlohmann::json;

std::string unhex(const std::string& hex) {
  std::string bytes;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2)
    bytes += static_cast<char>(std::stoi(hex.substr(i, 2), nullptr, 16));
  return bytes;
}

Factory framer_of(const Json& framing) {
  const std::string type = framing.at("type");
  const std::size_t max_length = framing.value("max_length", default_max_length);
  if (type == "netstring") return Factory::of<Netstring>({max_length});
  if (type == "fixed") return Factory::of<Fixed>({framing.at("length").get<std::size_t>(), max_length});
  if (type == "delimiter") {
    Delimiter::Config config;
    for (const auto& hex : framing.at("delimiters")) config.delimiters.push_back(unhex(hex));
    config.strip = framing.at("strip");
    config.max_length = max_length;
    return Factory::of<Delimiter>(config);
  }
  REQUIRE(type == "length_field");
  LengthField::Config config;
  config.length_offset = framing.at("length_offset");
  config.length_size = framing.at("length_size");
  config.length_adjust = framing.at("length_adjust");
  config.endian = framing.at("endian") == "little" ? LengthField::Endian::little : LengthField::Endian::big;
  config.max_length = max_length;
  config.payload = {framing.at("strip").get<std::int64_t>(), INT64_MAX};
  return Factory::of<LengthField>(config);
}

bool is_line(const Json& framing) {
  return framing.at("type") == "delimiter" && framing.at("strip") == true &&
         framing.at("delimiters") == Json::parse(R"(["0d0a","0a"])");
}

void check(const Json& record, const Factory& factory) {
  std::vector<std::string> expected;
  for (const auto& hex : record.at("frames")) expected.push_back(unhex(hex));
  std::string stream;
  for (const auto& hex : record.at("hex")) stream += unhex(hex);
  for (const std::size_t chunk :
       {std::size_t{1}, std::size_t{2}, std::size_t{3}, std::size_t{7}, std::size_t{64}, stream.size()}) {
    CAPTURE(chunk);
    Outcome outcome = cut(*factory.make(), stream, chunk, 128 * 1024);
    CHECK(outcome.broken == "");
    if (!record.at("frames_exact").get<bool>() && outcome.frames.size() > expected.size())
      outcome.frames.resize(expected.size());
    CHECK(outcome.frames == expected);
    CHECK(outcome.rejected.size() ==
          record.value("too_long", record.contains("error") ? std::size_t{1} : std::size_t{0}));
  }
}

std::size_t run(const std::string& set) {
  std::ifstream file(TEST_DATA "/vectors/" + set + ".json");
  const Json vectors = Json::parse(file);
  for (const Json& record : vectors.at("records")) {
    CAPTURE(record.at("name").get<std::string>());
    const Json& framing = record.at("framing");
    check(record, framer_of(framing));
    if (is_line(framing)) check(record, Factory::of<Line>({framing.value("max_length", default_max_length), false}));
  }
  return vectors.at("records").size();
}

}  // namespace

TEST_CASE("Twisted's streams are cut as Twisted cuts them") { CHECK(run("framing_twisted") == 28); }
TEST_CASE("Netty's streams are cut as Netty cuts them") { CHECK(run("framing_netty") == 12); }
TEST_CASE("fleets that end frames with delimiters are understood") { CHECK(run("framing_delimiter_fleet") == 123); }
TEST_CASE("fleets that send frames of one length are understood") { CHECK(run("framing_fixed_fleet") == 2); }
TEST_CASE("fleets that send a length field are understood") { CHECK(run("framing_length_field_fleet") == 57); }
