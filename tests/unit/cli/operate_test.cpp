// Proves how a command finds its gateway.
#include "cli/operate.hpp"

#include "support/catch.hpp"
#include "support/temp_dir.hpp"

using namespace fieldgate;
using namespace fieldgate::cli;

namespace {

std::string found(const test::TempDir& dir, std::string_view config) {
  const auto path = find_data_dir({dir.write("gateway.yaml", config).string(), ""});
  return path ? path->string() : path.error().text;
}

}  // namespace

TEST_CASE("the data_dir is told from a configuration, whatever else is wrong in it") {
  const test::TempDir dir;
  CHECK(found(dir, "gateway: { data_dir: /x }\n") == "/x");
  CHECK(found(dir, "gateway: { data_dir: here }\n") == (dir / "here").string());
  CHECK(found(dir, "gateway: { id: a }\n") == "/var/lib/fieldgate");
  CHECK(found(dir, "gateway: { data_dir: /x, nonsense: 1 }\nsinks: { a: { type: none } }\n") == "/x");
  CHECK(found(dir, "gateway: { data_dir: /x }\nsinks: { a: { password: \"${file:/does/not/exist}\" } }\n") == "/x");
}

TEST_CASE("the data_dir may stand in an included file") {
  const test::TempDir dir;
  std::filesystem::create_directory(dir / "conf.d");
  dir.write("conf.d/a.yaml", "gateway: { data_dir: there }\n");
  CHECK(found(dir, "include: [ conf.d/*.yaml ]\n") == (dir / "conf.d/there").string());
}

TEST_CASE("where the data_dir cannot be told, the error says what to do") {
  const test::TempDir dir;
  CHECK(found(dir, "gateway: { data_dir: \"${SURELY_NOT_SET}\" }\n").find("--data-dir") != std::string::npos);
  CHECK(found(dir, "gateway: [\n").find("--data-dir") != std::string::npos);
  const auto none = find_data_dir({(dir / "none.yaml").string(), ""});
  REQUIRE_FALSE(none);
  CHECK(none.error().text.find("none.yaml") != std::string::npos);
  CHECK(find_data_dir({(dir / "none.yaml").string(), "/y"})->string() == "/y");
}

TEST_CASE("a folder that no gateway has used is left as it is") {
  const test::TempDir dir;
  const auto held = hold(dir.path());
  REQUIRE_FALSE(held);
  CHECK(held.error().reason == "absent");
  CHECK(std::filesystem::is_empty(dir.path()));
  CHECK(hold(dir / "none").error().reason == "absent");
}

TEST_CASE("a data_dir is held by one") {
  const test::TempDir dir;
  const auto gateway = storage::DataDir::open(dir.path());
  REQUIRE(gateway);
  CHECK(hold(dir.path()).error().reason == "locked");
  const auto asked = ask_gateway(dir.path(), "GET", "/status");
  REQUIRE(asked);
  CHECK_FALSE(*asked);
}
