// Recorder: what it still knows when the ring has gone round, and what it keeps of errors.
#include "device/recorder.hpp"

#include "support/catch.hpp"

namespace fieldgate::device {
namespace {

using namespace std::chrono_literals;
using Texts = std::vector<std::string>;

class Bench {
 public:
  explicit Bench(std::size_t capacity = 64 * 1024) : recorder(capacity) { at.steady += 1h; }

  void frame(std::string_view bytes, std::string_view device = {}, std::string_view undecoded = {},
             std::string_view ip = "10.0.0.1", std::uint16_t port = 4711) {
    Origin origin;
    origin.peer_ip = ip;
    origin.peer_port = port;
    protocol::FrameRecord record{bytes, false, device, "message", {}, &origin, {}, at, "meters", false};
    if (!undecoded.empty()) record.verdict = undecoded, record.undecoded = true;
    recorder.record(record);
  }
  static Texts bytes(const std::vector<Recorded>& frames) {
    Texts all;
    for (const Recorded& frame : frames) all.push_back(frame.bytes);
    return all;
  }
  Texts last(std::string_view device, std::string_view peer = {}, std::size_t limit = 100) const {
    return bytes(recorder.last(device, peer, limit));
  }

  Recorder recorder;
  Instant at;
};

TEST_CASE("a device's last frames are told, the newest first, and no other's") {
  Bench bench;
  bench.frame("a1", "a");
  bench.frame("b1", "b", {}, "10.0.0.2");
  bench.frame("a2", "a");
  bench.frame("a3", "a");
  CHECK(bench.last("a") == Texts{"a3", "a2", "a1"});
  CHECK(bench.last("a", {}, 2) == Texts{"a3", "a2"});
  CHECK(bench.last("b") == Texts{"b1"});
  CHECK(bench.last("c").empty());
  CHECK(bench.last("") == Texts{"a3", "a2", "b1", "a1"});
}

TEST_CASE("an address's frames are told, and with its device those of the address that name none") {
  Bench bench;
  bench.frame("of a", "a");
  bench.frame("of nobody");
  bench.frame("of b", "b");
  bench.frame("elsewhere", {}, {}, "10.0.0.1", 4712);
  CHECK(bench.last("", "10.0.0.1:4711") == Texts{"of b", "of nobody", "of a"});
  CHECK(bench.last("a", "10.0.0.1:4711") == Texts{"of nobody", "of a"});
  CHECK(bench.last("", "10.0.0.1").empty());
}

TEST_CASE("all that is known of a frame comes back") {
  Bench bench;
  Origin origin;
  origin.peer_ip = "fe80::1";
  origin.peer_port = 7;
  bench.at.wall = TimePoint(123s);
  bench.recorder.record({"\x01\x02", true, "a", "csv", "two columns", &origin, {}, bench.at, "meters", false});
  const auto frames = bench.recorder.last("a", {}, 1);
  REQUIRE(frames.size() == 1);
  const Recorded& frame = frames.front();
  CHECK(frame.number == 1);
  CHECK(frame.at == TimePoint(123s));
  CHECK(frame.outgoing);
  CHECK(frame.adapter == "meters");
  CHECK(frame.peer == "[fe80::1]:7");
  CHECK(frame.verdict == "csv");
  CHECK(frame.text == "two columns");
  CHECK(frame.bytes == "\x01\x02");
  CHECK(frame.size == 2);
}

TEST_CASE("of a large frame the front is kept, and how large it was") {
  Bench bench;
  bench.frame(std::string(5000, 'x'), std::string(300, 'd'));
  const auto frames = bench.recorder.last(std::string(300, 'd'), {}, 1);
  REQUIRE(frames.size() == 1);
  CHECK(frames.front().bytes == std::string(Recorder::max_frame, 'x'));
  CHECK(frames.front().size == 5000);
  CHECK(frames.front().device.size() == Recorder::max_text);
}

TEST_CASE("what the codec read is told beside the frame, whether it is a part of it or was unescaped elsewhere") {
  Bench bench;
  const Origin origin;
  const auto told = [&](std::string_view bytes, std::string_view payload) {
    bench.recorder.record({bytes, false, "a", "message", {}, &origin, {}, bench.at, "meters", false, payload});
    return bench.recorder.last("a", {}, 1).front();
  };
  const std::string frame = "<abc>";
  CHECK(told(frame, std::string_view(frame).substr(1, 3)).payload == "abc");
  CHECK(told(frame, std::string_view(frame).substr(1, 0)).payload == "");
  const std::string unescaped = "elsewhere";
  const Recorded beside = told(frame, unescaped);
  CHECK((beside.bytes == "<abc>" && beside.payload == "elsewhere"));
  CHECK(!told(frame, {}).payload);
  const std::string large(2 * Recorder::max_frame, 'x');
  CHECK(!told(large, std::string_view(large).substr(1)).payload);
  CHECK(told(large, std::string_view(large).substr(1, 2)).payload == "xx");
}

TEST_CASE("the oldest make room for the newest, whatever their sizes") {
  Bench bench(Recorder::least_capacity);
  std::vector<std::string> said;
  for (std::size_t i = 0; i < 5000; ++i) {
    said.push_back(std::to_string(i) + std::string(i * 7919 % 1200, 'x'));
    bench.frame(said.back(), "a");
    const auto frames = bench.recorder.last("a", {}, said.size());
    REQUIRE(!frames.empty());
    std::size_t sum = 0;
    for (std::size_t back = 0; back < frames.size(); ++back) {
      const std::string& bytes = said[said.size() - 1 - back];
      REQUIRE(frames[back].bytes == bytes.substr(0, Recorder::max_frame));
      sum += frames[back].bytes.size();
    }
    REQUIRE(sum <= Recorder::least_capacity);
    if (i > 100) REQUIRE(sum + 2 * Recorder::max_frame + 60 * (frames.size() + 2) > Recorder::least_capacity / 2);
  }
}

TEST_CASE("nothing is kept where no memory is given, and watchers see everything all the same") {
  struct Seen final : Watcher {
    void recorded(const protocol::FrameRecord& record) override { frames.push_back(std::string(record.bytes)); }
    void message(const Message& message) override { messages.push_back(std::string(message.device)); }
    Texts frames;
    Texts messages;
  } seen;
  Bench bench(0);
  bench.frame("before", "a");
  bench.recorder.watch(seen);
  CHECK(bench.recorder.watched());
  bench.frame("seen", "a", "csv");
  Message message;
  message.device = "a";
  bench.recorder.show(message);
  bench.recorder.unwatch(seen);
  bench.frame("after", "a");
  bench.recorder.show(message);
  CHECK_FALSE(bench.recorder.watched());
  CHECK(seen.frames == Texts{"seen"});
  CHECK(seen.messages == Texts{"a"});
  CHECK(bench.last("a").empty());
  CHECK(bench.recorder.incidents().empty());
}

TEST_CASE("what went before an error of the same peer is kept when the ring has gone round") {
  Bench bench(Recorder::least_capacity);
  bench.frame("first", "a");
  bench.frame("another's", "b", {}, "10.0.0.2");
  bench.frame("second", "a");
  bench.frame("broken", {}, "csv");
  for (int i = 0; i < 1000; ++i) bench.frame("later", "b", {}, "10.0.0.2");
  CHECK(bench.last("a").empty());
  const auto incidents = bench.recorder.incidents();
  REQUIRE(incidents.size() == 1);
  CHECK(incidents.front().reason == "csv");
  CHECK(Bench::bytes(incidents.front().frames) == Texts{"first", "second", "broken"});
}

TEST_CASE("an incident holds the last frames only, and only the last incidents are kept") {
  Bench bench(4 * 1024 * 1024);
  for (int i = 0; i < 100; ++i) {
    for (int n = 0; n < 20; ++n) bench.frame("good", "a", {}, "10.0.0." + std::to_string(i));
    bench.frame("bad" + std::to_string(i), {}, "csv", "10.0.0." + std::to_string(i));
    bench.at.steady += 1s;
  }
  const auto incidents = bench.recorder.incidents();
  REQUIRE(incidents.size() == Recorder::max_incidents);
  CHECK(incidents.front().frames.size() == Recorder::frames_of_incident);
  CHECK(incidents.front().frames.back().bytes == "bad99");
  CHECK(incidents.back().frames.back().bytes == "bad68");
}

TEST_CASE("a peer that sends nothing but errors does not push out what others' errors were") {
  Bench bench;
  bench.frame("other", {}, "csv", "10.0.0.2");
  for (int i = 0; i < 1000; ++i) bench.frame("again", {}, "csv");
  CHECK(bench.recorder.incidents().size() == 2);
  bench.at.steady += Recorder::same_again;
  bench.frame("again", {}, "csv");
  CHECK(bench.recorder.incidents().size() == 3);
}

TEST_CASE("many peers that send errors at once cost little: a few incidents a second") {
  Bench bench;
  for (int i = 0; i < 1000; ++i) bench.frame("bad", {}, "csv", "10.0.0.1", static_cast<std::uint16_t>(1 + i));
  CHECK(bench.recorder.incidents().size() == Recorder::incidents_a_second);
}

TEST_CASE("incidents take no more than an eighth of the ring's memory") {
  Bench bench(128 * 1024);
  for (int i = 0; i < 40; ++i) {
    for (int n = 0; n < 15; ++n)
      bench.frame(std::string(1000, 'x'), "a", {}, "10.0.0.1", static_cast<std::uint16_t>(i + 1));
    bench.frame("bad", {}, "csv", "10.0.0.1", static_cast<std::uint16_t>(i + 1));
    bench.at.steady += 1s;
  }
  std::size_t bytes = 0;
  for (const auto& incident : bench.recorder.incidents()) {
    for (const Recorded& frame : incident.frames) bytes += frame.bytes.size();
  }
  CHECK(bytes > 0);
  CHECK(bytes <= std::size_t{128 * 1024} / 8);
}

}  // namespace
}  // namespace fieldgate::device
