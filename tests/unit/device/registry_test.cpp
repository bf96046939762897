// Registry: rows, their tags and secrets, and globs.
#include "device/registry.hpp"

#include "support/catch.hpp"

namespace fieldgate::device {
namespace {

std::string tags_of(const Registry::Row& row) {
  std::vector<Meta> tags;
  row.append_tags(tags);
  std::string text;
  for (const Meta& tag : tags) text += std::string(tag.name) + "=" + std::string(tag.value) + " ";
  return text;
}

TEST_CASE("a row gives its tags without what is empty, and its secret apart from them") {
  Registry registry;
  const Registry::Names& names = registry.names({"site", "line", "hall"});
  const Registry::Row& first = registry.add("0012", names, "pw", {"north", "", "a"});
  const Registry::Row& second = registry.add("0013", names, "", {"", "", ""});
  CHECK(first.id() == "0012");
  CHECK(first.secret() == "pw");
  CHECK(tags_of(first) == "site=north hall=a ");
  CHECK(second.secret().empty());
  CHECK(tags_of(second).empty());
}

TEST_CASE("of globs the first that fits counts, and what is no glob fits nothing") {
  Registry registry;
  registry.add("meter-7", {{"site", "own"}}, "");
  registry.add("meter-?", {{"site", "one"}}, "");
  registry.add("meter-*", {{"site", "many"}}, "");
  CHECK(registry.globs() == 2);
  REQUIRE(registry.fitting("meter-1") != nullptr);
  CHECK(tags_of(*registry.fitting("meter-1")) == "site=one ");
  CHECK(tags_of(*registry.fitting("meter-10")) == "site=many ");
  CHECK(registry.fitting("motor-1") == nullptr);
}

TEST_CASE("a glob is held to the whole of an id, whatever bytes it has") {
  Registry registry;
  registry.add("meter-?", Tags(), "");
  CHECK(registry.fitting(std::string_view("meter-1\0evil", 12)) == nullptr);
  registry.add("[a]*", Tags(), "");
  CHECK(registry.fitting("a1") == nullptr);
  CHECK(registry.fitting("[a]1") != nullptr);
}

}  // namespace
}  // namespace fieldgate::device
