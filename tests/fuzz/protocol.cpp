// What is promised of the framed protocol: sessions, heartbeats and requests, whatever a device says and when.
#include "protocol/framed.hpp"

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "codec/json.hpp"
#include "codec/text.hpp"
#include "config/loader.hpp"
#include "framing/line.hpp"
#include "fuzz/targets.hpp"

namespace fieldgate::fuzz {

namespace {

using protocol::FramedConfig;

constexpr std::size_t max_line = 64;

constexpr const char* talk = R"y(
framing: { type: line, max_length: 64B }
codec: { type: text }
session:
  id: "{{ match.id }}"
  registration: { regex: "^ID:?(?P<id>[0-9a-f]{2,4})", on: every, reply: { text: "hello {{ match.id }}" } }
  heartbeat: { regex: "\\xfe+\\xfd", reply: { hex: fc } }
require: "data.text != 'forbidden'"
replies: [ { when: "data.text matches '^q'", after: received, text: "{{ counter.1 }} {{ data.text }}" } ]
)y";

constexpr const char* questions = R"y(
device: "{{ session.id }}-{{ each.unit | default: 'x' }}"
requests:
  - { name: r, every: 1s, timeout: 300ms, retries: 1, text: "READ {{ unit }}", expect: "data.text matches '^v'", each: { unit: [1, 2] } }
  - { name: c, at: connect, hex: "{{ counter.2 }}", frame: false, codec: { type: json }, expect: "data.a == 1" }
)y";

/// Of a protocol that asks its devices, or does not.
const FramedConfig& config(bool asks) {
  const auto read = [](const std::string& yaml) {
    config::Registry<framing::Factory> framers("framing");
    framers.add<framing::Line>();
    config::Registry<codec::Factory> codecs("codec");
    codecs.add<codec::Json>();
    codecs.add<codec::Text>();
    config::Files files;
    config::Problems problems;
    const auto document = config::load_text(yaml, files, problems, "protocol.yaml", false);
    require(document.has_value(), "the fuzzed protocol is no YAML");
    config::Reader reader(problems);
    reader.provide(framers);
    reader.provide(codecs);
    document->lead(reader, files);
    config::Section root(reader, &document->root, {}, nullptr);
    FramedConfig made = FramedConfig::read_map(root, FramedConfig::Transport::tcp);
    require(problems.errors() == 0, "the fuzzed protocol has errors");
    return made;
  };
  static const FramedConfig asking = read(std::string(talk) + questions);
  static const FramedConfig silent = read(talk);
  return asks ? asking : silent;
}

/// The gateway's side of one device.
class Peer final : public protocol::Receiver, public transport::Transport {
 public:
  explicit Peer(bool asks)
      : counters_(metrics_, "a"),
        framed_(config(asks), environment_, paths_, counters_, telemetry::Log("fuzz"), *this),
        now_{TimePoint(std::chrono::seconds(1000)), std::chrono::steady_clock::time_point(std::chrono::seconds(1000))} {
    connect();
  }

  /// All of it is gone, as after the last device. The protocol itself, whose patterns take long to compile, stays.
  void start_anew() {
    connection_.reset();
    require(!framed_.due(), "something of a device that is gone is due");
    seen.clear();
    open_ = true;
    connect();
  }

  void connect() {
    kept_.clear();
    closed_ = false;
    connection_.reset();
    connection_ = framed_.connection();
    connection_->connection_made(*this, origin_);
  }

  void say(Bytes bytes) {
    if (closed_) return;
    kept_ += bytes;
    take(false);
  }
  void stall() {
    if (!closed_ && !kept_.empty()) take(true);
  }
  void pass(std::chrono::milliseconds time) {
    now_.steady += time;
    for (int turn = 0; framed_.tick(now_); ++turn) require(turn < 100, "ticks without an end");
    const auto due = framed_.due();
    require(!due || *due > now_.steady, "something due is not done");
  }
  void turn_gate() { open_ = !open_; }

  std::vector<std::string> seen;

 private:
  void take(bool stalled) {
    const std::string input = kept_;  // a block of its own, so that a sanitizer sees a read behind its end
    std::string_view why;
    const std::size_t used = stalled ? connection_->stalled(input, origin_, now_, why)
                                     : connection_->data_received(input, origin_, now_, why);
    require(used <= input.size(), "more was used than there was");
    require(!stalled || !open_ || used > 0 || !why.empty(), "what has stalled is not given up");
    kept_.erase(0, used);
    closed_ = closed_ || !why.empty();
    require(closed_ || !open_ || kept_.size() <= protocol::Aside::max_length + max_line + 2, "too much is kept");
  }

  Receipt message(Message& message) override {
    require(!message.talk->session.empty(), "a message of nobody");
    seen.push_back(std::string(message.talk->session) + " " + std::string(message.document.json));
    return 1;
  }
  Receipt dead_letter(const Message&, std::string_view, std::string_view) override { return 1; }
  bool open() const override { return open_; }
  Receipt open_from(After) const override { return all_settled; }
  void hurry(After) override {}
  void write(Bytes bytes, Bytes) override { require(!bytes.empty(), "nothing is sent"); }
  void close(std::string_view) override { closed_ = true; }
  void look_again() override { say({}); }

  telemetry::Metrics metrics_;
  telemetry::AdapterCounters counters_;
  expression::Environment environment_{"gw", ""};
  expression::Paths paths_;
  protocol::Framed framed_;
  Origin origin_;
  Instant now_;
  std::unique_ptr<protocol::Protocol> connection_;
  std::string kept_;
  bool closed_ = false;
  bool open_ = true;
};

void any_talk(std::string_view bytes) {
  static Peer peer(true);
  peer.start_anew();
  while (!bytes.empty()) {
    const unsigned what = choice(bytes);
    if (what < 200) {
      const std::size_t size = std::min<std::size_t>(bytes.size(), what);
      peer.say(bytes.substr(0, size));
      bytes.remove_prefix(size);
    } else if (what < 240) {
      peer.pass(std::chrono::milliseconds(choice(bytes) * 8));
    } else if (what < 245) {
      peer.stall();
    } else if (what < 250) {
      peer.turn_gate();
    } else {
      peer.connect();
    }
  }
}

/// However the bytes are split, the same messages: where nobody is asked anything, as between which bytes the question
/// goes out decides what answers it.
void any_split(std::string_view bytes) {
  const std::size_t chunk = 1 + choice(bytes) % 30;
  static Peer whole(false);
  whole.start_anew();
  whole.say(bytes);
  static Peer pieces(false);
  pieces.start_anew();
  for (std::size_t at = 0; at < bytes.size(); at += chunk) pieces.say(bytes.substr(at, chunk));
  require(whole.seen == pieces.seen, "another split, other messages");
}

}  // namespace

std::span<const Target> protocol_targets() {
  static constexpr Target targets[] = {
      {"protocol", any_talk},
      {"protocol_split", any_split},
  };
  return targets;
}

}  // namespace fieldgate::fuzz
