#include "support/catch.hpp"
#include "unit/config/reading.hpp"

namespace fieldgate::config {
namespace {

constexpr const char* library = "protocols: { meter: { device: d1, limit: 5 } }\n";

/// Reads the option `protocol` and says what came of it.
std::string read(Section& root) {
  std::string seen;
  root.named("protocols", "m", [](const std::string&, Section& s) {
    s.text("device", required, "m");
    s.integer("limit", 1, "m");
  });
  root.reference("protocol", "protocols", "m", [&](Section& s) {
    const std::string device = s.text("device", required, "m");
    seen += s.path() + ":" + device + ":" + std::to_string(s.integer("limit", 1, "m"));
  });
  return seen;
}

}  // namespace

TEST_CASE("a name leads to the map that the root has under it") {
  const Reading reading(std::string(library) + "protocol: meter\n",
                        [](Section& root) { CHECK(read(root) == "protocols.meter:d1:5"); });
  CHECK(reading.printed.empty());
}

TEST_CASE("a map stands for itself") {
  const Reading reading(std::string(library) + "protocol: { device: d2 }\n",
                        [](Section& root) { CHECK(read(root) == "protocol:d2:1"); });
  CHECK(reading.printed.empty());
}

TEST_CASE("use takes a named map and replaces some of its keys") {
  const Reading reading(std::string(library) + "protocol: { use: meter, limit: 9 }\n",
                        [](Section& root) { CHECK(read(root) == "protocol:d1:9"); });
  CHECK(reading.printed.empty());
}

TEST_CASE("a name that leads nowhere is guessed, or the known ones are named") {
  Reading guess(std::string(library) + "protocol: metre\n", [](Section& root) { CHECK(read(root).empty()); });
  CHECK(guess.only() == "no protocol is called 'metre', did you mean 'meter'?");
  Reading known(std::string(library) + "protocol: { use: zebra }\n", [](Section& root) { CHECK(read(root).empty()); });
  CHECK(known.only() == "no protocol is called 'zebra'; known: meter");
  Reading none("protocol: zebra\n", [](Section& root) { CHECK(read(root).empty()); });
  CHECK(none.only() == "no protocol is called 'zebra'; the file has no 'protocols'");
}

TEST_CASE("a mistake in a named map is reported once, where it is") {
  Reading reading("protocols: { meter: { device: d, limt: 5 } }\nprotocol: meter\n", [](Section& root) { read(root); });
  CHECK(reading.only() == "unknown key 'limt', did you mean 'limit'?");
  CHECK(reading.problems.sorted()[0].path == "protocols.meter");
}

}  // namespace fieldgate::config
