#include "codec/nmea0183.hpp"

#include <fstream>
#include <nlohmann/json.hpp>
#include <set>

#include "support/catch.hpp"
#include "unit/codec/from_yaml.hpp"

using namespace fieldgate;
using namespace fieldgate::codec;

namespace {

/// pynmea2 gives numbers, texts of numbers and nothing at all for what is a number or null here.
bool same(const nlohmann::json& ours, const nlohmann::json& theirs) {
  const auto is_nothing = [](const nlohmann::json& value) { return value.is_null() || value == ""; };
  if (is_nothing(theirs)) return is_nothing(ours);
  const auto number = [](const nlohmann::json& value) -> std::optional<double> {
    if (value.is_number()) return value.get<double>();
    const nlohmann::json read =
        value.is_string() ? nlohmann::json::parse(value.get<std::string>(), nullptr, false) : nlohmann::json();
    if (value.is_string() && value.get<std::string>().starts_with("0")) {
      return std::strtod(value.get<std::string>().c_str(), nullptr);
    }
    return read.is_number() ? std::optional(read.get<double>()) : std::nullopt;
  };
  if (ours == theirs) return true;
  return ours.is_number() && number(theirs) && *number(ours) == *number(theirs);
}

}  // namespace

TEST_CASE("a position report has names, degrees and a time") {
  FromYaml codec("{ type: nmea0183 }");
  CHECK(
      codec.decode("$GPRMC,123519,A,4807.038,N,01131.000,W,022.4,084.4,230394,003.1,W*78\r\n") ==
      R"({"talker":"GP","sentence_type":"RMC","timestamp":"12:35:19.000000","status":"A","lat":"4807.038","lat_dir":"N",)"
      R"("lon":"01131.000","lon_dir":"W","spd_over_grnd":22.4,"true_course":84.4,"datestamp":"1994-03-23",)"
      R"("mag_variation":3.1,"mag_var_dir":"W","mode_indicator":null,"nav_status":null,)"
      R"("latitude":48.1173,"longitude":-11.516666666666667,"is_valid":true})");
  CHECK(codec.time_text() == "1994-03-23T12:35:19.000Z");
}

TEST_CASE("checksums are verified, and may be required") {
  CHECK(decoded("{ type: nmea0183 }", "$GPHDT,274.07,T*03").find("274.07") != std::string::npos);
  CHECK(decoded("{ type: nmea0183 }", "$GPHDT,274.07,T*04") == "bad_checksum at 15");
  CHECK(decoded("{ type: nmea0183 }", "$GPHDT,274.07,T*0") == "bad_checksum at 15");
  CHECK(decoded("{ type: nmea0183, checksum: ignored }", "$GPHDT,274.07,T*04").find("274.07") != std::string::npos);
  CHECK(decoded("{ type: nmea0183, checksum: required }", "$GPHDT,274.07,T") == "no_checksum at 15");
}

TEST_CASE("several lines are several messages, or none") {
  FromYaml codec("{ type: nmea0183 }");
  const std::string two = codec.decode("$GPHDT,1,T\r\n$GPHDM,2,M\r\n");
  CHECK(std::count(two.begin(), two.end(), '\n') == 1);
  CHECK(codec.decode("$GPHDT,1,T\n?") == "not_a_sentence at 11");
  CHECK(codec.decode("\\s:a*00\\$GPHDT,1,T").find("HDT") != std::string::npos);
  CHECK(codec.decode("$GP" + std::string(200, ',')).find(" at ") != std::string::npos);
}

TEST_CASE("what is not known keeps its fields") {
  FromYaml codec("{ type: nmea0183 }");
  CHECK(codec.decode("$GPXYZ,1,a") == R"({"talker":"GP","sentence_type":"XYZ","data":["1","a"]})");
  CHECK(codec.decode("$GPHDT,1,T,9") ==
        R"({"talker":"GP","sentence_type":"HDT","heading":1,"hdg_true":"T","more":["9"]})");
}

TEST_CASE("a document becomes the sentence that it came from") {
  FromYaml codec("{ type: nmea0183 }");
  for (const char* sentence : {"$GPZDA,010203.05,6,7,2008,-8,30*6B", "$GPXYZ,1,a*03", "$PLCJE81B8,64A0,*2E",
                               "$PGRME,15,M,45,M,25,M*1C", "$GPRTE,2,1,c,0,PBRCPK,PBRTO*20"}) {
    CAPTURE(sentence);
    const std::string document = codec.decode(codec.encode(decoded("{ type: nmea0183, checksum: ignored }", sentence)));
    CHECK(document == decoded("{ type: nmea0183, checksum: ignored }", sentence));
    CHECK(std::string_view(codec.encode(document)).substr(0, std::string_view(sentence).size() - 2) ==
          std::string_view(sentence).substr(0, std::string_view(sentence).size() - 2));
  }
  CHECK(codec.encode(R"({"talker":"GP","sentence_type":"HDT","heading":"1*"})") == "a field holds $, * or a line end");
}

TEST_CASE("pynmea2's sentences are read as there") {
  const std::set<std::string> misses = {
      "nor.test_nor_undefined",                   // the maker's unknown sentences have another split there
      "proprietary.test_proprietary_type",        // a type that the test itself defines
      "proprietary.test_proprietary_with_comma",  // the raw fields of a sentence that has names here
      "types.test_STALK_unidentified_command",    // SeaTalk in NMEA is not unpacked
  };
  std::ifstream file(TEST_DATA "/vectors/nmea0183.json");
  const nlohmann::json vectors = nlohmann::json::parse(file);
  std::set<std::string> missed;
  for (const nlohmann::json& record : vectors.at("records")) {
    const std::string name = record.at("name");
    const std::string document = decoded("{ type: nmea0183 }", record.at("text").get<std::string>());
    const nlohmann::json ours = nlohmann::json::parse(document, nullptr, false);
    bool well = ours.is_object();
    for (const auto& [key, value] : record.at("expected").items())
      well = well && same(ours.value(key, nlohmann::json()), value);
    if (!well) missed.insert(name);
    INFO(name << ": " << document << " for " << record.at("expected").dump());
    CHECK(well != misses.contains(name));
  }
  CHECK(missed == misses);
}

TEST_CASE("a sentence is printable ASCII, both ways") {
  FromYaml codec("{ type: nmea0183 }");
  CHECK(codec.decode(std::string("$GPHDT,27\0.07,T", 15)) == "bad_character at 9");
  CHECK(codec.decode("$GPTXT,01,01,02,caf\xc3\xa9") == "bad_character at 19");
  CHECK(codec.decode("$PASHR,#,\x01\x02") == "bad_character at 9");
  CHECK(codec.encode(R"({"talker":"GP","sentence_type":"HDT","heading":"a\u0001"})").find("printable") !=
        std::string::npos);
  CHECK(codec.encode(R"({"talker":"GP","sentence_type":"H T","data":[]})").find("sentence's name") !=
        std::string::npos);
}

TEST_CASE("the attitude of an Ashtech is known by its time, and is written again") {
  FromYaml codec("{ type: nmea0183 }");
  const std::string attitude = codec.decode("$PASHR,085335.000,224.19,T,-01.26,+00.83,+00.00,0.101,0.113,0.267,1,0");
  CHECK(attitude.find(R"("true_heading":224.19)") != std::string::npos);
  CHECK(codec.encode(attitude).starts_with("$PASHR,085335.00,224.19,T,-1.26,0.83,0,"));
  CHECK(codec.decode("$PASHR,#,1").find(R"("data":["R","#","1"])") != std::string::npos);
}
