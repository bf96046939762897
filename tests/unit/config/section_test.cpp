#include "config/section.hpp"

#include "config/registry.hpp"
#include "support/catch.hpp"
#include "unit/config/reading.hpp"

namespace fieldgate::config {

using namespace std::chrono_literals;

TEST_CASE("an option left out has its default") {
  const Reading reading("other: 1\nempty:\n", [](Section& section) {
    CHECK(section.integer("other", 0, "m") == 1);
    CHECK(section.integer("n", 7, "m") == 7);
    CHECK(section.integer("empty", 8, "m") == 8);
    CHECK(section.flag("f", true, "m"));
    CHECK(section.text("t", "x", "m") == "x");
    CHECK(section.duration("d", 3s, "m") == 3s);
    CHECK(section.size("s", 64, "m") == 64);
    CHECK(section.texts("l", std::vector<std::string>{"a"}, "m") == std::vector<std::string>{"a"});
    CHECK_FALSE(section.optional_duration("od", "m"));
    CHECK_FALSE(section.optional_rate("or", "m"));
    CHECK_FALSE(section.optional_integer("oi", "m"));
    CHECK_FALSE(section.optional_text("ot", "m"));
    CHECK_FALSE(section.slice("r", "m"));
    CHECK(section.secret("p", "m").empty());
    CHECK(section.path("file", std::string(), "m").empty());
    CHECK_FALSE(section.has("empty"));
  });
  CHECK(reading.printed.empty());
}

TEST_CASE("an option decides what its text means, quoted or not") {
  const Reading reading("n: \"5\"\nt: 010\ny: yes\nz: null\nw: 1.0\n", [](Section& section) {
    CHECK(section.integer("n", 0, "m") == 5);
    CHECK(section.text("t", required, "m") == "010");
    CHECK(section.text("y", required, "m") == "yes");
    CHECK(section.text("z", required, "m") == "null");
    CHECK(section.optional_text("w", "m") == "1.0");
  });
  CHECK(reading.printed.empty());
}

TEST_CASE("what is required and missing is named with its meaning") {
  Reading reading("a: {}\n", [](Section& section) {
    section.section("a", "m", [](Section& a) { CHECK(a.text("listen", required, "where devices connect").empty()); });
  });
  CHECK(reading.only() == "'listen' is required: where devices connect");
  CHECK(reading.problems.sorted()[0].path == "a");
  CHECK(reading.problems.sorted()[0].mark == Mark{0, 1, 1, 1});
}

TEST_CASE("a value out of range prints the range") {
  Reading both("n: 9\n", [](Section& s) { CHECK(s.integer("n", 2, "m", {1, 8}) == 2); });
  CHECK(both.only() == "must be from 1 to 8, not 9");
  Reading least("n: -1\n", [](Section& s) { s.integer("n", 2, "m", {0}); });
  CHECK(least.only() == "must be at least 0, not -1");
  Reading size("n: 1B\n", [](Section& s) { s.size("n", 4096, "m", {1024, 65536}); });
  CHECK(size.only() == "must be from 1KiB to 64KiB, not 1B");
  Reading duration("n: 1ms\n", [](Section& s) { s.duration("n", 1s, "m", 10ms); });
  CHECK(duration.only() == "must be at least 10ms, not '1ms'");
}

TEST_CASE("none is nothing") {
  const Reading reading("d: none\nr: none\ni: none\n", [](Section& section) {
    CHECK_FALSE(section.optional_duration("d", "m"));
    CHECK_FALSE(section.optional_rate("r", "m"));
    CHECK_FALSE(section.optional_integer("i", "m"));
  });
  CHECK(reading.printed.empty());
}

TEST_CASE("lists, maps and ranges") {
  const Reading reading("l: [a, 010]\nm: { k: v }\nb: [\"\\r\", 0x0a]\nr: [3, -2]\n", [](Section& section) {
    CHECK(section.texts("l", required, "m") == std::vector<std::string>{"a", "010"});
    CHECK(section.text_map("m", "m").at("k") == "v");
    CHECK(section.bytes_list("b", required, "m") == std::vector<std::string>{"\r", "\n"});
    CHECK(section.slice("r", "m") == std::pair<std::int64_t, std::int64_t>(3, -2));
  });
  CHECK(reading.printed.empty());
}

TEST_CASE("the wrong kind of node says which was expected") {
  Reading list("l: a\n", [](Section& s) { s.texts("l", required, "m"); });
  CHECK(list.only() == "expected a list, like [a, b], not 'a'");
  Reading number("n: [1]\n", [](Section& s) { s.integer("n", 0, "m"); });
  CHECK(number.only() == "expected a whole number, not a list");
  Reading address("n: {}\n", [](Section& s) { s.address("n", required, "m"); });
  CHECK(address.only() == "expected an address, not a map");
  Reading item("l: [a, [b]]\n", [](Section& s) { s.texts("l", required, "m"); });
  CHECK(item.only() == "expected text in the list, not a list");
  Reading map("a: x\n", [](Section& s) { s.section("a", "m", [](Section& a) { a.text("t", required, "m"); }); });
  CHECK(map.only() == "expected a map of options, not 'x'");
}

TEST_CASE("a choice is one of its words") {
  const auto read = [](Section& s) { return s.choice<int>("c", 1, "m", {{"one", 1}, {"two", 2}}); };
  Reading good("c: two\n", [&](Section& s) { CHECK(read(s) == 2); });
  CHECK(good.printed.empty());
  Reading bad("c: tow\n", [&](Section& s) { CHECK(read(s) == 1); });
  CHECK(bad.only() == "must be one of one, two, not 'tow', did you mean 'two'?");
}

TEST_CASE("a key that nobody asked for is unknown") {
  Reading near("a: { lenght: 1 }\n",
               [](Section& s) { s.section("a", "m", [](Section& a) { a.integer("length", 0, "m"); }); });
  CHECK(near.only() == "unknown key 'lenght', did you mean 'length'?");
  CHECK(near.problems.sorted()[0].path == "a");
  CHECK(near.problems.sorted()[0].mark == Mark{0, 1, 6, 6});
  Reading far("zebra: 1\n", [](Section& s) { s.integer("length", 0, "m"); });
  CHECK(far.only() == "unknown key 'zebra'; known here: length");
}

TEST_CASE("a required option that is misspelt is one mistake, not two") {
  Reading option("lenght: 1\n", [](Section& s) { s.integer("length", required, "m"); });
  CHECK(option.only() == "unknown key 'lenght', did you mean 'length'?");
  Reading type("a: { tpye: tcp, port: 1 }\n", [](Section& s) {
    s.section("a", "m", [](Section& a) { read_type(a, "adapter", {"tcp", "udp"}); });
  });
  CHECK(type.only() == "unknown key 'tpye', did you mean 'type'?");
}

TEST_CASE("a named map gives each name once, and refuses names that nothing could call") {
  std::string names;
  Reading reading("a: { x: {}, \"y*\": {} }\n", [&](Section& s) {
    s.named("a", "m", [&](const std::string& key, Section& inner) { names += key + "=" + inner.path() + " "; });
  });
  CHECK(names == "x=a.x y*=a.y* ");
  CHECK(reading.only().find("the name 'y*' holds a character") == 0);
}

TEST_CASE("a list of maps gives each of them") {
  std::string seen;
  const Reading reading("s: [{ topic: a }, { topic: b }]\n", [&](Section& s) {
    s.sections("s", "m",
               [&](Section& inner) { seen += inner.path() + "=" + inner.text("topic", required, "m") + " "; });
  });
  CHECK(reading.printed.empty());
  CHECK(seen == "s[0]=a s[1]=b ");
}

TEST_CASE("a section that is left out is read all the same, with its defaults") {
  int reads = 0;
  const Reading reading("a: 1\n", [&](Section& s) {
    s.integer("a", 0, "m");
    s.section("b", "m", [&](Section& b) { reads += static_cast<int>(b.integer("n", 5, "m")); });
  });
  CHECK(reads == 5);
  CHECK(reading.printed.empty());
}

TEST_CASE("an unknown type names the known ones, and its other keys are not blamed") {
  Reading reading("a: { type: tpc, port: 1 }\n", [](Section& s) {
    s.section("a", "m", [](Section& a) { CHECK(read_type(a, "adapter", {"tcp", "udp"}) == ~std::size_t{0}); });
  });
  CHECK(reading.only() == "no adapter type is called 'tpc', did you mean 'tcp'? Known: tcp, udp");
  Reading missing("a: { port: 1 }\n", [](Section& s) {
    s.section("a", "m", [](Section& a) { read_type(a, "adapter", {"tcp", "udp"}); });
  });
  CHECK(missing.only() == "'type' is required: Which adapter it is.");
  Reading nothing("{}\n", [](Section& s) {
    s.section("a", "m", [](Section& a) { read_type(a, "adapter", {"tcp", "udp"}); });
  });
  CHECK(nothing.only() == "'a' is required: write a: { type: .. } with one of tcp, udp");
}

TEST_CASE("a secret never shows") {
  const Reading reading("password: hunter2\nheaders: { Authorization: hunter2, qos: [hunter2] }\ntokn: hunter2\n",
                        [](Section& s) {
                          CHECK(s.secret("password", "m").reveal() == "hunter2");
                          CHECK(s.secret("token", "m").empty());
                          CHECK(s.secret_map("headers", "m").at("Authorization").reveal() == "hunter2");
                        });
  CHECK(reading.printed.find("password: ***") != std::string::npos);
  CHECK(reading.printed.find("tokn: ***") != std::string::npos);
  CHECK(reading.problems.warnings() == 2);
  CHECK(reading.problems.errors() == 2);
}

TEST_CASE("bytes that read like hex are warned about") {
  Reading reading("b: 68\n", [](Section& s) { CHECK(s.bytes("b", required, "m") == "68"); });
  CHECK(reading.problems.warnings() == 1);
  CHECK(reading.only().find("write 0x68") != std::string::npos);
}

TEST_CASE("paths start where the file is") {
  Files files;
  Problems problems;
  const auto document =
      load_text("f: gw.crt\ng: /etc/x\nu: unix:run/s\n", files, problems, "/etc/fieldgate/plant.yaml");
  REQUIRE(document);
  Reader reader(problems);
  document->lead(reader, files);
  Section section(reader, &document->root, {}, nullptr);
  CHECK(section.path("f", required, "m") == "/etc/fieldgate/gw.crt");
  CHECK(section.path("g", required, "m") == "/etc/x");
  CHECK(section.path("h", std::string("default.crt"), "m") == "default.crt");
  CHECK(section.address("u", required, "m").host == "/etc/fieldgate/run/s");
}

TEST_CASE("options describe themselves as the operator would write them") {
  Problems problems;
  Reader reader(problems);
  const auto options = describe(reader, [](Section& s) {
    CHECK(s.describing());
    s.size("max_length", 65536, "longest frame", {1, 16 << 20});
    s.text("device", required, "who");
    s.bytes("end", std::string("\r\n"), "end of a line");
    s.duration("timeout", 90s, "t");
    s.optional_rate("rate", "r");
    s.text("id", Default<std::string>("box", "the host name"), "i");
    s.choice<int>("c", 1, "m", {{"one", 1}, {"two", 2}});
    s.section("framing", "cut", [](Section& f) { read_type(f, "framing", {"line"}); });
    s.secret("password", "p");
  });
  REQUIRE(options.size() == 9);
  CHECK(options[0].fallback == "64KiB");
  CHECK(options[0].range == "1B to 16MiB");
  CHECK(options[1].is_required);
  CHECK(options[2].fallback == "\"\\r\\n\"");
  CHECK(options[3].fallback == "90s");
  CHECK(options[4].fallback == "none");
  CHECK(options[5].fallback == "the host name");
  CHECK(options[6].type == "one of one, two");
  CHECK(options[6].fallback == "one");
  CHECK(options[7].kind == "framing");
  CHECK(options[7].options.at(0).name == "type");
  CHECK(options[8].is_secret);
  CHECK(problems.errors() == 0);
}

}  // namespace fieldgate::config
