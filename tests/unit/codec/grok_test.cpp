#include "codec/grok.hpp"

#include <fstream>
#include <nlohmann/json.hpp>
#include <set>

#include "support/catch.hpp"
#include "unit/codec/from_yaml.hpp"

using namespace fieldgate;
using namespace fieldgate::codec;

TEST_CASE("names are expanded, and may have types") {
  FromYaml codec(R"({ type: regex, grok: "%{IPORHOST:host} %{NUMBER:t:float} %{INT:n:int}" })");
  CHECK(codec.problem == "");
  CHECK(codec.decode("10.0.0.1 21.50 -7") == R"({"host":"10.0.0.1","t":21.5,"n":-7})");
  CHECK(codec.decode("no") == "no_match at 0");
}

TEST_CASE("names of one's own, with paths and the same name twice") {
  FromYaml codec(R"re({ type: regex, grok: "%{EITHER}", definitions: {
      EITHER: "(?:a=%{WORD:[x][y]}|b=(?<x.y>\\w+))", UNUSED: "x" } })re");
  CHECK(codec.problem == "");
  CHECK(codec.decode("a=one") == R"({"x.y":"one"})");
  CHECK(codec.decode("b=two") == R"({"x.y":"two"})");
}

TEST_CASE("what leads nowhere is told") {
  const auto problem = [](const std::string& yaml) { return FromYaml("{ type: regex, " + yaml + " }").problem; };
  CHECK(problem(R"(grok: "%{NOPE:a}")").find("no pattern is called 'NOPE'") != std::string::npos);
  CHECK(problem(R"(grok: "%{A:a}", definitions: { A: "%{A}" })").find("leads back to itself") != std::string::npos);
  CHECK(problem(R"(grok: "%{INT:a:decimal}")").find("'decimal' is no type") != std::string::npos);
  CHECK(problem(R"(grok: "%{INT:a")").find("has no '}'") != std::string::npos);
  CHECK(
      problem(
          R"(grok: "%{A:a}", definitions: { A: "%{B}%{B}%{B}%{B}%{B}%{B}%{B}%{B}", B: "%{C}%{C}%{C}%{C}%{C}%{C}%{C}%{C}", C: "%{D}%{D}%{D}%{D}%{D}%{D}%{D}%{D}", D: "%{E}%{E}%{E}%{E}%{E}%{E}%{E}%{E}", E: "%{F}%{F}%{F}%{F}%{F}%{F}%{F}%{F}", F: "xxxxxxxxxxxxxxxxx" })")
          .find("64 KiB") != std::string::npos);
}

TEST_CASE("every pattern that is built in compiles") {
  for (const char* name : {"URI", "SYSLOGLINE", "HTTPD_COMBINEDLOG", "TIMESTAMP_ISO8601", "DATESTAMP_RFC2822", "MAC",
                           "UUID", "EMAILADDRESS", "WINPATH", "QS", "BASE16FLOAT", "REDISMONLOG"}) {
    CAPTURE(name);
    CHECK(FromYaml(std::string("{ type: regex, grok: '%{") + name + ":x}' }").problem == "");
  }
}

TEST_CASE("Logstash's examples match, but for the patterns of single products") {
  std::ifstream file(TEST_DATA "/vectors/grok.json");
  const nlohmann::json vectors = nlohmann::json::parse(file);
  std::size_t passed = 0;
  std::set<std::string> unknown;
  for (const nlohmann::json& record : vectors.at("records")) {
    const std::string name = record.at("name");
    CAPTURE(name);
    std::string pattern = record.at("pattern");
    FromYaml codec("{ type: regex, grok: '" + pattern + "' }");
    if (codec.problem.find("no pattern is called") != std::string::npos) {
      unknown.insert(name.substr(0, name.find('/')));
      continue;
    }
    REQUIRE(codec.problem == "");
    const std::string document = codec.decode(record.at("text").get<std::string>());
    const nlohmann::json ours = nlohmann::json::parse(document, nullptr, false);
    CAPTURE(document);
    REQUIRE(ours.is_object());
    for (const auto& [key, value] : record.at("expected").items()) CHECK(ours.value(key, nlohmann::json()) == value);
    ++passed;
  }
  CHECK(passed == 7);
  CHECK(unknown == std::set<std::string>{"aws", "bacula", "bro", "exim", "firewalls", "haproxy", "httpd", "java",
                                         "junos", "mcollective", "mongodb", "netscreen", "shorewall", "squid"});
}
