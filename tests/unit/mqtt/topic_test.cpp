#include "mqtt/topic.hpp"

#include <string>
#include <utility>

#include "support/catch.hpp"

using namespace fieldgate::mqtt;

TEST_CASE("topics that may be published to") {
  for (const char* topic : {"a", "/", "a/b/c", "a//b", " ", "$SYS/x", "grüße"}) {
    INFO(topic);
    CHECK(check_topic(topic));
  }
}

TEST_CASE("topics that may not") {
  CHECK(!check_topic(""));
  CHECK(!check_topic("a/+/b"));
  CHECK(!check_topic("a/#"));
  CHECK(!check_topic(std::string_view("a\0b", 3)));
  CHECK(!check_topic("a\xff"));
  CHECK(!check_topic(std::string(65536, 'x')));
  CHECK(check_topic(std::string(65535, 'x')));
}

TEST_CASE("filters that may be subscribed to") {
  for (const char* filter : {"#", "+", "a/#", "+/a/+", "/+", "a/b", "$share/g/#", "$share/g/a/+", "$SYS/#"}) {
    INFO(filter);
    CHECK(check_filter(filter));
  }
}

TEST_CASE("filters that may not") {
  for (const char* filter :
       {"", "a#", "a/b#", "#/a", "a+", "+a/b", "$share/g", "$share//a", "$share/g/", "$share/+/a", "$share/g#/a"}) {
    INFO(filter);
    CHECK(!check_filter(filter));
  }
}

TEST_CASE("a filter matches what the standard says (4.7.1)") {
  const std::pair<const char*, const char*> pairs[] = {
      {"a/b", "a/b"},       {"#", "a/b"},      {"a/#", "a"},
      {"a/#", "a/b/c"},     {"+", "a"},        {"+/+", "/a"},
      {"/+", "/finance"},   {"a/+/c", "a//c"}, {"$share/group/a/+", "a/b"},
      {"$SYS/#", "$SYS/x"},
  };
  for (const auto& [filter, topic] : pairs) {
    INFO(filter << " " << topic);
    CHECK(matches(filter, topic));
  }
}

TEST_CASE("and no more than that") {
  const std::pair<const char*, const char*> pairs[] = {
      {"a/b", "a"},
      {"a", "a/b"},
      {"+", "/finance"},
      {"a/+", "a/b/c"},
      {"a/+", "a"},
      {"a/+/c", "a/b"},
      {"a/#", "ab"},
      {"#", "$SYS/x"},
      {"+/monitor", "$SYS/monitor"},
      {"a/", "a"},
      {"a", "a/"},
      {"A", "a"},
      {"$share/group/a/+", "$share/group/a/b"},
  };
  for (const auto& [filter, topic] : pairs) {
    INFO(filter << " " << topic);
    CHECK(!matches(filter, topic));
  }
}
