#include "codec/quantity.hpp"

#include "support/catch.hpp"
#include "unit/config/reading.hpp"

using namespace fieldgate;
using namespace fieldgate::codec;

namespace {

struct Read {
  explicit Read(const std::string& yaml) {
    config::Reading reading("field: " + yaml, [this](config::Section& root) {
      root.section("field", "field", [this](config::Section& section) { quantity = Quantity::read(section); });
    });
    problem = reading.only();
  }
  std::string of(std::int64_t raw) const {
    std::string out;
    return quantity.append(out, raw) ? out : "out of range";
  }
  std::string of_real(double raw) const {
    std::string out;
    return quantity.append(out, raw) ? out : "out of range";
  }
  std::int64_t back(std::string_view value, bool is_string = false) const {
    const auto raw = quantity.raw(value, is_string);
    REQUIRE(raw);
    return *raw;
  }
  Quantity quantity;
  std::string problem;
};

}  // namespace

TEST_CASE("a decimal scale is exact, and shows all its places") {
  const Read tenth("{ scale: 0.1 }");
  CHECK(tenth.problem == "");
  CHECK(tenth.of(3) == "0.3");
  CHECK(tenth.of(2300) == "230.0");
  CHECK(tenth.of(-5) == "-0.5");
  CHECK(tenth.of(INT64_MIN) == "-922337203685477580.8");
  CHECK(Read("{ scale: 1e-7 }").of(1145678901) == "114.5678901");
  CHECK(Read("{ scale: 0.05 }").of(3) == "0.15");
  CHECK(Read("{ scale: 1/1000 }").of(1500) == "1.500");
  CHECK(Read("{ scale: 100 }").of(15) == "1500");
  CHECK(Read("{ scale: 0.1, offset: -40 }").of(655) == "25.5");
  CHECK(Read("{ offset: -40 }").of(25) == "-15");
  CHECK(Read("{ scale: 0.005 }").of(1) == "0.005");
}

TEST_CASE("another scale is as near as a number can be") {
  CHECK(Read("{ scale: 1/1800000 }").of(40582644) == "22.545913333333335");
  CHECK(Read("{ scale: 2.5/3 }").of(6) == "5");
}

TEST_CASE("floats are scaled too") {
  CHECK(Read("{ scale: 0.5 }").of_real(3.0) == "1.5");
  CHECK(Read("{ enum: { 1: on } }").of_real(1.0) == "\"on\"");
}

TEST_CASE("words stand for numbers, and what has none stays a number") {
  const Read relay("{ enum: { 0: open, 0xff00: closed, 7: \"\\\"\" } }");
  CHECK(relay.problem == "");
  CHECK(relay.of(0) == "\"open\"");
  CHECK(relay.of(0xff00) == "\"closed\"");
  CHECK(relay.of(7) == "\"\\\"\"");
  CHECK(relay.of(1) == "1");
  CHECK(relay.back("closed", true) == 0xff00);
  CHECK(relay.back("1") == 1);
  CHECK(relay.quantity.raw("shut", true).error().text == "must be one of open, \", closed, not 'shut'");
}

TEST_CASE("what is missing is null, and what is out of range is no value") {
  const Read volts("{ scale: 0.1, unit: V, min: 0, max: 30, missing: [0xffff, 0xfffe] }");
  CHECK(volts.of(0xffff) == "null");
  CHECK(volts.of(0xfffe) == "null");
  CHECK(volts.of(300) == "30.0");
  CHECK(volts.of(301) == "out of range");
  CHECK(volts.of(-1) == "out of range");
  CHECK(volts.back("null") == 0xffff);
  CHECK(volts.quantity.raw("30.1", false).error().text == "must be from 0 to 30 V, not 30.1");
}

TEST_CASE("a value leads back to its number") {
  CHECK(Read("{ scale: 0.1 }").back("230.1") == 2301);
  CHECK(Read("{ scale: 0.1 }").back("-0.26") == -3);
  CHECK(Read("{ scale: 1/1800000 }").back("22.545913333333335") == 40582644);
  CHECK(Read("{ offset: -40 }").back("-15") == 25);
  CHECK(Read("{}").back("18446744073709551615") == -1);
  CHECK(Read("{ scale: 0.1 }").back("-922337203685477580.8") == INT64_MIN);
  CHECK_FALSE(Read("{}").quantity.raw("1x", false));
  CHECK_FALSE(Read("{}").quantity.raw("{}", false));
}

TEST_CASE("what can be no quantity is told") {
  const auto told = [](const char* yaml, const char* what) {
    const std::string problem = Read(yaml).problem;
    CAPTURE(problem);
    return problem.find(what) != problem.npos;
  };
  CHECK(told("{ scale: 0 }", "must not be 0"));
  CHECK(told("{ scale: 1/0 }", "must not be 0"));
  CHECK(told("{ scale: abc }", "expected a number, not 'abc'"));
  CHECK(told("{ min: 3, max: 1 }", "is above 'max'"));
  CHECK(told("{ missing: x }", "the raw number"));
  CHECK(told("{ enum: { open: 0 } }", "expected a number as the key, not 'open'"));
  CHECK(told("{ enum: { 1: a, 0x01: b } }", "1 stands in it twice"));
}
