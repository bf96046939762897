// What an operator may write under `protocol`, and is told when it is wrong.
#include "unit/protocol/bench.hpp"

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

TEST_CASE("bytes that would go out as zero behind the payload are told where something goes out") {
  const std::string gap = "type: fixed, length: 4, payload: [0, -1]";
  CHECK(holds(Read("[ { hex: '{{ data.x }}' } ]", Transport::tcp, gap).problem, "1 byte of 00 behind its payload"));
  CHECK(Read("[ { hex: '{{ data.x }}', frame: false } ]", Transport::tcp, gap).problem == "");
  CHECK(Read("[]", Transport::tcp, gap).problem == "");
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

/// What is wrong with a protocol of lines of JSON that says this as well.
std::string wrong(const std::string& more, std::optional<Transport> transport = Transport::tcp) {
  return ReadProtocol("  framing: { type: line }\n  codec: { type: json }\n" + more, transport).problem;
}

TEST_CASE("where there is a session its id is the device, else the device must be told") {
  const ReadProtocol read("  framing: { type: line }\n  codec: { type: json }\n  session: { id: '{{ data.i }}' }\n");
  CHECK(read.problem == "");
  CHECK(read.config.device.source() == "{{ session.id }}");
  CHECK(holds(wrong(""), "device"));
}

TEST_CASE("names that cannot exist in a protocol are told") {
  CHECK(holds(wrong("  device: '{{ session.id }}'\n"), "no `session`"));
  CHECK(holds(wrong("  device: '{{ match.x }}'\n"), "no `registration`"));
  CHECK(holds(wrong("  session: { id: '{{ match.x }}' }\n"), "registration"));
  CHECK(holds(wrong("  session: { id: '{{ session.id }}' }\n"), "of itself"));
  CHECK(holds(wrong("  device: '{{ request }}'\n"), "no `requests`"));
  CHECK(holds(wrong("  device: '{{ peer.name }}'\n"), "connect"));
  CHECK(holds(wrong("  device: '{{ tls.san }}'\n"), "of type tcp"));
  CHECK(wrong("  device: '{{ tls.san }}'\n", Transport::tls) == "");
  CHECK(holds(wrong("  device: '{{ counter.2 }}'\n"), "'counter'"));
  CHECK(holds(wrong("  device: '{{ late }}'\n"), "at a sink"));
  CHECK(holds(wrong("  device: d\n  require: 'data.x == nobody'\n"), "no name 'nobody'"));
  CHECK(holds(wrong("  device: d\n  replies: [ { text: '{{ args.x }}' } ]\n"), "only a command"));
  CHECK(holds(wrong("  device: d\n  commands: { a: { text: '{{ data.x }}' } }\n"), "'data' cannot exist here"));
  CHECK(holds(wrong("  device: d\n  requests: [ { name: a, every: 1s, text: '{{ peer.ip }}' } ]\n"),
              "'peer' cannot exist"));
  CHECK(wrong("  device: d\n  commands: { a: { text: '{{ device }} {{ args.x }}', expect: 'data.x == args.x' } }\n") ==
        "");
}

TEST_CASE("a session is told what it needs") {
  CHECK(holds(wrong("  session: { registration: { hex: fe } }\n"), "id"));
  const auto registration = [](const std::string& text) {
    return wrong("  session: { id: '{{ match.i }}', registration: { " + text + " } }\n");
  };
  CHECK(holds(registration("on: first"), "one of hex, regex"));
  CHECK(holds(registration("hex: fe, regex: a"), "one of hex, regex"));
  CHECK(holds(registration("hex: f"), "hex"));
  CHECK(holds(registration("regex: '(a'"), "missing )"));
  CHECK(holds(registration("regex: 'a*'"), "matches no bytes"));
  CHECK(holds(registration("hex: fe, on: always"), "first"));
  CHECK(holds(registration("regex: '^(?P<imei>[0-9]{15})'"), "has no group 'i'"));
  CHECK(registration("regex: '^(?P<i>[0-9]{15})$', on: every, reply: { text: OK }") == "");
}

TEST_CASE("requests are told what they need") {
  const auto request = [](const std::string& text) { return wrong("  device: d\n  requests: [ { " + text + " } ]\n"); };
  CHECK(request("name: r, every: 60s, text: READ") == "");
  CHECK(holds(request("name: r, text: READ"), "at: connect"));
  CHECK(holds(request("name: r, at: noon, text: READ"), "connect"));
  CHECK(holds(request("name: r, every: 60s"), "hex, text, json, fields"));
  CHECK(holds(request("every: 60s, text: READ"), "name"));
  CHECK(holds(request("name: r, every: 60s, text: READ, each: { unit: [] }"), "list of values"));
  CHECK(holds(request("name: r, every: 60s, text: READ, each: [1]"), "unit"));
  CHECK(holds(request("name: r, every: 60s, text: READ, each: { device: [1] }"), "name of the language"));
  CHECK(holds(request("name: r, every: 60s, text: READ, case: x"), "no case"));
  CHECK(holds(request("name: r, every: 60s, text: \"a\\nb\""), "frame: false"));
  CHECK(holds(request("name: r, every: 60s, text: '{{ unit }}'"), "no name 'unit'"));
  CHECK(request("name: r, every: 60s, text: '{{unit}} {{ unit | default: \"x\" }}', each: { unit: [1] }") == "");
  CHECK(holds(wrong("  device: d\n  requests: [ { name: r, every: 1s, text: a }, { name: r, every: 1s, text: b } ]\n"),
              "asked already"));
}

TEST_CASE("an mqtt adapter has no sessions and asks nothing, and says why") {
  const auto mqtt = [](const std::string& more) {
    return ReadProtocol("  codec: { type: json }\n  device: d\n" + more, Transport::mqtt).problem;
  };
  CHECK(holds(mqtt("  session: { id: '{{ data.i }}' }\n"), "broker"));
  CHECK(holds(mqtt("  requests: [ { name: r, every: 1s, text: a } ]\n"), "asks nothing"));
}

}  // namespace
}  // namespace fieldgate::protocol
