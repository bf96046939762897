// The csv codec with a header, kinds of rows, and typed fields.
#include "codec/csv.hpp"

#include <fstream>
#include <nlohmann/json.hpp>

#include "support/catch.hpp"
#include "unit/codec/from_yaml.hpp"

using namespace fieldgate;
using namespace fieldgate::codec;

TEST_CASE("the first row of a frame names the columns") {
  FromYaml codec("{ type: csv, header: true, columns: { t: number } }");
  CHECK(codec.problem == "");
  CHECK(codec.decode("id,t\na,1.50\nb,2\n") == "{\"id\":\"a\",\"t\":1.5}\n{\"id\":\"b\",\"t\":2}");
  CHECK(codec.decode("t,id\n1,a\n") == R"({"t":1,"id":"a"})");
  CHECK(codec.decode("id,id\n1,2") == "bad_header at 0");
  CHECK(codec.decode("id,\n1,2") == "bad_header at 0");
  CHECK(codec.decode("id,t\n1") == "wrong_fields at 5");
}

TEST_CASE("csv-spectrum's files are read with their header") {
  std::ifstream file(TEST_DATA "/vectors/csv.json");
  const nlohmann::json vectors = nlohmann::json::parse(file);
  for (const nlohmann::json& record : vectors.at("records")) {
    CAPTURE(record.at("name").get<std::string>());
    FromYaml codec("{ type: csv, header: true }");
    Collected out;
    CHECK_FALSE(codec.codec->decode(record.at("text").get<std::string>(), out));
    REQUIRE(out.documents.size() == record.at("expected").size());
    for (std::size_t i = 0; i < out.documents.size(); ++i)
      CHECK(nlohmann::json::parse(out.documents[i].json) == record.at("expected").at(i));
  }
}

TEST_CASE("columns have quantities, words, times and positions") {
  FromYaml codec(R"({ type: csv, prefix: "$$", exact: false, columns: [
      id, { type: skip }, { name: v, type: integer, scale: 0.001, unit: V }, { name: state, enum: { A: valid } },
      { name: date, type: skip }, { name: clock, type: skip }, { name: lat, type: skip }, { name: ns, type: skip }, { name: x, type: hex } ],
      fields: { at: { from: [date, clock], format: "%y%m%d %H%M%S", timezone: UTC, time: true }, latitude: { from: lat, type: degrees_minutes, hemisphere: ns } } })");
  CHECK(codec.problem == "");
  CHECK(codec.decode("$$7,?,12600,A,260131,081530,4807.038,N,1f") ==
        R"({"id":"7","v":12.600,"state":"valid","x":31,"at":"2026-01-31T08:15:30.000Z","latitude":48.1173})");
  CHECK(codec.time_text() == "2026-01-31T08:15:30.000Z");
  CHECK(codec.decode("$$7,?,1") == R"({"id":"7","v":0.001})");
  CHECK(codec.decode("7,?,1") == "no_prefix at 0");
}

TEST_CASE("kinds of rows are told by their first field") {
  FromYaml codec(
      R"({ type: csv, cases: { T: { columns: [kind, { name: temperature, type: number }] }, P: { columns: [kind, { name: pressure, type: integer }, unit] } } })");
  CHECK(codec.problem == "");
  CHECK(codec.decode("T,21.5\nP,1013,hPa") ==
        "{\"kind\":\"T\",\"temperature\":21.5}\n{\"kind\":\"P\",\"pressure\":1013,\"unit\":\"hPa\"}");
  CHECK(codec.decode("X,1") == "no_case at 0");
  CHECK(codec.decode("T,1\nP,1") == "wrong_fields at 4");
  CHECK(codec.encode(R"({"kind":"P","pressure":1013,"unit":"hPa"})") == "P,1013,hPa");
}

TEST_CASE("a row is written as it would be read") {
  FromYaml codec(
      R"({ type: csv, columns: [name, { name: t, type: number, scale: 0.1 }, { name: on, type: boolean }, { name: rest }] })");
  CHECK(codec.encode(R"({"name":"a,\"b\"","t":21.5,"on":true})") == R"("a,""b""",215,true,)");
  CHECK(codec.decode(codec.encode(R"({"name":"a,\"b\"","t":21.5,"on":true})")) ==
        R"({"name":"a,\"b\"","t":21.5,"on":true,"rest":""})");
  CHECK(codec.encode(R"({"t":"x"})").find("'t'") != std::string::npos);
}

TEST_CASE("fields that cannot be are told") {
  const auto problem = [](const std::string& yaml) { return FromYaml("{ type: csv, " + yaml + " }").problem; };
  CHECK(problem("columns: [a], fields: { b: { from: c } }").find("no column is called 'c'") != std::string::npos);
  CHECK(problem("columns: [{ name: a, scale: 2 }]").find("type: number") != std::string::npos);
  CHECK(problem("columns: [{ name: a, format: '%Q' }]") != "");
  CHECK(problem("columns: [{ name: a, format: '%y%m%d' }]").find("a local time without 'timezone'") !=
        std::string::npos);
  CHECK(problem("columns: [{ name: a, format: '%y%m%d', timezone: UTC }]") == "");
  CHECK(problem("columns: [{ name: a, format: '%y%m%d %z' }]") == "");
  CHECK(problem("columns: [{ name: a, type: time }]").find("needs to say how it is written") != std::string::npos);
  CHECK(problem("columns: [{ name: a, format: '%y', timezone: '8' }]").find("zone") != std::string::npos);
  CHECK(problem("columns: [{ name: a, type: unix_s, timezone: '+08:00' }]").find("belongs to a time") !=
        std::string::npos);
}
