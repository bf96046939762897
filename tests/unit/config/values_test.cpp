#include "config/values.hpp"

#include "support/catch.hpp"

namespace fieldgate::config {
namespace {

using namespace std::chrono_literals;

template <class T>
std::string problem(const Result<T>& result) {
  return result ? std::string() : result.error().text;
}

bool mentions(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("only true and false are flags") {
  CHECK(*parse_flag("true"));
  CHECK_FALSE(*parse_flag("false"));
  for (const char* word : {"yes", "on", "Y", "True", "TRUE"}) CHECK(mentions(problem(parse_flag(word)), "write true"));
  for (const char* word : {"no", "off", "n", "False"}) CHECK(mentions(problem(parse_flag(word)), "write false"));
  for (const char* word : {"", "1", "maybe"}) CHECK(mentions(problem(parse_flag(word)), "expected true or false"));
}

TEST_CASE("whole numbers are decimal, or hex behind 0x") {
  CHECK(*parse_integer("0") == 0);
  CHECK(*parse_integer("-12") == -12);
  CHECK(*parse_integer("0x1F") == 31);
  CHECK(*parse_integer("9223372036854775807") == INT64_MAX);
  CHECK(problem(parse_integer("010")) == "'010' has a leading zero: write 10");
  CHECK(problem(parse_integer("-007")) == "'-007' has a leading zero: write -7");
  CHECK(problem(parse_integer("00")) == "'00' has a leading zero: write 0");
  for (const char* text : {"", "-", "+5", "1e3", "1_000", "1.0", "0x", "0xg", "0o17", " 1", "1 ", "--1", "ten"}) {
    INFO(text);
    CHECK(mentions(problem(parse_integer(text)), "is no whole number"));
  }
  CHECK(mentions(problem(parse_integer("9223372036854775808")), "too large"));
  CHECK(mentions(problem(parse_integer("99999999999999999999999")), "too large"));
}

TEST_CASE("a duration carries its unit") {
  CHECK(*parse_duration("500ms") == 500ms);
  CHECK(*parse_duration("30s") == 30s);
  CHECK(*parse_duration("5m") == 5min);
  CHECK(*parse_duration("1h") == 1h);
  CHECK(*parse_duration("7d") == 168h);
  CHECK(*parse_duration("10us") == 10us);
  CHECK(*parse_duration("1.5s") == 1500ms);
  CHECK(*parse_duration("0s") == 0s);
  CHECK(mentions(problem(parse_duration("30")), "'30' needs a unit: write 30s"));
  CHECK(mentions(problem(parse_duration("0")), "needs a unit"));
  for (const char* text : {"", "s", "-5s", "1h30m", "5 s", "5S", "5sec", "1.s", ".5s", "1..5s", "soon"}) {
    INFO(text);
    CHECK(mentions(problem(parse_duration(text)), "is no duration"));
  }
  CHECK(mentions(problem(parse_duration("99999999999999d")), "too large"));
  CHECK(mentions(problem(parse_duration("99999999999999999999s")), "too large"));
}

TEST_CASE("a size carries its unit, decimal or binary") {
  CHECK(*parse_size("64KiB") == 65536);
  CHECK(*parse_size("10MB") == 10'000'000);
  CHECK(*parse_size("1B") == 1);
  CHECK(*parse_size("1.5KiB") == 1536);
  CHECK(*parse_size("2kB") == 2000);
  CHECK(*parse_size("1TiB") == std::int64_t{1} << 40);
  CHECK(mentions(problem(parse_size("4096")), "'4096' needs a unit: write 4096B"));
  for (const char* text : {"", "KiB", "64kb", "64K", "-1B", "1 MiB", "large"}) {
    INFO(text);
    CHECK(mentions(problem(parse_size(text)), "is no size"));
  }
  CHECK(mentions(problem(parse_size("9999999999GiB")), "too large"));
}

TEST_CASE("a rate is an amount over a unit of time") {
  CHECK(parse_rate("10/s")->per_second == 10.0);
  CHECK(parse_rate("600/m")->per_second == 10.0);
  CHECK(parse_rate("7200/h")->per_second == 2.0);
  CHECK(parse_rate("86400/d")->per_second == 1.0);
  CHECK(parse_rate("0.5/s")->per_second == 0.5);
  for (const char* text :
       {"", "10", "/s", "0/s", "-1/s", "10/", "10/w", "10/s/s", "inf/s", "nan/s", "1e3/s", "10 /s"}) {
    INFO(text);
    CHECK(mentions(problem(parse_rate(text)), "is no rate"));
  }
}

TEST_CASE("bytes are text, or hex behind 0x") {
  CHECK(*parse_bytes("\r\n") == "\r\n");
  CHECK(*parse_bytes("$$") == "$$");
  CHECK(*parse_bytes("0x7878") == "xx");
  CHECK(*parse_bytes("0x 0d 0a") == "\r\n");
  CHECK(*parse_bytes("0xFf") == "\xff");
  CHECK(mentions(problem(parse_bytes("0x")), "holds no bytes"));
  CHECK(mentions(problem(parse_bytes("0x123")), "two digits a byte"));
  CHECK(mentions(problem(parse_bytes("0xzz")), "is no hex digit"));
}

TEST_CASE("text that reads like hex is warned about, with both spellings") {
  const auto warning = hex_warning("68");
  REQUIRE(warning);
  CHECK(mentions(*warning, "0x68"));
  CHECK(mentions(*warning, "0x3638"));
  CHECK(hex_warning("0d 0a"));
  CHECK_FALSE(hex_warning("0x68"));
  CHECK_FALSE(hex_warning("\r\n"));
  CHECK_FALSE(hex_warning("$$"));
  CHECK_FALSE(hex_warning("7"));
  CHECK_FALSE(hex_warning(""));
}

TEST_CASE("a quoted text is safe to print") {
  CHECK(in_quotes("a b") == "'a b'");
  CHECK(in_quotes("a\n\x1b[31m") == "'a\\x0a\\x1b[31m'");
  CHECK(in_quotes(std::string(500, 'x')).size() < 100);
}

}  // namespace fieldgate::config
