#include "codec/key_value.hpp"

#include <fstream>
#include <nlohmann/json.hpp>

#include "support/catch.hpp"
#include "unit/codec/from_yaml.hpp"

using namespace fieldgate;
using namespace fieldgate::codec;

TEST_CASE("pairs become members, and look what they are") {
  FromYaml logfmt("{ type: key_value }");
  CHECK(logfmt.decode("t=21.5 n=-3 on=true name=pump-1 note=\"on \\\"air\\\"\" quoted=\"5\" zero=007 e=") ==
        R"({"t":21.5,"n":-3,"on":true,"name":"pump-1","note":"on \"air\"","quoted":"5","zero":"007","e":""})");
  CHECK(logfmt.decode("a=1\nb=2\r\n\n") == "{\"a\":1}\n{\"b\":2}");
  CHECK(logfmt.decode("imei=8681234567890123456") == R"({"imei":"8681234567890123456"})");
}

TEST_CASE("certain keys are typed, renamed and required") {
  FromYaml codec(R"yaml({ type: key_value, others: false, fields: {
      temperature: { from: t, type: number, scale: 0.1, unit: C }, state: { enum: { A: valid, V: void } },
      at: { from: [d, c], format: "%d%m%y %H%M%S", timezone: "+08:00", time: true },
      latitude: { from: lat, type: degrees_minutes, hemisphere: ns }, id: { required: true, type: hex } } })yaml");
  CHECK(codec.problem == "");
  CHECK(codec.decode("t=215 state=A d=310126 c=161530 lat=4807.038 ns=S id=FF x=1") ==
        R"({"temperature":21.5,"state":"valid","at":"2026-01-31T08:15:30.000Z","latitude":-48.1173,"id":255})");
  CHECK(codec.time_text() == "2026-01-31T08:15:30.000Z");
  CHECK(codec.decode("t=215") == "missing_field at 0");
  CHECK(codec.decode("id=ff t=2x5") == "bad_value at 8");
  CHECK(codec.encode(R"({"temperature":21.5,"state":"valid","at":"2026-01-31T08:15:30.000Z","id":255})") ==
        "t=215 state=A d=310126 c=161530 id=FF");
}

TEST_CASE("texts that say there is no value give null, and null gives the first of them") {
  FromYaml codec(R"yaml({ type: key_value, separator: ";", assign: ":", fields: {
      RH: { type: number, scale: 0.1, missing: ["--", "///", NaN, -999] }, P: { type: integer, missing: "--" },
      S: { type: text, missing: "?" }, T: { type: rfc3339, time: true, missing: "--" },
      B: { type: boolean, missing: ["-"] }, A: { type: auto, missing: [0, none] } } })yaml");
  REQUIRE(codec.problem == "");
  CHECK(codec.decode("RH:--;P: -- ;S:?;T:--;B:-;A:0") == R"({"RH":null,"P":null,"S":null,"T":null,"B":null,"A":null})");
  CHECK(codec.time_text() == "");
  CHECK(codec.decode("RH:NaN;A:none") == R"({"RH":null,"A":null})");
  CHECK(codec.decode("RH:-999") == R"({"RH":null})");
  CHECK(codec.decode("RH:-99;S:--;A:1") == R"({"RH":-9.9,"S":"--","A":1})");
  CHECK(codec.decode("RH:-") == "bad_value at 3");
  CHECK(codec.encode(R"({"RH":null,"P":7,"S":null,"B":null})") == "RH:--;P:7;S:?;B:-");
}

TEST_CASE("missing takes texts, in a list or alone") {
  const auto problem = [](const std::string& missing) {
    return FromYaml("{ type: key_value, fields: { a: { type: number, missing: " + missing + " } } }").problem;
  };
  CHECK(problem("none") == "");
  CHECK(problem("[]").find("expected the text that says there is no value") != std::string::npos);
  CHECK(problem("[[1]]").find("expected a text in the list") != std::string::npos);
}

TEST_CASE("other separators, and blanks round them") {
  FromYaml codec(R"yaml({ type: key_value, separator: ";", assign: ":", quote: "'", prefix: "#" })yaml");
  CHECK(codec.decode("#a: 1 ; b :two words;c:'x;y'") == R"({"a":1,"b":"two words","c":"x;y"})");
  CHECK(codec.decode("a:1") == "no_prefix at 0");
  CHECK(codec.encode(R"({"a":1,"c":"x;y","d":true})") == "#a:1;c:'x;y';d:true");
}

TEST_CASE("what cannot be a pair is refused with its place") {
  FromYaml codec("{ type: key_value }");
  CHECK(codec.decode("a=1 =2") == "bad_key at 5");
  CHECK(codec.decode("a=\"1") == "bad_quote at 4");
  CHECK(codec.decode("a=\"1\"2") == "bad_quote at 5");
  std::string many;
  for (int i = 0; i < 300; ++i) many += "k" + std::to_string(i) + "=1 ";
  CHECK(codec.decode(many).starts_with("too_many_pairs"));
}

TEST_CASE("of keys that come again the last one counts") {
  CHECK(decoded("{ type: key_value }", "a=1 b=2 a=3") == R"({"b":2,"a":3})");
  CHECK(decoded("{ type: key_value, fields: { a: number } }", "a=1 b=2 a=3") == R"({"a":3,"b":2})");
}

TEST_CASE("pairs by a pattern: the read-out of a meter") {
  FromYaml codec(R"yaml({ type: key_value, pattern: "(?m)^(?P<key>[0-9.:-]+)\\((?P<value>[^*)]*)", others: false,
                         fields: { energy: { from: "1-0:1.8.0", type: number, unit: kWh } } })yaml");
  CHECK(codec.problem == "");
  CHECK(codec.decode("/ISk5\r\n1-0:1.8.0(000123.450*kWh)\r\n1-0:2.8.0(000001*kWh)\r\n!") == R"({"energy":123.45})");
  CHECK(codec.decode("nothing") == "no_match at 0");
  CHECK(FromYaml(R"yaml({ type: key_value, pattern: "(a)" })yaml").problem.find("(?P<key>...)") != std::string::npos);
}

TEST_CASE("Telegraf's lines of logfmt are read as they should be") {
  std::ifstream file(TEST_DATA "/vectors/logfmt.json");
  const nlohmann::json vectors = nlohmann::json::parse(file);
  REQUIRE(vectors.at("records").size() == 4);
  for (const nlohmann::json& record : vectors.at("records")) {
    CAPTURE(record.at("name").get<std::string>());
    const std::string out = decoded("{ type: key_value }", record.at("text").get<std::string>());
    if (record.contains("error")) {
      CHECK(out.find(" at ") != std::string::npos);
    } else {
      nlohmann::json documents = nlohmann::json::array();
      if (!out.empty()) documents.push_back(nlohmann::json::parse(out));
      CHECK(documents == record.at("expected"));
    }
  }
}
