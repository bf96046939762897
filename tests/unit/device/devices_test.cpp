// Devices: who is known, who is there, what a message changes and what time does.
#include "device/devices.hpp"

#include <malloc.h>

#include "support/catch.hpp"

namespace fieldgate::device {
namespace {

using namespace std::chrono_literals;
using Seen = std::vector<std::string>;

/// Hears the changes, as "d1 unseen>online message".
struct Heard final : Listener {
  Seen changes;
  void changed(const View& device, State before, std::string_view why, const Instant&) override {
    changes.push_back(std::string(device.id) + " " + std::string(name_of(before)) + ">" +
                      std::string(name_of(device.state)) + " " + std::string(why));
  }
  Seen take() { return std::exchange(changes, {}); }
};

struct Bench {
  explicit Bench(const std::shared_ptr<Registry>& registry = std::make_shared<Registry>(),
                 Options::Unknown unknown = Options::Unknown::accept, Tags gateway = {})
      : devices(options(registry, unknown), std::move(gateway), metrics) {
    devices.listen(heard);
    origin.adapter = "lines";
    origin.peer_ip = "10.0.0.7";
    origin.peer_port = 4711;
    now.wall = TimePoint(1'000'000s);
    now.steady = std::chrono::steady_clock::time_point(1000s);
  }

  static Options options(const std::shared_ptr<Registry>& registry, Options::Unknown unknown) {
    Options options;
    options.registry = registry;
    options.unknown = unknown;
    return options;
  }

  /// The refusal of a message, or its tags: "site=a ".
  std::string say(Source& source, std::string_view id, protocol::Peer* peer = nullptr,
                  const protocol::Proof* proof = nullptr) {
    Message message;
    message.device = id;
    message.origin = &origin;
    message.received = now;
    if (const auto refusal = devices.admit(source, message, peer, proof); !refusal.empty()) return std::string(refusal);
    std::string text;
    for (const Meta& tag : message.tags) text += std::string(tag.name) + "=" + std::string(tag.value) + " ";
    return text;
  }

  /// Time goes by, and what falls due is done.
  void pass(Duration time) {
    now.steady += time;
    now.wall += std::chrono::duration_cast<TimePoint::duration>(time);
    for (auto next = devices.sweep(now); next && *next <= now.steady;) next = devices.sweep(now);
  }

  telemetry::Metrics metrics;
  Heard heard;
  Devices devices;
  Origin origin;
  Instant now;
};

SourceOptions watched(Duration expected) {
  SourceOptions options;
  options.expected_interval = expected;
  return options;
}

std::shared_ptr<Registry> registered(std::initializer_list<std::pair<const char*, Tags>> rows) {
  auto registry = std::make_shared<Registry>();
  for (const auto& [id, tags] : rows) registry->add(id, tags, "");
  return registry;
}

TEST_CASE("who is not registered is accepted, or rejected and then not remembered") {
  Bench accepting;
  CHECK(accepting.say(accepting.devices.add_source("lines", {}), "d1").empty());
  CHECK(accepting.devices.find("d1"));
  Bench rejecting(registered({{"d1", {}}, {"m-*", {}}}), Options::Unknown::reject);
  Source& source = rejecting.devices.add_source("lines", {});
  CHECK(rejecting.say(source, "d1").empty());
  CHECK(rejecting.say(source, "m-7").empty());
  CHECK(rejecting.say(source, "d2") == "unknown_device");
  CHECK(rejecting.say(source, "d2") == "unknown_device");
  CHECK(!rejecting.devices.find("d2"));
  CHECK(rejecting.heard.take() == Seen{"d1 unseen>online message", "m-7 unseen>online message"});
}

TEST_CASE("tags join in the order gateway, adapter, device; where two have a name, the later one's value stands") {
  Bench bench(registered({{"d1", {{"site", "own"}, {"line", "3"}}}, {"m-*", {{"hall", "glob"}}}, {"m-1", {}}}),
              Options::Unknown::accept, {{"region", "north"}, {"site", "all"}});
  SourceOptions options;
  options.tags = {{"hall", "a"}, {"region", "south"}};
  Source& source = bench.devices.add_source("lines", options);
  CHECK(bench.say(source, "d1") == "region=south site=own hall=a line=3 ");
  CHECK(bench.say(source, "m-2") == "region=south site=all hall=glob ");
  CHECK(bench.say(source, "m-1") == "region=south site=all hall=a ");
  CHECK(bench.say(source, "new") == "region=south site=all hall=a ");
}

TEST_CASE("a device that has only said who it is, is online and reached, without a message and without its rate") {
  Bench bench(registered({{"d1", {}}}), Options::Unknown::reject);
  SourceOptions options = watched(5min);
  options.rate = config::Rate{1};
  options.burst = 1;
  Source& source = bench.devices.add_source("lines", options);
  protocol::Peer peer;
  Message message;
  message.origin = &bench.origin;
  message.received = bench.now;
  message.device = "d2";
  CHECK(bench.devices.present(source, message, peer) == "unknown_device");
  message.device = "d1";
  const protocol::Proof none;
  CHECK(bench.devices.present(source, message, peer, &none) == "secret");
  CHECK(bench.devices.find("d1")->peer == nullptr);
  CHECK(bench.devices.present(source, message, peer).empty());
  const auto seen = bench.devices.find("d1");
  CHECK((seen->peer == &peer && seen->messages == 0 && seen->state == State::online));
  CHECK(bench.say(source, "d1", &peer).empty());
  bench.pass(5min);
  bench.devices.gone(peer, "closed", bench.now);
  CHECK(bench.heard.take() ==
        Seen{"d1 unseen>online connected", "d1 online>late expected_interval", "d1 late>offline closed"});
}

TEST_CASE("a device is online from its first message until its connection is gone") {
  Bench bench(registered({{"d1", {}}}));
  Source& source = bench.devices.add_source("lines", {});
  CHECK(bench.devices.count(State::unseen) == 1);
  protocol::Peer peer;
  bench.say(source, "d1", &peer);
  bench.say(source, "d1", &peer);
  const auto seen = bench.devices.find("d1");
  REQUIRE(seen);
  CHECK((seen->peer == &peer && seen->messages == 2 && seen->address == "10.0.0.7:4711"));
  bench.devices.gone(peer, "idle", bench.now);
  CHECK(bench.heard.take() == Seen{"d1 unseen>online message", "d1 online>offline idle"});
  CHECK(bench.devices.find("d1")->peer == nullptr);
  CHECK(bench.devices.count(State::offline) == 1);
}

TEST_CASE("a device that has moved to a newer connection does not go with the older one") {
  Bench bench;
  Source& source = bench.devices.add_source("lines", {});
  protocol::Peer older;
  protocol::Peer newer;
  bench.say(source, "d1", &older);
  bench.say(source, "d1", &newer);
  bench.devices.gone(older, "session_replaced", bench.now);
  CHECK(bench.devices.find("d1")->state == State::online);
  bench.devices.gone(newer, "closed", bench.now);
  CHECK(bench.devices.find("d1")->state == State::offline);
}

TEST_CASE("a peer that ends without a word leaves no device that leads to it") {
  Bench bench;
  Source& source = bench.devices.add_source("lines", {});
  {
    protocol::Peer peer;
    bench.say(source, "d1", &peer);
    bench.say(source, "d2", &peer);
  }
  CHECK(bench.devices.find("d1")->peer == nullptr);
  CHECK(bench.devices.find("d2")->peer == nullptr);
}

TEST_CASE("a device is late when nothing came within the expected interval, and online again with the next message") {
  Bench bench;
  Source& source = bench.devices.add_source("lines", watched(10s));
  protocol::Peer peer;
  bench.say(source, "d1", &peer);
  bench.pass(9s);
  bench.say(source, "d1", &peer);
  bench.heard.take();
  bench.pass(9s);
  CHECK(bench.heard.take().empty());
  bench.pass(1s);
  CHECK(bench.heard.take() == Seen{"d1 online>late expected_interval"});
  bench.pass(100s);
  CHECK(bench.heard.take().empty());
  bench.say(source, "d1", &peer);
  CHECK(bench.heard.take() == Seen{"d1 late>online message"});
}

TEST_CASE("a sender without a connection is late, and then gone") {
  Bench bench;
  Source& source = bench.devices.add_source("datagrams", watched(10s), 60s);
  bench.say(source, "d1");
  bench.heard.take();
  CHECK(bench.devices.sweep(bench.now) == bench.now.steady + 10s);
  bench.pass(10s);
  CHECK(bench.heard.take() == Seen{"d1 online>late expected_interval"});
  CHECK(bench.devices.sweep(bench.now) == bench.now.steady + 50s);
  bench.pass(50s);
  CHECK(bench.heard.take() == Seen{"d1 late>offline session"});
  CHECK(!bench.devices.sweep(bench.now));
}

TEST_CASE("devices fall due in the order in which they were heard, and a look at them is bounded") {
  Bench bench;
  Source& source = bench.devices.add_source("lines", watched(10s));
  int told = 0;
  bench.devices.on_due([&told] { ++told; });
  for (int i = 0; i < 3000; ++i) bench.say(source, "d" + std::to_string(i));
  bench.say(source, "d0");
  CHECK(told == 1);
  bench.heard.take();
  bench.now.steady += 10s;
  CHECK(bench.devices.sweep(bench.now) == bench.now.steady);
  const Seen first = bench.heard.take();
  CHECK(first.size() < 2000);
  CHECK(first.front() == "d1 online>late expected_interval");
  bench.pass(0s);
  CHECK(first.size() + bench.heard.changes.size() == 3000);
  CHECK(bench.heard.changes.back() == "d0 online>late expected_interval");
}

TEST_CASE("over its rate a device's messages are dropped, and a burst is let through") {
  Bench bench;
  SourceOptions options;
  options.rate = config::Rate{1};
  options.when_over = SourceOptions::WhenOver::drop;
  Source& source = bench.devices.add_source("lines", options);
  for (int i = 0; i < 5; ++i) CHECK(bench.say(source, "d1").empty());
  CHECK(bench.say(source, "d1") == "rate");
  CHECK(bench.say(source, "d2").empty());
  bench.pass(2s);
  CHECK(bench.say(source, "d1").empty());
  CHECK(bench.say(source, "d1").empty());
  CHECK(bench.say(source, "d1") == "rate");
}

TEST_CASE("over its rate a device's connection is paused, and nothing is dropped") {
  Bench bench;
  SourceOptions options;
  options.rate = config::Rate{10};
  options.burst = 2;
  Source& source = bench.devices.add_source("lines", options);
  protocol::Peer peer;
  bench.say(source, "d1", &peer);
  bench.say(source, "d1", &peer);
  CHECK(peer.paused_until <= bench.now.steady);
  CHECK(bench.say(source, "d1", &peer).empty());
  CHECK(peer.paused_until == bench.now.steady + 100ms);
  CHECK(bench.say(source, "d2").empty());
}

TEST_CASE("a secret is asked once on a connection, of each device, and a wrong one is refused at any time") {
  auto registry = std::make_shared<Registry>();
  registry->add("d1", Tags(), "pw-1");
  registry->add("m-*", Tags(), "shared");
  registry->add("bare", Tags(), "");
  Bench bench(registry);
  Source& source = bench.devices.add_source("lines", {});
  const protocol::Proof none;
  const protocol::Proof right{"pw-1"};
  const protocol::Proof longer{"pw-1pw-1"};
  const protocol::Proof shared{"shared"};
  const protocol::Proof empty{""};
  protocol::Peer peer;
  CHECK(bench.say(source, "d1", &peer, &none) == "secret");
  CHECK(bench.say(source, "d1", &peer, &longer) == "secret");
  CHECK(bench.say(source, "bare", &peer, &empty) == "secret");
  CHECK(bench.say(source, "new", &peer, &right) == "secret");
  CHECK(!bench.devices.find("new"));
  CHECK(bench.heard.take().empty());
  CHECK(bench.say(source, "d1", &peer, &right).empty());
  CHECK(bench.say(source, "d1", &peer, &none).empty());
  CHECK(bench.say(source, "d1", &peer, &shared) == "secret");
  CHECK(bench.say(source, "m-1", &peer, &none) == "secret");
  CHECK(bench.say(source, "m-1", &peer, &shared).empty());
  protocol::Peer other;
  CHECK(bench.say(source, "d1", &other, &none) == "secret");
  CHECK(bench.devices.find("d1")->peer == &peer);
  bench.devices.gone(peer, "closed", bench.now);
  CHECK(bench.say(source, "d1", &peer, &none) == "secret");
  CHECK(bench.say(source, "d1", nullptr, &right).empty());
  CHECK(bench.say(source, "d1", nullptr, &none) == "secret");
}

TEST_CASE("of too many that are not registered, the one longest unheard is forgotten, and says that it goes") {
  Bench bench(registered({{"d0", {}}}));
  bench.devices.unlisten(bench.heard);
  Source& source = bench.devices.add_source("lines", {});
  protocol::Peer peer;
  bench.say(source, "d0");
  for (std::size_t i = 1; i <= Devices::max_unregistered; ++i)
    bench.say(source, "d" + std::to_string(i), i == 2 ? &peer : nullptr);
  bench.say(source, "d1");
  bench.devices.listen(bench.heard);
  bench.say(source, "one more");
  CHECK(bench.heard.take() == Seen{"d2 online>offline forgotten", "one more unseen>online message"});
  CHECK(!bench.devices.find("d2"));
  CHECK(bench.devices.find("d1"));
  CHECK(bench.devices.find("d0"));
  CHECK(bench.devices.count(State::online) == Devices::max_unregistered + 1);
  bench.devices.gone(peer, "closed", bench.now);
  CHECK(bench.heard.take().empty());
}

TEST_CASE("a hundred thousand registered devices take less than 400 bytes each") {
  const auto before = ::mallinfo2();
  auto registry = std::make_shared<Registry>();
  const Registry::Names& names = registry->names({"site", "hall", "line"});
  constexpr int count = 100'000;
  for (int i = 0; i < count; ++i)
    registry->add("meter-" + std::to_string(100'000 + i), names, "", {"plant-7", "hall-a", "3"});
  Bench bench(registry, Options::Unknown::reject);
  bench.devices.unlisten(bench.heard);
  Source& source = bench.devices.add_source("lines", watched(10s));
  for (int i = 0; i < count; ++i) bench.say(source, "meter-" + std::to_string(100'000 + i));
  CHECK(bench.devices.count(State::online) == count);
  const auto after = ::mallinfo2();
  const std::size_t used = after.uordblks + after.hblkhd - before.uordblks - before.hblkhd;
  if (after.uordblks + after.hblkhd == 0) return;  // an allocator that does not count, such as a sanitizer's
  CAPTURE(used / count);
  CHECK(used / count < 400);
}

TEST_CASE("a list goes on behind an id, by ids, and may be of one state") {
  Bench bench(registered({{"c", {}}, {"a", {}}, {"b", {}}, {"d*", {}}}));
  Source& source = bench.devices.add_source("lines", {});
  bench.say(source, "b");
  const auto ids = [](const std::vector<View>& views) {
    std::string text;
    for (const View& view : views) text += view.id;
    return text;
  };
  CHECK(ids(bench.devices.list("", 10)) == "abc");
  CHECK(ids(bench.devices.list("a", 1)) == "b");
  CHECK(ids(bench.devices.list("", 10, State::unseen)) == "ac");
}

}  // namespace
}  // namespace fieldgate::device
