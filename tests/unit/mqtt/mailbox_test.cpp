#include "mqtt/mailbox.hpp"

#include "support/catch.hpp"

using namespace fieldgate;
using namespace fieldgate::mqtt;

namespace {

struct Fixture {
  asio::io_context io;
  std::shared_ptr<Mailbox> mailbox = std::make_shared<Mailbox>(io, 4, 100, 40);
  std::function<void()> job;
  std::vector<Bundle::Item*> run;

  std::shared_ptr<Bundle> publish(int count) {
    auto bundle = std::make_shared<Bundle>();
    bundle->clear(1, false);
    for (int i = 0; i < count; ++i) bundle->add("t", std::to_string(i));
    mailbox->publish(bundle);
    return bundle;
  }
  std::size_t settled() {
    Mailbox::Arrived arrived;
    mailbox->take(arrived);
    return arrived.settled.size();
  }
};

}  // namespace

TEST_CASE("no more than the window is handed out, over the ends of bundles") {
  Fixture f;
  f.publish(3);
  f.publish(3);
  REQUIRE(f.mailbox->next(f.job, f.run));
  CHECK(f.run.size() == 4);
  for (Bundle::Item* item : std::vector(f.run)) f.mailbox->settle(*item, 0);
  CHECK(f.settled() == 1);
  REQUIRE(f.mailbox->next(f.job, f.run));
  CHECK(f.run.size() == 2);
}

TEST_CASE("a broker's receive maximum is a smaller window") {
  Fixture f;
  f.mailbox->limit(2);
  f.publish(6);
  REQUIRE(f.mailbox->next(f.job, f.run));
  CHECK(f.run.size() == 2);
}

TEST_CASE("the reactor is woken once for a bundle, when all of it has an outcome") {
  Fixture f;
  int woken = 0;
  f.mailbox->open([&] { ++woken; });
  const auto bundle = f.publish(4);
  REQUIRE(f.mailbox->next(f.job, f.run));
  for (std::size_t i = 0; i < 3; ++i) f.mailbox->settle(*f.run[i], 0);
  f.io.poll();
  CHECK(woken == 0);
  f.mailbox->settle(*f.run[3], 0x97);
  f.io.restart();
  f.io.poll();
  CHECK(woken == 1);
  CHECK(f.settled() == 1);
  CHECK(bundle->outcome(3) == 0x97);
}

TEST_CASE("what has no outcome when a session ends is lost, and late outcomes change nothing") {
  Fixture f;
  const auto bundle = f.publish(6);
  REQUIRE(f.mailbox->next(f.job, f.run));
  f.mailbox->settle(*f.run[0], 0);
  f.mailbox->lose_all();
  CHECK(f.settled() == 1);
  CHECK(bundle->outcome(0) == 0);
  CHECK(bundle->outcome(1) == Bundle::lost);
  CHECK(bundle->outcome(5) == Bundle::lost);
  f.mailbox->settle(*f.run[1], 0);
  CHECK(bundle->outcome(1) == Bundle::lost);
  CHECK(!f.mailbox->outstanding());
}

TEST_CASE("a worker that waits for outcomes in vain is asked to nudge, three times") {
  Fixture f;
  f.publish(1);
  REQUIRE(f.mailbox->next(f.job, f.run));
  for (int i = 0; i < 3; ++i) {
    REQUIRE(f.mailbox->next(f.job, f.run));
    CHECK(f.run.empty());
    CHECK(!f.job);
  }
}

TEST_CASE("messages come out of an inbox as they went in") {
  Inbox inbox;
  const Meta first[] = {{"a", "1"}, {"b", ""}};
  inbox.add({.topic = "t/1",
             .payload = "one",
             .qos = 1,
             .properties = first,
             .response_topic = "r/1",
             .correlation = std::string_view("\0\xff", 2)});
  inbox.add({.topic = "t/2", .payload = "", .retain = true});
  std::vector<Meta> scratch;
  const Incoming one = inbox.front(scratch);
  CHECK(one.topic == "t/1");
  CHECK(one.payload == "one");
  REQUIRE(one.properties.size() == 2);
  CHECK(one.properties[0].name == "a");
  CHECK(one.properties[0].value == "1");
  CHECK(one.properties[1].name == "b");
  CHECK(one.properties[1].value.empty());
  CHECK(one.response_topic == "r/1");
  CHECK(one.correlation == std::string_view("\0\xff", 2));
  inbox.pop();
  const Incoming two = inbox.front(scratch);
  CHECK(two.topic == "t/2");
  CHECK(two.payload.empty());
  CHECK(two.retain);
  CHECK(two.properties.empty());
  CHECK(two.response_topic.empty());
  CHECK(two.correlation.empty());
  inbox.pop();
  CHECK(inbox.empty());
  CHECK(inbox.bytes() == 0);
}

TEST_CASE("an inbox tells when it is half full, and drops and counts what it has no room for") {
  Fixture f;
  const std::string message(30, 'x');
  for (int i = 0; i < 4; ++i) f.mailbox->deliver({.topic = "t", .payload = message});
  f.mailbox->deliver({.topic = "t", .payload = std::string(41, 'x')});
  Mailbox::Arrived arrived;
  f.mailbox->take(arrived);
  REQUIRE(arrived.events.size() == 1);
  CHECK(arrived.events[0].kind == Event::Kind::pressure);
  CHECK(arrived.dropped == 1);
  CHECK(arrived.too_large == 1);
  CHECK(f.mailbox->inbox_bytes() == 93);
}

TEST_CASE("what comes with a message takes room in the inbox like the message") {
  Fixture f;
  const Meta property[] = {{"name", std::string_view("0123456789")}};
  const std::string topic(40, 'r');
  f.mailbox->deliver(
      {.topic = "t", .payload = "x", .properties = property, .response_topic = topic, .correlation = topic});
  f.mailbox->deliver({.topic = "t", .payload = "x"});
  f.mailbox->deliver({.topic = "t", .payload = "x", .correlation = "c"});
  Mailbox::Arrived arrived;
  f.mailbox->take(arrived);
  CHECK(arrived.dropped == 1);
  CHECK(f.mailbox->inbox_bytes() == 98);
}
