// Proves the lines of the log, their escaping and their limits.
#include "telemetry/log.hpp"

#include <unistd.h>

#include <regex>

#include <nlohmann/json.hpp>

#include "support/catch.hpp"
#include "support/http_captured.hpp"

using namespace fieldgate;
using namespace fieldgate::telemetry;
using fieldgate::test::Captured;

TEST_CASE("before it is started, a line goes straight to standard error") {
  Captured captured(STDERR_FILENO);
  Log("gateway").info("reading {}", "plant.yaml");
  const std::string text = captured.text();
  CHECK(std::regex_match(text,
                         std::regex(R"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z info  gateway: reading plant\.yaml\n)")));
}

TEST_CASE("lines come out in their order, with the level and the component, once it is started") {
  Captured captured(STDERR_FILENO);
  start_log(Level::info, LogFormat::text);
  const Log log("adapter meters");
  log.warn("one");
  log.debug("not this one");
  log.error("two");
  stop_log();
  const std::string text = captured.text();
  CHECK(std::regex_match(text, std::regex(R"(\S+Z warn  adapter meters: one\n\S+Z error adapter meters: two\n)")));
}

TEST_CASE("a line in JSON is one valid object, whatever its text") {
  Captured captured(STDERR_FILENO);
  start_log(Level::info, LogFormat::json);
  Log("sink \"cloud\"").info("said {}", "\"no\"\r\n\\ %v \xff");
  stop_log();
  start_log(Level::info, LogFormat::text);
  stop_log();
  const std::string text = captured.text();
  REQUIRE(text.find('\n') == text.size() - 1);
  const auto line = nlohmann::json::parse(text);
  CHECK(line["level"] == "info");
  CHECK(line["component"] == "sink \"cloud\"");
  CHECK(line["message"] == "said \"no\"\r\n\\ %v \xef\xbf\xbd");
  CHECK(std::regex_match(line["time"].get<std::string>(), std::regex(R"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z)")));
}

TEST_CASE("text cannot forge a line") {
  Captured captured(STDERR_FILENO);
  Log("x").info("{}", "a\n2026-01-31T08:15:30.123Z error forged: b");
  const std::string text = captured.text();
  CHECK(text.find('\n') == text.size() - 1);
  CHECK(text.find("a\\x0a2026") != std::string::npos);
}

TEST_CASE("a standard error that nobody reads drops the oldest lines and holds nobody up") {
  Captured captured(STDERR_FILENO);
  const std::uint64_t before = log_dropped();
  start_log(Level::info, LogFormat::text);
  const Log log("x");
  const std::string long_text(1000, 'a');
  for (int line = 0; line < 2000; ++line) log.info("{} {}", line, long_text);
  CHECK(log_dropped() > before + 1000);
  const auto begin = std::chrono::steady_clock::now();
  stop_log();
  CHECK(std::chrono::steady_clock::now() - begin < std::chrono::seconds(5));
  CHECK(log_dropped() > before + 1500);
}

TEST_CASE("device text is escaped where it is no text, and cut") {
  CHECK(escaped("plain text") == "plain text");
  CHECK(escaped("gr\xc3\xbc\xc3\x9f") == "gr\xc3\xbc\xc3\x9f");
  CHECK(escaped("a\r\n\x1b[31m\x7f") == "a\\x0d\\x0a\\x1b[31m\\x7f");
  CHECK(escaped(std::string_view("\0\xff\xc3", 3)) == "\\x00\\xff\\xc3");
  CHECK(escaped("\xc2\x9b") == "\\xc2\\x9b");  // a C1 control
  CHECK(escaped("abcdef", 3) == "abc...");
  CHECK(escaped("ab\xc3\xbc", 3) == "ab...");  // not half a character
  CHECK(escaped("ab\xff\xff", 3) == "ab\\xff...");
}

TEST_CASE("lines of one key come once a minute") {
  Captured captured(STDERR_FILENO);
  const Log log("limited");
  for (int line = 0; line < 5; ++line) log.limited(Level::warn, "timeout", "number {}", line);
  log.limited(Level::warn, "refused", "another");
  log.limited(Level::debug, "quiet", "below the level");
  const std::string text = captured.text();
  CHECK(std::count(text.begin(), text.end(), '\n') == 2);
  CHECK(text.find("number 0\n") != std::string::npos);
  CHECK(text.find("another\n") != std::string::npos);
}
