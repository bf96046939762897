// What is spent, kept in a file over restarts, reboots and wrong clocks.
#include "sink/budget_file.hpp"

#include <fstream>
#include <sstream>

#include <sys/stat.h>

#include "support/catch.hpp"
#include "support/temp_dir.hpp"

using namespace fieldgate;
using namespace std::chrono_literals;
using sink::Budget;
using sink::Moment;

namespace {

using Spent = std::vector<Budget::Spent>;

Moment moment(const std::string& boot, Duration since_boot, Duration wall) {
  return {.boot = boot, .since_boot = since_boot, .wall = TimePoint(wall)};
}

const Moment saved = moment("a", 1h, 1000h);
const Spent spent{{5min, 100}, {0s, 7}};

Spent aged(Duration by) { return {{5min + by, 100}, {by, 7}}; }

}  // namespace

TEST_CASE("what is spent ages while the gateway is away") {
  CHECK(*sink::read_spent(write_spent(spent, saved), moment("a", 1h + 10s, 1000h + 10s)) == aged(10s));
}

TEST_CASE("within one boot a wall clock that jumps gives nothing back and takes nothing") {
  const std::string text = write_spent(spent, saved);
  CHECK(*sink::read_spent(text, moment("a", 1h + 10s, 200000h)) == aged(10s));
  CHECK(*sink::read_spent(text, moment("a", 1h + 10s, -200000h)) == aged(10s));
}

TEST_CASE("over a reboot the wall clock counts, but no less than the machine is up") {
  const std::string text = write_spent(spent, saved);
  CHECK(*sink::read_spent(text, moment("b", 1min, 1002h)) == aged(2h));
  CHECK(*sink::read_spent(text, moment("b", 1min, 0h)) == aged(1min));  // a clock that starts in 1970
}

TEST_CASE("without the name of the boot the wall clock counts, and never backwards") {
  const std::string text = write_spent(spent, moment("", 1h, 1000h));
  CHECK(*sink::read_spent(text, moment("", 2h, 1000h + 5s)) == aged(5s));
  CHECK(*sink::read_spent(text, moment("", 2h, 900h)) == aged(0s));
}

TEST_CASE("this moment is after the last one") {
  const Moment before = Moment::now();
  const Moment after = Moment::now();
  CHECK(after.since(before) >= 0s);
  CHECK(after.since(before) < 1min);
}

TEST_CASE("a file that is damaged or cut anywhere is no file of ours") {
  const std::string whole = write_spent(spent, saved);
  for (std::size_t size = 0; size + 4 < whole.size(); ++size) {
    CAPTURE(size);
    CHECK_FALSE(sink::read_spent(whole.substr(0, size), saved));
  }
  CHECK_FALSE(sink::read_spent("something else\nend\n", saved));
  CHECK_FALSE(sink::read_spent("fieldgate-budget-1 a 1 2\n-5 7\nend\n", saved));
  CHECK_FALSE(sink::read_spent("fieldgate-budget-1 a 1 2\nx 7\nend\n", saved));
}

TEST_CASE("the file is replaced as a whole, readable by its owner only") {
  test::TempDir folder;
  const auto path = folder.path() / "budgets" / "cloud";
  REQUIRE(sink::replace_file(path, "one\n"));
  REQUIRE(sink::replace_file(path, "two\n"));
  std::ifstream file(path);
  std::ostringstream text;
  text << file.rdbuf();
  CHECK(text.str() == "two\n");
  struct stat status {};
  REQUIRE(::stat(path.c_str(), &status) == 0);
  CHECK((status.st_mode & 0777) == 0600);
}

TEST_CASE("a file that cannot be written is an error that names it") {
  test::TempDir folder;
  std::ofstream(folder.path() / "plain") << "not a folder";
  const auto result = sink::replace_file(folder.path() / "plain" / "cloud", "text");
  REQUIRE_FALSE(result);
  CHECK(result.error().text.find("plain/cloud") != std::string::npos);
}
