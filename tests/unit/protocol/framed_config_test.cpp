// What an operator may write under `protocol`, and is told when it is wrong.
#include "codec/json.hpp"
#include "framing/fixed.hpp"
#include "framing/line.hpp"
#include "protocol/framed.hpp"
#include "support/catch.hpp"
#include "unit/config/reading.hpp"

namespace fieldgate::protocol {
namespace {

using Transport = FramedConfig::Transport;

/// Reads the map as an adapter of that kind would.
struct Read {
  explicit Read(const std::string& replies, Transport transport = Transport::tcp,
                const std::string& framing = "type: line") {
    config::Registry<framing::Factory> framers("framing");
    framers.add<framing::Line>();
    framers.add<framing::Fixed>();
    config::Registry<codec::Factory> codecs("codec");
    codecs.add<codec::Json>();
    config::Reading reading(
        "protocol: { framing: { " + framing + " }, codec: { type: json }, device: d, replies: " + replies + " }",
        [&](config::Section& root) {
          root.reader().provide(framers);
          root.reader().provide(codecs);
          root.section("protocol", "", [&](config::Section& s) { config = FramedConfig::read_map(s, transport); });
        });
    problem = reading.only();
  }
  FramedConfig config;
  std::string problem;
};

bool holds(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

TEST_CASE("a protocol tells what its replies wait for") {
  const Read read("[ { after: received, text: a }, { after: delivered, text: b } ]");
  CHECK(read.problem == "");
  CHECK(read.config.answers_after(After::received));
  CHECK(read.config.answers_after(After::delivered));
  CHECK_FALSE(read.config.answers_after(After::stored));
  CHECK(Read("[ { text: a } ]").config.answers_after(After::stored));
  CHECK_FALSE(Read("[]").config.answers_after(After::stored));
}

TEST_CASE("a reply that cannot pass the framing is told at load, where it is known at load") {
  CHECK(holds(Read("[ { text: \"a\\n\" } ]").problem, "frame: false"));
  CHECK(Read("[ { text: \"a\\n\", frame: false } ]").problem == "");
  CHECK(holds(Read("[ { hex: 0607 } ]", Transport::tcp, "type: fixed, length: 3").problem, "each frame has 3"));
  CHECK(Read("[ { hex: 060708 } ]", Transport::tcp, "type: fixed, length: 3").problem == "");
  CHECK(Read("[ { hex: '{{ data.x }}' } ]", Transport::tcp, "type: fixed, length: 3").problem == "");
}

TEST_CASE("names that cannot exist are told in replies too") {
  CHECK(holds(Read("[ { text: '{{ topic }}' } ]").problem, "'topic' cannot exist here"));
  CHECK(holds(Read("[ { text: a, when: \"tls.cn == 'x'\" } ]").problem, "'tls.cn' cannot exist here"));
  CHECK(Read("[ { text: '{{ tls.cn }}' } ]", Transport::tls).problem == "");
}

TEST_CASE("an mqtt adapter has no replies, and says why") {
  const std::string problem = Read("[ { text: ok } ]", Transport::mqtt).problem;
  CHECK(holds(problem, "mqtt"));
  CHECK(holds(problem, "QoS"));
  CHECK(holds(problem, "stored"));
}

}  // namespace
}  // namespace fieldgate::protocol
