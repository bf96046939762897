// Proves what operators read of a status and of dead letters: whole, escaped, and within 100 columns.
#include "cli/operator_texts.hpp"

#include <nlohmann/json.hpp>

#include "config/files.hpp"
#include "support/catch.hpp"

using namespace fieldgate::cli;
using Json = nlohmann::ordered_json;

namespace {

void check_width(const std::string& text) {
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = text.find('\n', begin);
    REQUIRE(end != std::string::npos);
    CAPTURE(text.substr(begin, end - begin));
    CHECK(fieldgate::config::characters(text.substr(begin, end - begin)) <= 100);
    begin = end + 1;
  }
}

Json sink(std::int64_t missing) {
  return {{"name", "cloud"}, {"type", "http"},   {"up", true},           {"accepted", 100},
          {"delivered", 90}, {"expired", 1},     {"dropped", 2},         {"dead_letters", 3},
          {"corrupt", 0},    {"backlog", 4},     {"missing", missing},   {"backlog_bytes", 4300},
          {"oldest", 75.0},  {"buffer", "disk"}, {"buffer_state", "ok"}, {"retries", 7}};
}

Json running(const Json& sink) {
  return {{"running", true},
          {"version", "0.1.0"},
          {"gateway", "plant-7"},
          {"started", "2026-01-31T08:15:30.123Z"},
          {"uptime", 93784.0},
          {"transforms", {{{"name", "hot"}, {"type", "filter"}, {"dropped", 40}}}},
          {"adapters",
           {{{"name", "meters"},
             {"type", "tcp"},
             {"ready", true},
             {"connections", 3},
             {"messages", 100},
             {"errors", 43},
             {"garbage_bytes", 42},
             {"rejected", 5}},
            {{"name", "presence"}, {"type", "presence"}, {"ready", true}}}},
          {"sinks", Json::array({sink})},
          {"dead_letters", {{"letters", 3}, {"bytes", 2048}}}};
}

bool has(const std::string& text, std::string_view part) {
  CAPTURE(text);
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("the status of a running gateway") {
  const std::string text = status_text(running(sink(0)));
  check_width(text);
  CHECK(has(text, "gateway plant-7, Fieldgate 0.1.0, up 1d 2h (since 2026-01-31T08:15:30.123Z)\n"));
  CHECK(has(text, "sink cloud (http): up\n"));
  CHECK(has(text, "hot                         filter                40\n"));
  CHECK(has(text,
            "meters                      tcp       yes              3           100         1        42         5\n"));
  CHECK(has(text, "presence                    presence  yes  "));
  CHECK(has(text, "buffer: disk, ok; the oldest waits for 1m 15s\n"));
  CHECK(has(text, "  balances: yes\n"));
  CHECK(has(text, "dead letters: 3, 2.0 KiB\n"));
}

TEST_CASE("a balance that does not come out says by how much") {
  CHECK(has(status_text(running(sink(5))), "balances: no: 5 accepted, but accounted for nowhere\n"));
  CHECK(has(status_text(running(sink(-5))), "balances: no: 5 accounted for twice\n"));
}

TEST_CASE("the status of a gateway that does not run") {
  const Json status = {
      {"running", false},
      {"data_dir", "/var/lib/fieldgate"},
      {"buffers",
       {{{"sink", "cloud"}, {"messages", 12}, {"bytes", 100}, {"oldest", "2026-01-31T08:15:30.123Z"}},
        {{"sink", "lake"}, {"messages", 0}, {"bytes", 0}, {"oldest", nullptr}},
        {{"sink", "bad"}, {"error", "it is damaged, and this is a long story that goes on and on and on and on"}}}},
      {"dead_letters", {{"letters", 0}, {"bytes", 0}}}};
  const std::string text = status_text(status);
  check_width(text);
  CHECK(has(text, "no gateway runs on /var/lib/fieldgate\n"));
  CHECK(has(text, "cloud"));
  CHECK(has(text, "2026-01-31T08:15:30.123Z"));
  CHECK(has(text, "it is damaged"));
}

TEST_CASE("texts of devices and services cannot spoil the table") {
  const std::string evil = "\x1b[2J\n" + std::string(500, 'x');
  const Json letter = {{"id", 12345678}, {"component", "sink a-very-long-name-of-a-sink"},
                       {"reason", evil}, {"text", evil},
                       {"device", evil}, {"died", "2026-01-31T08:15:30.123Z"},
                       {"replay", true}};
  const std::string table =
      letters_table({{"dead_letters", Json::array({letter})}, {"kept", {{"letters", 3}, {"bytes", 1000}}}});
  check_width(table);
  CHECK_FALSE(has(table, "\x1b"));
  CHECK(has(table, "*12345678"));
  CHECK(has(table, "2026-01-31T08:15:30Z"));
  CHECK(has(table, "1 shown of 3 dead letters, 1000 B in all\n"));
  CHECK(has(table, "* is to be delivered again\n"));
  CHECK(letters_table({{"dead_letters", Json::array()}, {"kept", {{"letters", 0}, {"bytes", 0}}}}) ==
        "0 dead letters, 0 B in all\n");
}

TEST_CASE("characters of more than one byte keep their column") {
  CHECK(fitting("gr\xc3\xbc\xc3\x9f"
                "e",
                6) ==
        "gr\xc3\xbc\xc3\x9f"
        "e");
  CHECK(fitting("gr\xc3\xbc\xc3\x9f"
                "e",
                4) == "gr\xc3\xbc~");
  CHECK(fitting("", 4).empty());
}

TEST_CASE("a letter is shown with its record: as text, escaped, or in hex") {
  Json letter = {{"id", 12},
                 {"component", "sink cloud"},
                 {"reason", "status_400"},
                 {"text", "no such meter"},
                 {"message", "3:17"},
                 {"size", 13},
                 {"record", "{\"a\":\n\"b\"}"}};
  std::string text = letter_text(letter);
  CHECK(has(text, "component  sink cloud\n"));
  CHECK(has(text, "record     13 bytes\n\n{\"a\":\n\"b\"}\n"));
  letter["record"] = "a\x1b[2J";
  text = letter_text(letter);
  CHECK_FALSE(has(text, "\x1b"));
  letter.erase("record");
  letter["record_hex"] = std::string(34, '0') + "ff";
  text = letter_text(letter);
  CHECK(has(text, ", in hex\n\n000000  0000000000000000 0000000000000000 00ff\n"));
}

TEST_CASE("measures for people") {
  CHECK(size_text(1023) == "1023 B");
  CHECK(size_text(4300) == "4.2 KiB");
  CHECK(size_text(64ULL << 20) == "64.0 MiB");
  CHECK(duration_text(0.5) == "0.5s");
  CHECK(duration_text(59) == "59s");
  CHECK(duration_text(3599) == "59m 59s");
  CHECK(duration_text(93784) == "1d 2h");
}
