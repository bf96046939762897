#include "config/substitute.hpp"

#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "support/catch.hpp"
#include "unit/config/reading.hpp"

namespace fieldgate::config {
namespace {

/// What `value`, which YAML must see in double quotes, becomes.
std::string replaced(const std::string& value) {
  std::string out;
  const Reading reading("v: \"" + value + "\"\n", [&](Section& s) { out = s.text("v", std::string("default"), "m"); });
  return reading.printed.empty() ? out : reading.printed;
}

bool mentions(const std::string& value, std::string_view part) {
  return replaced(value).find(part) != std::string::npos;
}

/// A folder with a secret in it, which $CREDENTIALS_DIRECTORY names.
class Folder {
 public:
  Folder() : path_(std::filesystem::temp_directory_path() / ("fieldgate-test-" + std::to_string(::getpid()))) {
    std::filesystem::create_directories(path_);
    std::ofstream(path_ / "token") << "hunter2\r\n";
    std::ofstream(path_ / "binary") << "\xff\xfe";
    ::setenv("CREDENTIALS_DIRECTORY", path_.c_str(), 1);
  }
  ~Folder() {
    ::unsetenv("CREDENTIALS_DIRECTORY");
    std::error_code ec;
    std::filesystem::remove_all(path_, ec);
  }
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

}  // namespace

TEST_CASE("variables of the environment are replaced") {
  ::setenv("FIELDGATE_TEST_SET", "plant", 1);
  ::setenv("FIELDGATE_TEST_EMPTY", "", 1);
  ::unsetenv("FIELDGATE_TEST_UNSET");
  CHECK(replaced("a-${FIELDGATE_TEST_SET}-b-${FIELDGATE_TEST_SET}") == "a-plant-b-plant");
  CHECK(replaced("${FIELDGATE_TEST_EMPTY}").empty());
  CHECK(replaced("${FIELDGATE_TEST_UNSET:-x y}") == "x y");
  CHECK(replaced("${FIELDGATE_TEST_EMPTY:-x}") == "x");
  CHECK(replaced("${FIELDGATE_TEST_UNSET:-}").empty());
  CHECK(replaced("${FIELDGATE_TEST_SET:?say it}") == "plant");
  CHECK(mentions("${FIELDGATE_TEST_UNSET}", "FIELDGATE_TEST_UNSET is not set"));
  CHECK(mentions("${FIELDGATE_TEST_UNSET:?say it}", "is not set: say it"));
  CHECK(mentions("${FIELDGATE_TEST_EMPTY:?say it}", "is not set: say it"));
}

TEST_CASE("what only looks like a variable stays") {
  ::setenv("FIELDGATE_TEST_SET", "plant", 1);
  CHECK(replaced("$${FIELDGATE_TEST_SET}") == "${FIELDGATE_TEST_SET}");
  CHECK(replaced("$$") == "$$");
  CHECK(replaced("$") == "$");
  CHECK(replaced("$FIELDGATE_TEST_SET") == "$FIELDGATE_TEST_SET");
  CHECK(replaced("$$${FIELDGATE_TEST_SET}") == "$${FIELDGATE_TEST_SET}");
}

TEST_CASE("what a variable holds never changes the structure") {
  ::setenv("FIELDGATE_TEST_YAML", "x, b: [1]\n# ${FIELDGATE_TEST_YAML} \"", 1);
  const Reading reading("a: ${FIELDGATE_TEST_YAML} # ${NOBODY}\n", [](Section& s) {
    CHECK(s.text("a", required, "m") == "x, b: [1]\n# ${FIELDGATE_TEST_YAML} \"");
  });
  CHECK(reading.printed.empty());
}

TEST_CASE("badly written references say what to write") {
  CHECK(mentions("${open", "is not closed"));
  CHECK(mentions("${}", "is no name of an environment variable"));
  CHECK(mentions("${1A}", "is no name of an environment variable"));
  CHECK(mentions("${A-b}", "is no name of an environment variable"));
  CHECK(mentions("${A:b}", "is not understood"));
  CHECK(mentions("${A:-${B}}", "cannot hold another one"));
  CHECK(mentions("${file:}", "needs a path"));
  CHECK(mentions("${credential:../x}", "is no name of a credential"));
}

TEST_CASE("files and credentials are read, and are secrets") {
  const Folder folder;
  CHECK(replaced("${credential:token}") == "hunter2");
  CHECK(replaced("x${file:" + (folder.path() / "token").string() + "}") == "xhunter2");
  CHECK(mentions("${credential:nobody}", "cannot read the credential 'nobody'"));
  CHECK(mentions("${file:" + (folder.path() / "binary").string() + "}", "is not UTF-8 text"));
  CHECK(mentions("${file:" + folder.path().string() + "}", "it is a directory"));
  const Reading wrong("n: ${credential:token}\n", [](Section& s) { s.integer("n", 0, "m"); });
  CHECK(wrong.problems.errors() == 1);
  CHECK(wrong.printed.find("hunter2") == std::string::npos);
}

TEST_CASE("a credential without its folder says who sets it") {
  ::unsetenv("CREDENTIALS_DIRECTORY");
  CHECK(mentions("${credential:token}", "LoadCredential=token:PATH"));
}

TEST_CASE("with syntax_only nothing is looked up, and nothing is said of what would stand there") {
  const Reading reading(
      "n: ${FIELDGATE_TEST_UNSET}\nl: [\"${file:/nobody}\"]\na: ${X}\nm: ${X}\n",
      [](Section& s) {
        CHECK(s.integer("n", required, "m") == 0);
        s.texts("l", required, "m");
        s.error("l", "whatever");
        s.address("a", required, "m");
        s.section("m", "m", [](Section& m) { m.text("t", required, "m"); });
      },
      true);
  CHECK(reading.printed.empty());
}

}  // namespace fieldgate::config
