// The way of bytes to messages.
#include "protocol/framed.hpp"

#include "codec/json.hpp"
#include "framing/line.hpp"
#include "support/catch.hpp"
#include "unit/config/reading.hpp"

namespace fieldgate::protocol {
namespace {

using namespace std::chrono_literals;

Reply reply(After after, const std::string& yaml) {
  Reply made;
  config::Reading reading(yaml, [&made](config::Section& root) { made = Reply::read(root); });
  REQUIRE(reading.printed == "");
  made.after = after;
  return made;
}

struct Bench final : protocol::Receiver, transport::Transport {
  explicit Bench(TimeOptions time = {}, bool stream = true, std::vector<Reply> replies = {})
      : counters(metrics, "lines") {
    FramedConfig config;
    if (stream) config.framing = framing::Factory::of<framing::Line>({});
    config.codec = codec::Factory::of<codec::Json>({});
    config.device = *expression::Template::parse("{{ data.id }}", expression::Place::plain);
    config.time = std::move(time);
    config.replies = std::move(replies);
    framed.emplace(config, environment, paths, counters, telemetry::Log("adapter lines"), *this);
    if (stream) {
      connection = framed->connection();
      connection->connection_made(*this, origin);
    }
    origin.adapter = "lines";
    now.wall = TimePoint(1'000'000s);
  }

  Receipt message(Message& message) override {
    REQUIRE(message.origin == &origin);
    seen.push_back(
        std::string(message.device) + "@" +
        std::to_string(std::chrono::duration_cast<std::chrono::seconds>(message.time.time_since_epoch()).count()));
    is_open = seen.size() < close_after;
    return ++last;
  }
  Receipt dead_letter(const Message& message, std::string_view reason, std::string_view text) override {
    CHECK(message.origin == &origin);
    CHECK_FALSE(text.empty());
    letters.push_back(std::string(reason) + ": " + std::string(message.frame));
    return ++last;
  }
  bool open() const override { return is_open; }
  Receipt open_from(After after) const override { return after == After::stored ? stored : delivered; }
  void hurry(After after) override { hurried += after == After::stored ? 's' : 'd'; }
  void write(Bytes bytes, Bytes to) override { written.push_back(std::string(bytes) + std::string(to)); }

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
  std::vector<std::string> letters;
  std::vector<std::string> written;
  std::string hurried;
  Receipt last = 0;
  Receipt stored = 1;
  Receipt delivered = 1;
  std::size_t close_after = 1000000;
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
  CHECK(bench.letters == Seen{"device_unfilled: {\"other\":1}", "device_empty: {\"id\":\"\"}"});
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
  CHECK(bench.letters.size() == (time.otherwise == TimeOptions::Otherwise::arrival ? 0 : 2));
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

TEST_CASE("an answer goes through the framing when its messages are stored") {
  Bench bench({}, true, {reply(After::stored, "text: 'ok {{ data.id }}'")});
  bench.feed("{\"id\":\"a\"}\n{\"id\":\"b\"}\n");
  CHECK(bench.written == Seen{});
  CHECK(bench.hurried == "s");
  CHECK(bench.connection->answers_wait());
  CHECK(bench.framed->answers_wait());
  bench.stored = 2;
  bench.framed->settled();
  CHECK(bench.written == Seen{"ok a\n"});
  bench.stored = 3;
  bench.framed->settled();
  CHECK(bench.written == Seen{"ok a\n", "ok b\n"});
  CHECK_FALSE(bench.connection->answers_wait());
}

TEST_CASE("what is answered at once goes out in one write, and nobody has to hurry") {
  Bench bench({}, true, {reply(After::received, "text: ok"), reply(After::stored, "text: never")});
  bench.feed("{\"id\":\"a\"}\n{\"id\":\"b\"}\n");
  CHECK(bench.written == Seen{"ok\nok\n"});
  CHECK(bench.hurried == "");
}

TEST_CASE("a frame of several messages gets one answer, after the last, as the last has it") {
  Bench bench({}, true, {reply(After::stored, "text: '{{ data.id }}'")});
  bench.feed("[{\"id\":\"a\"},{\"id\":\"b\"},{\"id\":\"c\"}]\n");
  bench.stored = 3;
  bench.framed->settled();
  CHECK(bench.written == Seen{});
  bench.stored = 4;
  bench.framed->settled();
  CHECK(bench.written == Seen{"c\n"});
}

TEST_CASE("a frame that does not decode gets no answer, one without messages does at once") {
  Bench bench({}, true, {reply(After::stored, "{ text: ok, frame: false }")});
  bench.feed("nonsense\n");
  CHECK(bench.written == Seen{});
  bench.feed("[]\n");
  CHECK(bench.written == Seen{"ok"});
}

TEST_CASE("a frame whose message goes to the dead letters is answered when the letter is kept") {
  Bench bench({}, true, {reply(After::stored, "{ text: ok }")});
  bench.feed("{\"nobody\":1}\n");
  CHECK(bench.letters.size() == 1);
  CHECK(bench.written == Seen{});
  bench.stored = 2;
  bench.framed->settled();
  CHECK(bench.written == Seen{"ok\n"});
}

TEST_CASE("an answer that cannot be made is counted, and the message passes") {
  Bench bench({}, true, {reply(After::received, "{ text: '{{ data.seq }}' }")});
  bench.feed("{\"id\":\"a\"}\n{\"id\":\"b\",\"seq\":\"1\\n2\"}\n{\"id\":\"c\",\"seq\":3}\n");
  CHECK(bench.errors("reply_unfilled") == 1);
  CHECK(bench.errors("reply_line_break") == 1);
  CHECK(bench.seen.size() == 3);
  CHECK(bench.written == Seen{"3\n"});
}

TEST_CASE("a connection with 1,024 answers waiting is not read until some went out") {
  Bench bench({}, true, {reply(After::stored, "{ text: ok }")});
  std::string bytes;
  for (int i = 0; i < 1025; ++i) bytes += "{\"id\":\"a\"}\n";
  const std::size_t used = bench.feed(bytes);
  CHECK(used == 1024 * 11);
  CHECK(bench.connection->full());
  CHECK(bench.feed(Bytes(bytes).substr(used)) == 0);
  bench.stored = 2;
  bench.framed->settled();
  CHECK_FALSE(bench.connection->full());
  CHECK(bench.feed(Bytes(bytes).substr(used)) == 11);
  bench.stored = all_settled;
  bench.framed->settled();
  CHECK(bench.written == Seen{"ok\n", [] {
                                std::string all;
                                for (int i = 0; i < 1024; ++i) all += "ok\n";
                                return all;
                              }()});
}

TEST_CASE("more answers than may wait go out from one read where nothing holds them") {
  Bench bench({}, true, {reply(After::received, "{ text: ok }")});
  std::string bytes;
  for (int i = 0; i < 3000; ++i) bytes += "{\"id\":\"a\"}\n";
  CHECK(bench.feed(bytes) == bytes.size());
  CHECK(bench.written.size() == 3);
}

TEST_CASE("a datagram is answered to its sender") {
  Bench bench({}, false, {reply(After::stored, "text: ok")});
  bench.framed->datagram_received("{\"id\":\"a\"}", bench.origin, bench.now, {&bench, "@A"});
  bench.framed->datagram_received("{\"id\":\"b\"}", bench.origin, bench.now, {&bench, "@B"});
  bench.framed->datagram_received("nonsense", bench.origin, bench.now, {&bench, "@C"});
  CHECK(bench.hurried == "");
  bench.framed->hurry();
  CHECK(bench.hurried == "s");
  bench.stored = 3;
  bench.framed->settled();
  CHECK(bench.written == Seen{"ok@A", "ok@B"});
}

TEST_CASE("the frames of one datagram are answered in one datagram") {
  Bench bench({}, true, {reply(After::stored, "text: '{{ data.id }}'")});
  bench.framed->datagram_received("{\"id\":\"a\"}\n{\"id\":\"b\"}\n", bench.origin, bench.now, {&bench, "@A"});
  bench.stored = 2;
  bench.framed->settled();
  CHECK(bench.written == Seen{});
  bench.stored = 3;
  bench.framed->settled();
  CHECK(bench.written == Seen{"a\nb\n@A"});
}

}  // namespace
}  // namespace fieldgate::protocol
