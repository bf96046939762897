// What the refusal of a publication means, and for how long it is remembered.
#include "sink/mqtt_refusal.hpp"

#include "mqtt/bundle.hpp"
#include "support/catch.hpp"

using namespace fieldgate;
using namespace std::chrono_literals;
using sink::Refusal;
using sink::RefusedTopics;

TEST_CASE("a quota throttles, rights are doubted, what can never pass is given up, all else is tried again") {
  using Kind = Refusal::Kind;
  CHECK(sink::refusal_of(0x97).kind == Kind::throttle);
  CHECK(sink::refusal_of(0x96).kind == Kind::throttle);
  CHECK(sink::refusal_of(0x87).kind == Kind::doubt);
  CHECK(sink::refusal_of(0x90).kind == Kind::doubt);
  CHECK(sink::refusal_of(0x95).kind == Kind::never);
  CHECK(sink::refusal_of(0x99).kind == Kind::never);
  CHECK(sink::refusal_of(mqtt::Bundle::invalid).kind == Kind::never);
  CHECK(sink::refusal_of(0x80).kind == Kind::later);
  CHECK(sink::refusal_of(0x83).kind == Kind::later);
}

TEST_CASE("a refused topic is remembered for a while") {
  RefusedTopics topics;
  const RefusedTopics::Time now{1h};
  topics.add("a", now);
  CHECK(topics.contains("a", now + 9min));
  CHECK_FALSE(topics.contains("b", now));
  CHECK_FALSE(topics.contains("a", now + 10min));
}

TEST_CASE("no more topics are remembered than there is room for") {
  RefusedTopics topics;
  const RefusedTopics::Time now{1h};
  for (std::size_t i = 0; i < 10 * RefusedTopics::most; ++i) topics.add(std::to_string(i), now);
  std::size_t known = 0;
  for (std::size_t i = 0; i < 10 * RefusedTopics::most; ++i) known += topics.contains(std::to_string(i), now) ? 1 : 0;
  CHECK(known <= RefusedTopics::most);
  CHECK(known > 0);
}
