#include "codec/grok.hpp"

#include <algorithm>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "config/values.hpp"
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
  CHECK(grok_names().size() > 300);
  std::set<std::string_view> names;
  for (const std::string_view name : grok_names()) {
    CAPTURE(name);
    CHECK(names.insert(name).second);
    CHECK(FromYaml(std::string("{ type: regex, grok: '%{") + std::string(name) + ":x}' }").problem == "");
  }
}

TEST_CASE("what Logstash says by looking ahead is said another way") {
  const auto decode = [](const std::string& grok, std::string_view text) {
    FromYaml codec("{ type: regex, grok: '" + grok + "' }");
    return codec.problem.empty() ? codec.decode(text) : codec.problem;
  };
  CHECK(decode("%{IP:ip}", "from 192.168.100.255 on") == R"({"ip":"192.168.100.255"})");
  CHECK(decode("%{IP:ip}", "2001:db8::ff00:42:8329") == R"({"ip":"2001:db8::ff00:42:8329"})");
  CHECK(decode("^%{IP:ip}$", "::ffff:10.0.0.1") == R"({"ip":"::ffff:10.0.0.1"})");
  CHECK(decode("%{HAPROXYDATE:at}", "09/Dec/2013:12:59:46.633") ==
        R"({"at":"09/Dec/2013:12:59:46.633","haproxy_monthday":"09","haproxy_month":"Dec","haproxy_year":"2013",)"
        R"("haproxy_time":"12:59:46","haproxy_hour":"12","haproxy_minute":"59","haproxy_second":"46",)"
        R"("haproxy_milliseconds":"633"})");
  CHECK(decode("%{QS:q} %{TIME:t}", R"("a \"b\"" 23:59:59)") == R"({"q":"\"a \\\"b\\\"\"","t":"23:59:59"})");
  CHECK(decode("^%{TIME:t}$", "23:59") == "no_match at 0");
  CHECK(decode("%{NAGIOSLOGLINE}", "[1427925600] EXTERNAL COMMAND: ENABLE_HOST_NOTIFICATIONS;nagioshost") ==
        R"({"nagios_epoch":"1427925600","nagios_type":"EXTERNAL COMMAND","nagios_hostname":"nagioshost",)"
        R"("nagios_command":"ENABLE_HOST_NOTIFICATIONS"})");
}

TEST_CASE("Logstash's examples match, but for those that are cut short or of another set") {
  const std::map<std::string, std::string> missed = {
      {"bro/ZEEK_HTTP.2", "a name of the other set, ECS"},
      {"exim/EXIM.1", "expects @version, which Logstash adds"},
      {"exim/EXIM.4", "the line is cut short before what is expected"},
      {"exim/EXIM.5", "the line is cut short before what is expected"},
      {"firewalls/CISCOFW713172.1", "the line is cut short"},
      {"junos/RT_FLOW2.1", "the line is cut short"},
      {"junos/RT_FLOW3.1", "the line is cut short"},
      {"netscreen/NETSCREENSESSIONLOG.1", "the line is cut short"},
      {"shorewall/SHOREWALL.1", "the line is cut short"},
      {"shorewall/SHOREWALL.2", "the line is cut short"},
  };
  std::ifstream file(TEST_DATA "/vectors/grok.json");
  const nlohmann::json vectors = nlohmann::json::parse(file);
  std::size_t passed = 0;
  for (const nlohmann::json& record : vectors.at("records")) {
    const std::string name = record.at("name");
    CAPTURE(name);
    FromYaml codec("{ type: regex, grok: '" + record.at("pattern").get<std::string>() + "' }");
    const std::string document = codec.decode(*config::parse_hex(record.at("hex").at(0).get<std::string>()));
    CAPTURE(document);
    const nlohmann::json ours = nlohmann::json::parse(document, nullptr, false);
    const auto& expected = record.at("expected").items();
    const bool is_same = ours.is_object() && std::all_of(expected.begin(), expected.end(), [&ours](const auto& one) {
                           return ours.value(one.key(), nlohmann::json()) == one.value();
                         });
    CHECK(is_same != missed.contains(name));
    if (is_same) ++passed;
  }
  CHECK(passed == vectors.at("records").size() - missed.size());
}
