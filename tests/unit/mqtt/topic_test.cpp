#include "mqtt/topic.hpp"

#include <string>

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
