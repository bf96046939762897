#include "config/problem.hpp"

#include "support/catch.hpp"

namespace fieldgate::config {

TEST_CASE("problems come in the order of the file") {
  Problems problems;
  problems.error({1, 1, 1, 1}, "c", "third");
  problems.error({0, 9, 1, 1}, "b", "second");
  problems.warning({0, 2, 7, 1}, "a", "first");
  REQUIRE(problems.sorted().size() == 3);
  CHECK(problems.sorted()[0].text == "first");
  CHECK(problems.sorted()[1].text == "second");
  CHECK(problems.sorted()[2].text == "third");
  CHECK(problems.errors() == 2);
  CHECK(problems.warnings() == 1);
}

TEST_CASE("the same problem at the same place is kept once") {
  Problems problems;
  problems.error({0, 3, 1, 1}, "protocols.a", "wrong");
  problems.error({0, 3, 1, 1}, "adapters.b.protocol", "wrong");
  problems.error({0, 3, 2, 1}, "protocols.a", "wrong");
  problems.warning({0, 3, 1, 1}, "protocols.a", "wrong");
  CHECK(problems.errors() == 2);
  CHECK(problems.warnings() == 1);
}

TEST_CASE("a word is guessed from the known ones") {
  const std::vector<std::string_view> known{"length_size", "length_offset", "qos", "meters"};
  CHECK(nearest("lenght_size", known) == "length_size");
  CHECK(nearest("metres", known) == "meters");
  CHECK(nearest("QOS", known) == "qos");
  CHECK(nearest("url", known).empty());
  CHECK(nearest("", known).empty());
  CHECK(nearest(std::string(100'000, 'x'), known).empty());
  CHECK(nearest("x", {"y"}).empty());
  CHECK(did_you_mean("metres", known) == ", did you mean 'meters'?");
  CHECK(did_you_mean("nothing like it", known).empty());
}

}  // namespace fieldgate::config
