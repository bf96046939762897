#include "codec/influx.hpp"

#include <fstream>
#include <nlohmann/json.hpp>

#include "support/catch.hpp"
#include "unit/codec/from_yaml.hpp"

using namespace fieldgate;
using namespace fieldgate::codec;

namespace {

std::string bytes_of(const nlohmann::json& record) {
  std::string hex;
  for (const nlohmann::json& chunk : record.at("hex")) hex += chunk.get<std::string>();
  std::string bytes;
  for (std::size_t i = 0; i < hex.size(); i += 2) bytes += static_cast<char>(std::stoi(hex.substr(i, 2), nullptr, 16));
  return bytes;
}

/// What the vectors expect, as our document.
nlohmann::json document_of(const nlohmann::json& metric) {
  nlohmann::json document{
      {"measurement", metric.at("name")}, {"tags", nlohmann::json::object()}, {"fields", nlohmann::json::object()}};
  for (const nlohmann::json& tag : metric.at("tags"))
    document["tags"][tag.at("key").get<std::string>()] = tag.at("value");
  for (const nlohmann::json& field : metric.at("fields"))
    document["fields"][field.at("key").get<std::string>()] = field.at("value").front();
  return document;
}

}  // namespace

TEST_CASE("a line has a measurement, tags, fields and a time") {
  FromYaml codec("{ type: influx, precision: s }");
  CHECK(
      codec.decode("cpu\\ load,host=a\\,b,zone=\\= v=1,n=2i,u=3u,b=T,s=\"x\\\"y\" 1769847330\n") ==
      R"({"measurement":"cpu load","tags":{"host":"a,b","zone":"="},"fields":{"v":1.0,"n":2,"u":3,"b":true,"s":"x\"y"}})");
  CHECK(codec.time_text() == "2026-01-31T08:15:30.000Z");
  CHECK(codec.decode("# nothing\n\nm v=1 \r\nm v=2") ==
        "{\"measurement\":\"m\",\"tags\":{},\"fields\":{\"v\":1.0}}\n{\"measurement\":\"m\",\"tags\":{},\"fields\":{"
        "\"v\":2.0}}");
}

TEST_CASE("a line that is malformed refuses the frame") {
  for (const char* line :
       {"m",        "m ",      "m,v=1",     "m v",      "m v=",   "m v=1,",       "m,=a v=1",
        "m,a= v=1", "m v=1 x", "m v=1 1 2", "m v=\"x",  "m v=+1", "m v=1e999",    "m v=9223372036854775808i",
        "m v=-1u",  "m v=nan", "m v=tru",   ",a=b v=1", "m, v=1", "ok v=1\nm v=", "m v=1 99999999999999999999",
        "#\x01"}) {
    CAPTURE(line);
    CHECK(decoded("{ type: influx }", line).starts_with("invalid_line at "));
  }
}

TEST_CASE("a document becomes the line that it came from") {
  FromYaml codec("{ type: influx }");
  const std::string line = "a\\ b,k\\==v\\,w f=1.5,i=-2i,u=18446744073709551615u,b=true,s=\"q\\\"\\\\\"";
  CHECK(codec.encode(codec.decode(line)) == line);
  CHECK(codec.encode(R"({"measurement":"m","fields":{"v":1.0},"time":"1970-01-01T00:00:01Z"})") ==
        "m v=1.0 1000000000");
  CHECK(codec.encode(R"({"measurement":"m","fields":{}})") == "a line needs at least one field");
  CHECK(codec.encode(R"({"measurement":"m\n","fields":{"a":1}})").find("control character") != std::string::npos);
}

TEST_CASE("InfluxData's corpus is taken and refused as it should be") {
  std::ifstream file(TEST_DATA "/vectors/influx_line.json");
  const nlohmann::json vectors = nlohmann::json::parse(file);
  REQUIRE(vectors.at("records").size() == 206);
  for (const nlohmann::json& record : vectors.at("records")) {
    CAPTURE(record.at("name").get<std::string>());
    FromYaml codec("{ type: influx }");
    Collected out;
    const auto failure = codec.codec->decode(bytes_of(record), out);
    REQUIRE(failure.has_value() == record.contains("error"));
    if (failure) continue;
    const nlohmann::json& metrics = record.at("expected").at("result");
    REQUIRE(out.documents.size() == metrics.size());
    for (std::size_t i = 0; i < metrics.size(); ++i) {
      CHECK(nlohmann::json::parse(out.documents[i].json) == document_of(metrics[i]));
      const auto time = metrics[i].at("time").get<std::int64_t>();
      if (out.documents[i].time) {
        CHECK(out.documents[i].time->time_since_epoch() ==
              std::chrono::floor<Duration>(std::chrono::nanoseconds(time)));
      } else {
        CHECK(time == record.at("config").at("default_time").get<std::int64_t>());
      }
    }
  }
}
