#include "expression/template.hpp"

#include "support/catch.hpp"
#include "unit/expression/sample.hpp"

using namespace fieldgate;
using namespace fieldgate::expression;

namespace {

/// The filled template, or "!" and the reason.
std::string filled(Sample& sample, std::string_view text, Place place = Place::plain) {
  auto made = Template::parse(text, place);
  REQUIRE(made);
  made->bind(sample.environment, sample.paths);
  std::string out = "before:";
  const auto result = made->fill(sample.message, out);
  REQUIRE(out.starts_with("before:"));
  if (!result) {
    CHECK(out == "before:");
    return "!" + std::string(result.error().reason);
  }
  return out.substr(7);
}

std::string wrong(std::string_view text, Names names = Names::message) {
  const auto made = Template::parse(text, Place::plain, names);
  REQUIRE_FALSE(made);
  return made.error().text;
}

bool holds(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

TEST_CASE("a sketch has an x for each name") {
  const auto parsed =
      expression::Template::parse("v1/{{ gateway }}/{{ data.a | default: \"b\" }}/up", expression::Place::topic);
  REQUIRE(parsed);
  CHECK(parsed->sketch() == "v1/x/x/up");
}

}  // namespace

TEST_CASE("every name is filled") {
  Sample sample;
  sample.origin.tls_common_name = "cn-1";
  sample.origin.topic = "plant/a7/up";
  const Meta meta[] = {{"unit", "kWh"}, {"a.b", "dots"}};
  sample.origin.meta = meta;
  sample.origin.tls_alternative_name = "san-1";
  sample.origin.peer_name = "press-01";
  const Meta tags[] = {{"site", "hall-a"}};
  sample.message.tags = tags;
  const Meta match[] = {{"imei", "86"}};
  const Meta each[] = {{"unit", "7"}};
  Talk talk{"868", match, "readings", each, R"({"state":"on\n","n":1.5})", 0x10101};
  sample.message.talk = &talk;
  const std::pair<const char*, const char*> cases[] = {
      {"{{ gateway }}", "plant-7"},
      {"{{ instance }}", "2"},
      {"{{ adapter }}", "meters"},
      {"{{ device }}", "dev-1"},
      {"{{ time }}", "2026-01-31T08:15:30.123Z"},
      {"{{ time.unix_s }}", "1769847330"},
      {"{{ time.unix_ms }}", "1769847330123"},
      {"{{ time.date }}", "2026-01-31"},
      {"{{ received }}", "2026-01-31T08:15:31.000Z"},
      {"{{ peer.ip }}", "10.0.0.1"},
      {"{{ peer.port }}", "4711"},
      {"{{ tls.cn }}", "cn-1"},
      {"{{ topic }}", "plant/a7/up"},
      {"{{ topic.0 }}", "plant"},
      {"{{ topic.1 }}", "a7"},
      {"{{ topic.2 }}", "up"},
      {"{{ topic.3 }}", "!unfilled"},
      {"{{ meta.unit }}", "kWh"},
      {"{{ meta.a.b }}", "dots"},
      {"{{ meta.none }}", "!unfilled"},
      {"{{gateway}}/{{  device  }}", "plant-7/dev-1"},
      {"{{ tls.san }}", "san-1"},
      {"{{ peer.name }}", "press-01"},
      {"{{ tags.site }}", "hall-a"},
      {"{{ tags.none }}", "!unfilled"},
      {"{{ session.id }}", "868"},
      {"{{ match.imei }}", "86"},
      {"{{ match.none }}", "!unfilled"},
      {"{{ request }}", "readings"},
      {"{{ each.unit }}", "7"},
      {"{{ args.state }}", "on\n"},
      {"{{ args.n }}", "1.5"},
      {"{{ args.none }}", "!unfilled"},
      {"{{ counter.1 }}", "1"},
      {"{{ counter.2 }}", "257"},
      {"{{ counter.8 }}", "65793"},
      {"{{ late }}", "false"},
  };
  for (const auto& [text, expected] : cases) {
    CAPTURE(text);
    CHECK(filled(sample, text) == expected);
  }
}

TEST_CASE("names of a talk are missing where nothing was said, and counters have bytes") {
  Sample sample;
  for (const char* name :
       {"session.id", "match.imei", "request", "each.unit", "args.state", "tags.site", "peer.name"}) {
    CAPTURE(name);
    CHECK(filled(sample, "{{ " + std::string(name) + " }}") == "!unfilled");
  }
  for (const char* name : {"counter.0", "counter.9", "counter.x", "counter", "match.", "session.imei"}) {
    CAPTURE(name);
    CHECK_FALSE(Template::parse("{{ " + std::string(name) + " }}", Place::plain));
  }
}

TEST_CASE("numbers and booleans are filled with their JSON text, strings unescaped") {
  Sample sample;
  sample.number("n", "1.50").boolean("b", true).text("s", R"(a\u00e4\n)").with({"list", "1"}, Value::Kind::number, "2");
  sample.with({"a.b"}, Value::Kind::string, "dotted").with({"x", "c/d", "0"}, Value::Kind::string, "pointed");
  CHECK(filled(sample, "{{ data.n }}|{{ data.b }}") == "1.50|true");
  CHECK(filled(sample, "{{ data.s }}") == "aä\n");
  CHECK(filled(sample, "{{ data.list.1 }}") == "2");
  CHECK(filled(sample, "{{ data./a.b }}") == "dotted");
  CHECK(filled(sample, "{{ data.x./c~1d/0 }}") == "pointed");
}

TEST_CASE("arrays and objects fill only plain text") {
  Sample sample;
  sample.with({"o"}, Value::Kind::object, R"({ "a": 1 })").with({}, Value::Kind::object, R"({"all": 2})");
  CHECK(filled(sample, "{{ data.o }}") == R"({"a":1})");
  CHECK(filled(sample, "{{ data }}") == R"({"all":2})");
  CHECK(filled(sample, "t/{{ data.o }}", Place::topic) == "!unfilled");
}

TEST_CASE("what cannot be filled says why") {
  Sample sample;
  sample.with({"null"}, Value::Kind::null, "null").text("empty", "").text("long", std::string_view());
  const std::string long_text(257, 'x');
  sample.text("long", long_text);
  CHECK(filled(sample, "{{ data.none }}") == "!unfilled");
  CHECK(filled(sample, "x{{ data.null }}") == "!unfilled");
  CHECK(filled(sample, "{{ data.empty }}") == "!empty");
  CHECK(filled(sample, "t/{{ data.empty }}", Place::topic) == "!empty");
  CHECK(filled(sample, "{{ data.long }}") == "!too_long");
  CHECK(filled(sample, "{{ data.long }}", Place::url) == "!too_long");
  const std::string just(256, 'x');
  sample.text("long", just);
  CHECK(filled(sample, "{{ data.long }}") == just);
}

TEST_CASE("escapes count for what they mean") {
  Sample sample;
  std::string escaped;
  for (int i = 0; i < 256; ++i) escaped += "\\u0041";
  sample.text("s", escaped);
  CHECK(filled(sample, "{{ data.s }}") == std::string(256, 'A'));
  escaped += "\\u0041";
  sample.text("s", escaped);
  CHECK(filled(sample, "{{ data.s }}") == "!too_long");
}

TEST_CASE("the default stands in for what is missing, null or empty") {
  Sample sample;
  sample.with({"null"}, Value::Kind::null, "null").text("empty", "").text("there", "yes");
  for (const char* name : {"none", "null", "empty"}) {
    CHECK(filled(sample, "{{ data." + std::string(name) + " | default: \"it\" }}", Place::topic) == "it");
  }
  CHECK(filled(sample, "{{ data.there | default: 'no' }}") == "yes");
  CHECK(filled(sample, "{{ data.none | default: \"}}\" }}") == "}}");
  CHECK(filled(sample, "{{ data.none | default: \"\" }}") == "!empty");
}

TEST_CASE("in a topic, device text is one level") {
  Sample sample;
  sample.text("d", std::string_view("$a/b+c#d%e\0\x01\x7F$", 14));
  CHECK(filled(sample, "v1/{{ data.d }}/up", Place::topic) == "v1/%24a%2Fb%2Bc%23d%25e%00%01%7F$/up");
  sample.text("d", "Zähler 電");
  CHECK(filled(sample, "{{ data.d }}", Place::topic) == "Zähler 電");
  sample.text("d", "..");
  CHECK(filled(sample, "{{ data.d }}", Place::topic) == "..");
}

TEST_CASE("bytes that a broker would hang up on are encoded in a topic") {
  Sample sample;
  sample.origin.tls_common_name = "\xC4\xFF \xC2\x85 \xEF\xBF\xBF \xEF\xB7\x90 \xF0\x9F\xBF\xBE";
  CHECK(filled(sample, "{{ tls.cn }}", Place::topic) == "%C4%FF %C2%85 %EF%BF%BF %EF%B7%90 %F0%9F%BF%BE");
}

TEST_CASE("the gateway's own names are not encoded") {
  Sample sample;
  sample.environment.gateway = "site/7+";
  CHECK(filled(sample, "{{ gateway }}/{{ adapter }}", Place::topic) == "site/7+/meters");
}

TEST_CASE("the whole topic keeps its levels") {
  Sample sample;
  sample.origin.topic = "plant/a%2Fb/50%";
  CHECK(filled(sample, "in/{{ topic }}", Place::topic) == "in/plant/a%2Fb/50%25");
  CHECK(filled(sample, "in/{{ topic.1 }}", Place::topic) == "in/a%2Fb");
  sample.origin.topic = "$SYS/up";
  CHECK(filled(sample, "{{ topic }}", Place::topic) == "%24SYS/up");
}

TEST_CASE("a level that names a device is decoded") {
  Sample sample;
  sample.origin.topic = "plant/a%2Fb%25/50%/%zz";
  CHECK(filled(sample, "{{ topic.1 }}") == "a/b%");
  CHECK(filled(sample, "{{ topic.2 }}") == "50%");
  CHECK(filled(sample, "{{ topic.3 }}") == "%zz");
}

TEST_CASE("a device's id comes back from the topic that it filled") {
  for (const std::string& id : std::vector<std::string>{"a/b", "$x", "100%", "%2F", "a+b#", "Zähler", "\x01"}) {
    Sample out;
    out.message.device = id;
    const std::string topic = filled(out, "v1/{{ device }}", Place::topic);
    Sample in;
    in.origin.topic = topic;
    CHECK(filled(in, "{{ topic.1 }}") == id);
  }
}

TEST_CASE("in a URL, device text is one path segment") {
  Sample sample;
  sample.text("d", "a/b?c=d&e#f g%ä-._~");
  CHECK(filled(sample, "https://h/{{ data.d }}", Place::url) == "https://h/a%2Fb%3Fc%3Dd%26e%23f%20g%25%C3%A4-._~");
}

TEST_CASE("device text cannot walk up a URL") {
  Sample sample;
  sample.text("d", "..").text("dot", ".").text("dots", "...");
  CHECK(filled(sample, "https://h/{{ data.d }}/x", Place::url) == "!unsafe");
  CHECK(filled(sample, "https://h/{{ data.dot }}{{ data.dot }}?a=b", Place::url) == "!unsafe");
  CHECK(filled(sample, "https://h/a{{ data.d }}", Place::url) == "https://h/a..");
  CHECK(filled(sample, "https://h/{{ data.dots }}?p=/../", Place::url) == "https://h/...?p=/../");
}

TEST_CASE("in a header, CR and LF cannot pass") {
  Sample sample;
  sample.text("d", R"(a\r\nX-Evil: 1\u0000 ä)");
  CHECK(filled(sample, "{{ data.d }}", Place::header) == "a%0D%0AX-Evil: 1%00 ä");
}

TEST_CASE("in a path, device text is one name, and not a way out") {
  Sample sample;
  sample.text("up", "..")
      .text("abs", "/etc/passwd")
      .text("hidden", ".x")
      .text("percent", "a%2Fb")
      .text("nul", R"(a\u0000)");
  CHECK(filled(sample, "/log/{{ data.up }}/x", Place::path) == "/log/%2E./x");
  CHECK(filled(sample, "/log/{{ data.abs }}", Place::path) == "/log/%2Fetc%2Fpasswd");
  CHECK(filled(sample, "/log/{{ data.hidden }}", Place::path) == "/log/%2Ex");
  CHECK(filled(sample, "/log/{{ data.percent }}", Place::path) == "/log/a%252Fb");
  CHECK(filled(sample, "/log/{{ data.nul }}", Place::path) == "/log/a%00");
  const std::string slashes(200, '/');
  sample.text("long", slashes);
  CHECK(filled(sample, "/log/{{ data.long }}", Place::path) == "!too_long");
}

TEST_CASE("a single name is viewed where it stands") {
  Sample sample;
  const std::string document = R"({"device":"dev-000123","n":7})";
  sample.text("device", std::string_view(document).substr(11, 10))
      .number("n", std::string_view(document).substr(27, 1));
  std::string scratch;
  auto device = Template::parse("{{ data.device }}", Place::plain);
  device->bind(sample.environment, sample.paths);
  const auto seen = device->view(sample.message, scratch);
  REQUIRE(seen);
  CHECK(*seen == "dev-000123");
  CHECK(static_cast<const void*>(seen->data()) == document.data() + 11);
  auto number = Template::parse("{{ data.n }}", Place::plain);
  number->bind(sample.environment, sample.paths);
  CHECK(*number->view(sample.message, scratch) == "7");
  sample.text("device", R"(a\"b)");
  CHECK(*device->view(sample.message, scratch) == "a\"b");
  sample.text("device", "");
  CHECK(device->view(sample.message, scratch).error().reason == "empty");
}

TEST_CASE("a value that is one name keeps its kind") {
  Sample sample;
  sample.number("n", "1.50")
      .text("s", R"(a\"b)")
      .with({"o"}, Value::Kind::object, R"({"a":[1]})")
      .with({"z"}, Value::Kind::null, "null");
  const std::pair<const char*, const char*> cases[] = {
      {"{{ data.n }}", "1.50"},
      {"{{ data.s }}", R"("a\"b")"},
      {"{{ data.o }}", R"({"a":[1]})"},
      {"{{ data.z }}", "null"},
      {"{{ time.unix_ms }}", "1769847330123"},
      {"{{ peer.port }}", "4711"},
      {"{{ device }}", R"("dev-1")"},
      {"n={{ data.n }}", R"("n=1.50")"},
      {"{{ data.none | default: \"x\" }}", R"("x")"},
      {"5", R"("5")"},
      {"{{ time.date }}", R"("2026-01-31")"},
  };
  std::string scratch;
  for (const auto& [text, expected] : cases) {
    CAPTURE(text);
    auto made = Template::parse(text, Place::plain);
    made->bind(sample.environment, sample.paths);
    std::string out;
    REQUIRE(made->append_json(sample.message, out, scratch));
    CHECK(out == expected);
  }
}

TEST_CASE("a template knows whether it varies, and what it uses") {
  CHECK_FALSE(Template::parse("fieldgate-{{ gateway }}-{{ instance }}", Place::plain)->varies());
  CHECK(Template::parse("{{ adapter }}", Place::plain)->varies());
  CHECK(Template::parse("{{ gateway }}/{{ device }}", Place::topic)->uses(Name::device));
  CHECK_FALSE(Template::parse("{{ gateway }}", Place::topic)->uses(Name::device));
  Sample sample;
  auto made = Template::parse("fieldgate-{{ gateway }}{{ instance | default: 'x' }}", Place::plain, Names::constant);
  made->bind({"gw", ""}, sample.paths);
  CHECK(made->constant() == "fieldgate-gwx");
  CHECK(Template().empty());
}

TEST_CASE("a name that cannot be is an error that says what was meant") {
  CHECK(holds(wrong("{{ devcie }}"), "'devcie', did you mean 'device'?"));
  CHECK(holds(wrong("{{ tls.cm }}"), "did you mean 'tls.cn'?"));
  CHECK(holds(wrong("{{ time.unix }}"), "did you mean 'time.unix_s'?"));
  CHECK(holds(wrong("{{ dta.x }}"), "did you mean 'data'?"));
  CHECK(holds(wrong("{{ lately }}"), "there is no name 'lately'"));
  CHECK(holds(wrong("{{ session.imei }}"), "there is no name"));
  CHECK(holds(wrong("{{ topic.x }}"), "no level"));
  CHECK(holds(wrong("{{ data..x }}"), "between the dots"));
  CHECK(holds(wrong("{{ data. }}"), "between the dots"));
  CHECK(holds(wrong("{{ }}"), "no name between"));
  CHECK(holds(wrong("{{ device"), "not closed"));
  CHECK(holds(wrong("{{ device | upper }}"), "default: \"text\""));
  CHECK(holds(wrong("{{ device | default: x }}"), "default: \"text\""));
  CHECK(holds(wrong("{{ device }}", Names::constant), "only gateway and instance"));
}
