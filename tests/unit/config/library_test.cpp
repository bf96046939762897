#include "config/library.hpp"

#include "support/catch.hpp"
#include "unit/config/reading.hpp"

using namespace fieldgate::config;

namespace {

constexpr std::string_view meters = R"(# Meters of two kinds.
# More on them.
protocols:
  # Above its key.
  # Second line.
  meter: { kind: 1 }
  other-one:  # Beside its key.
    kind: 2
    inner: { a: 1 }

  third:
    kind: x  # not a key of ours
tests:
  notes: 1
)";

const Library& library() {
  static const Library the_library(
      {{"protocols/meters.yaml", meters}, {"protocols/wrong.yaml", "protocols:\n  wrong: [\n"}});
  return the_library;
}

/// What `p` in the text is read as, and the path that it has.
std::string kind_of(std::string yaml, std::string& printed) {
  Files files;
  Problems problems;
  std::string kind;
  const auto document = load_text(std::move(yaml), files, problems, "plant.yaml");
  {
    Reader reader(problems);
    document->lead(reader, files);
    reader.library = &library();
    Section root(reader, &document->root, {}, nullptr);
    root.accept_all_keys();
    root.reference("p", "protocols", "", [&](Section& s) {
      kind = std::to_string(s.integer("kind", 0, "")) + " " + s.path();
      s.accept_all_keys();
    });
  }
  printed = print_problems(problems, files);
  return kind;
}

}  // namespace

TEST_CASE("a library knows its names without being parsed") {
  REQUIRE(library().entries().size() == 4);
  CHECK(library().entries()[0].name == "meter");
  CHECK(library().entries()[0].meaning == "Above its key.");
  CHECK(library().find("other-one")->meaning == "Beside its key.");
  CHECK(library().find("third")->meaning == "Meters of two kinds.");
  CHECK(library().find("inner") == nullptr);
  CHECK(library().find("notes") == nullptr);
}

TEST_CASE("a name is looked up in the file, then in the library") {
  std::string printed;
  CHECK(kind_of("p: meter\n", printed) == "1 protocols.meter");
  CHECK(kind_of("p: other\nprotocols: { other: { kind: 7 } }\n", printed) == "7 protocols.other");
  CHECK(kind_of("p: { use: meter, kind: 9 }\n", printed) == "9 p");
  CHECK(printed.empty());
}

TEST_CASE("what is wrong with a shipped definition is shown where it stands") {
  std::string printed;
  kind_of("p: third\n", printed);
  CHECK(printed.find("protocols/meters.yaml:12:11: error: protocols.third.kind") != std::string::npos);
  kind_of("p: wrong\n", printed);
  CHECK(printed.find("protocols/wrong.yaml:") != std::string::npos);
}

TEST_CASE("a name that is nowhere is guessed among all of them") {
  std::string printed;
  kind_of("p: metre\n", printed);
  CHECK(printed.find("no protocol is called 'metre', did you mean 'meter'?") != std::string::npos);
}
