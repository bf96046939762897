#include "expression/condition.hpp"

#include "support/catch.hpp"
#include "unit/expression/sample.hpp"

using namespace fieldgate;
using namespace fieldgate::expression;

namespace {

bool test(Sample& sample, std::string_view text) {
  auto condition = Condition::parse(text);
  if (!condition) FAIL(text << ": " << condition.error().text);
  condition->bind(sample.environment, sample.paths);
  return condition->test(sample.message);
}

std::string wrong(std::string_view text) {
  const auto condition = Condition::parse(text);
  REQUIRE_FALSE(condition);
  return condition.error().text;
}

bool holds(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

struct Reading : Sample {
  Reading();
};

Reading::Reading() {
  number("voltage", "250.5").number("count", "3").text("kind", "reading").boolean("alarm", true).boolean("off", false);
  with({"null"}, Value::Kind::null, "null").with({"list"}, Value::Kind::array, "[1]").text("escaped", R"(a\"\u0062)");
  number("huge", "1e999").number("low", "-1e999").number("tiny", "1e-999").text("digits", "3");
}

}  // namespace

TEST_CASE("numbers, texts and booleans compare") {
  Reading sample;
  for (const char* text : {"data.voltage > 250",
                           "data.voltage >= 250.5",
                           "data.voltage < 1e3",
                           "data.voltage <= 250.5",
                           "data.voltage == 250.50",
                           "data.voltage != 250",
                           "250 < data.voltage",
                           "data.count > -1",
                           "data.count == 0x3",
                           "data.voltage < 0xFf",
                           "data.count in [0x02, 0x03]",
                           "data.kind == 'reading'",
                           "data.kind == \"reading\"",
                           "data.kind != 'x'",
                           "data.kind < 'z'",
                           "'a' <= data.kind",
                           "data.alarm == true",
                           "data.alarm != false",
                           "data.alarm",
                           "not data.off",
                           "true",
                           "not false",
                           "data.escaped == 'a\"b'",
                           "device == 'dev-1'",
                           "adapter == 'meters'",
                           "gateway == 'plant-7'",
                           "time.unix_s == 1769847330",
                           "time == '2026-01-31T08:15:30.123Z'",
                           "peer.port > 4000",
                           "data.huge > 250",
                           "data.low < 0",
                           "data.tiny == 0",
                           "data.voltage>250",
                           "data.voltage==data.voltage"}) {
    CAPTURE(text);
    CHECK(test(sample, text));
  }
  for (const char* text : {"data.voltage > 250.5", "data.voltage < 250", "data.kind == 'Reading'", "data.off",
                           "data.kind", "false", "data.alarm == false", "device != 'dev-1'"}) {
    CAPTURE(text);
    CHECK_FALSE(test(sample, text));
  }
}

TEST_CASE("a missing name compares as false, whatever is asked") {
  Reading sample;
  for (const char* text : {"data.none == 1", "data.none != 1", "data.none < 1", "data.none >= 1",
                           "data.none == data.none", "data.none in [1]", "data.none matches ''", "data.none",
                           "data.null == 1", "data.null != 1", "data.list == 1", "tls.cn != 'x'"}) {
    CAPTURE(text);
    CHECK_FALSE(test(sample, text));
  }
  CHECK(test(sample, "not data.none == 1"));
}

TEST_CASE("two kinds of value compare as false") {
  Reading sample;
  for (const char* text :
       {"data.digits == 3", "data.digits != 3", "data.count == '3'", "data.count != '3'", "data.alarm == 'true'",
        "data.alarm != 1", "data.alarm < true", "data.count matches '3'", "data.count in ['3']"}) {
    CAPTURE(text);
    CHECK_FALSE(test(sample, text));
  }
}

TEST_CASE("and binds closer than or, not closest") {
  Reading sample;
  CHECK(test(sample, "true or false and false"));
  CHECK_FALSE(test(sample, "(true or false) and false"));
  CHECK(test(sample, "not false and true"));
  CHECK_FALSE(test(sample, "not (false or true)"));
  CHECK(test(sample, "not not true"));
  CHECK(test(sample, "not data.count == 4 and (data.kind == 'x' or data.voltage > 250)"));
}

TEST_CASE("in looks a value up in a list") {
  Reading sample;
  CHECK(test(sample, "data.kind in ['login', 'reading']"));
  CHECK(test(sample, "data.count in [1, 2, 3]"));
  CHECK(test(sample, "data.alarm in ['x', 3, true]"));
  CHECK_FALSE(test(sample, "data.kind in ['login', 'heartbeat']"));
  CHECK_FALSE(test(sample, "data.kind in []"));
  CHECK(test(sample, "not data.kind in ['login']"));
}

TEST_CASE("matches looks for a regular expression anywhere in a text") {
  Reading sample;
  CHECK(test(sample, "data.kind matches 'ead'"));
  CHECK(test(sample, "data.kind matches '^r.*g$'"));
  CHECK(test(sample, R"(data.digits matches '^\d+$')"));
  CHECK(test(sample, "data.escaped matches '^a.b$'"));
  CHECK_FALSE(test(sample, "data.kind matches '^ead'"));
}

TEST_CASE("a pattern that would take others for ever takes linear time") {
  Sample sample;
  const std::string text(20000, 'a');
  sample.text("s", text);
  CHECK_FALSE(test(sample, "data.s matches '^(a+)+$x|(a|aa)+b$'"));
}

TEST_CASE("exists asks whether a name is there") {
  Reading sample;
  CHECK(test(sample, "exists(data.kind)"));
  CHECK(test(sample, "exists(data.null)"));
  CHECK(test(sample, "exists( device )"));
  CHECK_FALSE(test(sample, "exists(data.none)"));
  CHECK_FALSE(test(sample, "exists(tls.cn)"));
  CHECK(test(sample, "not exists(data.none) and data.count == 3"));
}

TEST_CASE("a condition is compared by its text, and a copy can be bound by itself") {
  Reading sample;
  const auto original = Condition::parse("data.count == 3");
  Condition copy = *original;
  CHECK(copy == *original);
  copy.bind(sample.environment, sample.paths);
  CHECK(copy.test(sample.message));
  CHECK(copy.uses(Name::data));
  CHECK_FALSE(copy.uses(Name::topic));
  CHECK_FALSE(Condition().test(sample.message));
}

TEST_CASE("an error says where it is and what was expected") {
  CHECK(holds(wrong(""), "at character 1: expected a name or a value, found the end"));
  CHECK(holds(wrong("data.voltage >"), "at character 15: expected a name or a value, found the end"));
  CHECK(holds(wrong("data.voltage > 250 and"), "found the end"));
  CHECK(holds(wrong("(data.voltage > 250"), "expected ')'"));
  CHECK(holds(wrong("data.voltage > 250 data.x"), "at character 20: expected 'and', 'or' or the end, found 'data.x'"));
  CHECK(holds(wrong("{{ data.voltage }} > 250"), "without braces"));
  CHECK(holds(wrong("data.a = 1"), "write =="));
  CHECK(holds(wrong("data.a == 1 && data.b == 2"), "write 'and'"));
  CHECK(holds(wrong("data.a == 1 || data.b == 2"), "write 'or'"));
  CHECK(holds(wrong("!data.a"), "write 'not'"));
  CHECK(holds(wrong("data.a == 'x"), "not closed"));
  CHECK(holds(wrong("dvice == 'x'"), "did you mean 'device'?"));
  CHECK(holds(wrong("device == abc"), "texts stand in quotes"));
  CHECK(holds(wrong("data.a == 1x"), "is no number"));
  CHECK(holds(wrong("data.a == 0x"), "is no number"));
  CHECK(holds(wrong("data.a == 0x1g"), "is no number"));
  CHECK(holds(wrong("data.a in 'x'"), "a list"));
  CHECK(holds(wrong("data.a in [data.b]"), "no names"));
  CHECK(holds(wrong("data.a in ['x' 'y']"), "',' or ']'"));
  CHECK(holds(wrong("data.a in ['x',]"), "expected a name or a value"));
  CHECK(holds(wrong("data.a matches '('"), "not a regular expression"));
  CHECK(holds(wrong("data.a matches data.b"), "in quotes"));
  CHECK(holds(wrong("exists('x')"), "takes a name"));
  CHECK(holds(wrong("exists data.x"), "'(' and a name"));
  CHECK(holds(wrong("250"), "by itself"));
  CHECK(holds(wrong("data.a == and"), "found 'and'"));
  CHECK(holds(wrong("data.a > 1 > 2"), "found '>'"));
}

TEST_CASE("a condition is bounded in size and depth") {
  CHECK(holds(wrong(std::string(5000, ' ') + "true"), "longer than 4096"));
  CHECK(holds(wrong(std::string(100, '(') + "true" + std::string(100, ')')), "nested deeper than 32"));
  std::string nots;
  for (int i = 0; i < 40; ++i) nots += "not ";
  CHECK(holds(wrong(nots + "true"), "nested deeper than 32"));
  std::string many = "true";
  for (int i = 0; i < 300; ++i) many += " or true";
  CHECK(holds(wrong(many), "too large"));
  std::string list = "data.a in [0";
  for (int i = 0; i < 300; ++i) list += ",1";
  CHECK(holds(wrong(list + "]"), "too large"));
}
