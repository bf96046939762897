#include "config/yaml.hpp"

#include "support/catch.hpp"
#include "unit/config/reading.hpp"

namespace fieldgate::config {
namespace {

/// The first problem of a text that no option is read from.
std::string problem(std::string yaml) {
  Files files;
  Problems problems;
  static_cast<void>(load_text(std::move(yaml), files, problems));
  return problems.sorted().empty() ? std::string() : problems.sorted().front().text;
}

bool mentions(const std::string& yaml, std::string_view part) {
  const std::string text = problem(yaml);
  INFO(text);
  CHECK(text.find(part) != std::string::npos);
  return text.find(part) != std::string::npos;
}

std::string repeated(std::string_view text, std::size_t times) {
  std::string out;
  for (std::size_t i = 0; i < times; ++i) out += text;
  return out;
}

}  // namespace

TEST_CASE("a tree keeps what was written, and where") {
  Files files;
  Problems problems;
  const auto document = load_text("a: 1\nb: { c: \"x y\", d: [~, null, yes] }\ne:\n", files, problems);
  REQUIRE(document);
  REQUIRE(problems.errors() == 0);
  const Node& root = document->root;
  CHECK(root.find("a")->text == "1");
  CHECK_FALSE(root.find("a")->quoted);
  CHECK(root.find("a")->mark == Mark{0, 1, 4, 1});
  const Node* c = root.find("b")->find("c");
  CHECK(c->quoted);
  CHECK(c->mark == Mark{0, 2, 9, 5});
  CHECK(c->place == Mark{0, 2, 6, 1});
  const Node* d = root.find("b")->find("d");
  REQUIRE(d->items.size() == 3);
  CHECK(d->items[0].text == "~");
  CHECK(d->items[1].text == "null");
  CHECK(d->items[2].text == "yes");
  CHECK(root.find("e")->kind == Node::Kind::empty);
  CHECK(root.find("f") == nullptr);
}

TEST_CASE("an empty value before a key called null stays empty") {
  Files files;
  Problems problems;
  const auto document = load_text("a:\nnull: 1\n", files, problems);
  REQUIRE(document);
  CHECK(document->root.find("a")->kind == Node::Kind::empty);
}

TEST_CASE("aliases stand for what they name") {
  Files files;
  Problems problems;
  const auto document = load_text("a: &x { k: v }\nb: *x\nc: &y text\nd: [*y, *y]\n", files, problems);
  REQUIRE(document);
  CHECK(problems.errors() == 0);
  CHECK(document->root.find("b")->find("k")->text == "v");
  CHECK(document->root.find("c")->mark == Mark{0, 3, 7, 4});
  CHECK(document->root.find("d")->items[1].text == "text");
}

TEST_CASE("an alias bomb is refused") {
  std::string bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n";
  for (int i = 1; i < 12; ++i) {
    const std::string last = "*a" + std::to_string(i - 1);
    bomb += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [" + last;
    for (int j = 0; j < 8; ++j) bomb += ", " + last;
    bomb += "]\n";
  }
  CHECK(mentions(bomb, "more than 100000 values"));
}

TEST_CASE("a bomb of one long text is refused as well") {
  CHECK(mentions("a: &a " + std::string(500'000, 'x') + "\nb: [" + repeated("*a,", 50'000) + "]\n",
                 "more than 100000 values"));
}

TEST_CASE("aliases of aliases cannot nest without end") {
  std::string deep = "a0: &a0 [x]\n";
  for (int i = 1; i < 200; ++i)
    deep += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [*a" + std::to_string(i - 1) + "]\n";
  CHECK(mentions(deep, "nested deeper than 100 levels"));
}

TEST_CASE("an alias of what it stands in is refused") {
  CHECK(mentions("a: &a [*a]\n", "it would never end"));
  CHECK(mentions("&r a: &a { b: { c: *a } }\n", "it would never end"));
  CHECK(mentions("a: *nobody\n", "no anchor of this name"));
}

TEST_CASE("deep nesting is refused") {
  CHECK(mentions("a: " + std::string(101, '['), "nested deeper than 100 levels"));
  CHECK(mentions("a: " + std::string(100'000, '['), "nested deeper than 100 levels"));
  CHECK(mentions("a: " + repeated("{a: ", 50'000), "nested deeper than 100 levels"));
  CHECK(mentions(repeated("- ", 50'000), "nested deeper than 100 levels"));
}

TEST_CASE("a file must be text in UTF-8") {
  CHECK(mentions("a: \xff\xfe\n", "not UTF-8: byte 0xff at offset 3"));
  CHECK(mentions("a: \xc0\xaf\n", "not UTF-8: byte 0xc0 at offset 3"));
  CHECK(mentions("a: \xed\xa0\x80\n", "not UTF-8"));
  CHECK(mentions(std::string("a: \0b\n", 6), "control byte 0x00 at offset 3"));
  CHECK(mentions("a: \x1b[31m\n", "control byte 0x1b"));
  CHECK(problem("\xef\xbb\xbfgateway: { id: x }\n").empty());
  CHECK(problem("a: \xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80\n").empty());
}

TEST_CASE("a file over 1 MiB is refused, one of 1 MiB is not") {
  CHECK(problem("#" + std::string(1024 * 1024 - 6, 'x') + "\na: 1").empty());
  CHECK(mentions("#" + std::string(1024 * 1024 - 5, 'x') + "\na: 1", "larger than 1 MiB"));
}

TEST_CASE("one file is one document, and a map") {
  CHECK(mentions("a: 1\n---\nb: 2\n", "second document"));
  CHECK(mentions("---\na: 1\n---\n", "second document"));
  CHECK(problem("---\na: 1\n...\n").empty());
  CHECK(mentions("", "the file is empty"));
  CHECK(mentions("# nothing\n", "the file is empty"));
  CHECK(mentions("- a\n- b\n", "not a list"));
  CHECK(mentions("text\n", "not text"));
}

TEST_CASE("what YAML has and a configuration has not is refused by name") {
  CHECK(mentions("a: &a { b: 1 }\nc: { <<: *a }\n", "merge keys ('<<') are not supported"));
  CHECK(problem("a: { \"<<\": 1 }\n").empty());
  CHECK(mentions("a: !!binary xyz\n", "tags like"));
  CHECK(mentions("a: !include other.yaml\n", "tags like '!include' are not supported"));
  CHECK(mentions("? [a, b]\n: 1\n", "a key must be a word, not a list"));
  CHECK(mentions("a: {{ data.device }}\n", "a template must stand in quotes"));
  CHECK(mentions("a: {{ data.device }}/up\n", "a template must stand in quotes"));
}

TEST_CASE("a duplicate key names both places") {
  CHECK(mentions("a: 1\nb: 2\na: 3\n", "duplicate key 'a': it stands already at test.yaml:1:1"));
  CHECK(mentions("a: { b: 1, b: 2 }\n", "duplicate key 'b': it stands already at test.yaml:1:6"));
}

TEST_CASE("bad YAML is explained in plain words") {
  CHECK(mentions("a: [1, 2\nb: 3\n", "'['"));
  CHECK(mentions("a: { b: 1\nc: 2\n", "'{'"));
  CHECK(mentions("a: \"x\n", "quote is not closed"));
  CHECK(mentions("a: b: c\n", "':' cannot stand here"));
  CHECK(mentions("a: \"\\d\"\n", "unknown escape"));
  CHECK(mentions("a: @x\n", "put the text in quotes"));
  CHECK(mentions("a:\n  b: 1\n c: 2\n", "indentation"));
  CHECK(mentions("a:\n\tb: 1\n", "a tab indents this line"));
}

TEST_CASE("columns count characters, not bytes, and carriage returns are no part of a line") {
  Files files;
  Problems problems;
  const auto document = load_text("\"\xc3\xa4\": { \xc3\xb6: 1, u: \xe2\x82\xac }\r\nb: x\r\n", files, problems);
  REQUIRE(document);
  CHECK(document->root.entries[0].value.find("u")->mark == Mark{0, 1, 17, 1});
  CHECK(document->root.find("b")->text == "x");
  CHECK(files.line(0, 2) == "b: x");
}

TEST_CASE("a large file of one line is read in reasonable time") {
  CHECK(problem("a: [" + repeated("x,", 45'000) + "]\n").empty());
  CHECK(mentions("a: [" + repeated("x,", 120'000) + "]\n", "more than 100000 values"));
}

}  // namespace fieldgate::config
