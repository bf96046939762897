// The way of bytes to messages.
#include "protocol/framed.hpp"

#include "codec/json.hpp"
#include "framing/line.hpp"
#include "support/catch.hpp"

namespace fieldgate::protocol {
namespace {

using namespace std::chrono_literals;

struct Bench final : protocol::Receiver {
  explicit Bench(TimeOptions time = {}, bool stream = true) : counters(metrics, "lines") {
    FramedConfig config;
    if (stream) config.framing = framing::Factory::of<framing::Line>({});
    config.codec = codec::Factory::of<codec::Json>({});
    config.device = *expression::Template::parse("{{ data.id }}", expression::Place::plain);
    config.time = std::move(time);
    framed.emplace(config, environment, paths, counters, telemetry::Log("adapter lines"), *this);
    if (stream) connection = framed->connection();
    origin.adapter = "lines";
    now.wall = TimePoint(1'000'000s);
  }

  Receipt message(Message& message) override {
    REQUIRE(message.origin == &origin);
    seen.push_back(
        std::string(message.device) + "@" +
        std::to_string(std::chrono::duration_cast<std::chrono::seconds>(message.time.time_since_epoch()).count()));
    is_open = seen.size() < close_after;
    return seen.size();
  }
  bool open() const override { return is_open; }

  std::size_t feed(Bytes bytes) { return connection->data_received(bytes, origin, now, lost); }
  std::uint64_t errors(std::string_view reason) { return counters.errors.of(reason); }

  telemetry::Metrics metrics;
  telemetry::AdapterCounters counters;
  expression::Environment environment{"gw", ""};
  expression::Paths paths;
  std::optional<Framed> framed;
  std::unique_ptr<Protocol> connection;
  Origin origin;
  Instant now;
  std::vector<std::string> seen;
  std::size_t close_after = 1000;
  bool is_open = true;
  std::string_view lost;
};

using Seen = std::vector<std::string>;

TEST_CASE("frames become messages, the unfinished one stays") {
  Bench bench;
  const Bytes bytes = "{\"id\":\"a\"}\n{\"id\":\"b\"}\n{\"id\":";
  CHECK(bench.feed(bytes) == bytes.size() - 6);
  CHECK(bench.seen == Seen{"a@1000000", "b@1000000"});
  CHECK(bench.counters.frames == 2);
  CHECK(bench.counters.messages == 2);
}

TEST_CASE("a protocol returns early once the gate has closed") {
  Bench bench;
  bench.close_after = 1;
  const Bytes bytes = "{\"id\":\"a\"}\n{\"id\":\"b\"}\n";
  const std::size_t used = bench.feed(bytes);
  CHECK(used == 11);
  CHECK(bench.feed(bytes.substr(used)) == 0);
  bench.close_after = 1000;
  bench.is_open = true;
  CHECK(bench.feed(bytes.substr(used)) == 11);
  CHECK(bench.seen.size() == 2);
}

TEST_CASE("a frame that is no message is counted by its reason, and the next goes on") {
  Bench bench;
  bench.feed("nonsense\n{\"id\":\"a\"}\n{\"other\":1}\n{\"id\":\"\"}\n");
  CHECK(bench.seen == Seen{"a@1000000"});
  CHECK(bench.counters.frames == 4);
  CHECK(bench.errors("device_unfilled") == 1);
  CHECK(bench.errors("device_empty") == 1);
  CHECK(bench.counters.errors.total() == 3);
}

TEST_CASE("every element of an array is a message") {
  Bench bench;
  bench.feed("[{\"id\":\"a\"},{\"id\":\"b\"}]\n");
  CHECK(bench.seen == Seen{"a@1000000", "b@1000000"});
}

TEST_CASE("the device's own time is taken where the template finds it") {
  TimeOptions time;
  time.from = *expression::Template::parse("{{ data.ts }}", expression::Place::plain);
  time.format = TimeFormat::unix_s;
  Bench bench(time);
  bench.feed("{\"id\":\"a\",\"ts\":900000}\n{\"id\":\"b\"}\n");
  CHECK(bench.seen == Seen{"a@900000", "b@1000000"});
  CHECK(bench.errors("time_unreadable") == 1);
}

TEST_CASE("a time that is not believed is replaced or drops the message") {
  TimeOptions time;
  time.from = *expression::Template::parse("{{ data.ts }}", expression::Place::plain);
  time.format = TimeFormat::unix_s;
  time.max_age = 1h;
  time.max_ahead = 10min;
  time.otherwise = GENERATE(TimeOptions::Otherwise::arrival, TimeOptions::Otherwise::dead_letter);
  Bench bench(time);
  bench.feed("{\"id\":\"old\",\"ts\":990000}\n{\"id\":\"good\",\"ts\":999000}\n{\"id\":\"ahead\",\"ts\":1000601}\n");
  CHECK(bench.errors("time_out_of_range") == 2);
  CHECK(bench.seen == (time.otherwise == TimeOptions::Otherwise::arrival
                           ? Seen{"old@1000000", "good@999000", "ahead@1000000"}
                           : Seen{"good@999000"}));
}

TEST_CASE("a datagram is a frame") {
  Bench bench({}, false);
  bench.framed->datagram_received("{\"id\":\"a\"}", bench.origin, bench.now);
  CHECK(bench.seen == Seen{"a@1000000"});
}

TEST_CASE("a framing inside a datagram starts anew with each") {
  Bench bench;
  bench.framed->datagram_received("{\"id\":\"a\"}\n{\"id\":\"b\"}\n{\"id\":", bench.origin, bench.now);
  bench.framed->datagram_received("{\"id\":\"c\"}\n", bench.origin, bench.now);
  CHECK(bench.seen == Seen{"a@1000000", "b@1000000", "c@1000000"});
  CHECK(bench.errors("incomplete") == 1);
}

}  // namespace
}  // namespace fieldgate::protocol
