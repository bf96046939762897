// Commands: their bytes, and what becomes of them on a connection.
#include "unit/protocol/bench.hpp"

namespace fieldgate::protocol {
namespace {

constexpr const char* with_commands = R"y(
  framing: { type: line }
  codec: { type: json }
  session: { id: "{{ data.id }}" }
  requests: [ { name: readings, every: 60s, timeout: 5s, text: READ, expect: "exists(data.v)" } ]
  commands:
    relay: { text: "RELAY {{ args.state }}", expect: "data.ok == 'relay'", timeout: 2s, retries: 1 }
    reboot: { hex: "{{ args.code }} ff", frame: false }
)y";

/// What became of a command, in words.
struct Told {
  Outcomes outcomes() {
    return [this](const Outcome& outcome) {
      static constexpr const char* words[] = {"sent", "answered", "failed"};
      text += std::string(words[static_cast<std::size_t>(outcome.state)]) + " ";
      if (outcome.answer != nullptr) text += std::string(outcome.answer->document.json) + " ";
      text += outcome.error;
    };
  }
  std::string text;
};

TEST_CASE("a command's arguments become its bytes") {
  Bench bench(with_commands);
  CHECK(*bench.framed->command_bytes("relay", R"({"state":"on"})") == "RELAY on\n");
  CHECK(*bench.framed->command_bytes("reboot", R"({"code":258})") == "\x01\x02\xff");
  CHECK(holds(bench.framed->command_bytes("rely", "{}").error().text, "relay"));
  CHECK(bench.framed->command_bytes("rely", "{}").error().reason == "unknown_command");
  CHECK(bench.framed->command_bytes("relay", "{}").error().reason == "arguments");
  CHECK(holds(bench.framed->command_bytes("relay", "{}").error().text, "args.state"));
  CHECK(bench.framed->command_bytes("relay", "[1]").error().reason == "arguments");
  CHECK(bench.framed->command_bytes("relay", R"({"state":"a\nb"})").error().reason == "arguments");
}

TEST_CASE("a command goes to its device before requests, and waits for its answer") {
  Bench bench(with_commands);
  const auto device = bench.device();
  device->say("{\"id\":\"86\"}\n");
  CHECK(device->heard() == "READ\n");
  Told told;
  REQUIRE(bench.command("relay", R"({"state":"on"})", told.outcomes()));
  CHECK(device->heard() == "");
  device->say("{\"v\":1}\n");
  CHECK(device->heard() == "RELAY on\n");
  CHECK(told.text == "sent ");
  device->say("{\"ok\":\"relay\"}\n");
  CHECK(told.text == "sent answered {\"ok\":\"relay\"} ");
}

TEST_CASE("a command that is not answered is sent again as often as it may, then it has failed") {
  Bench bench(with_commands);
  const auto device = bench.device();
  device->say("{\"id\":\"86\"}\n{\"v\":1}\n");
  device->say("{\"v\":1}\n");
  device->heard();
  Told told;
  REQUIRE(bench.command("relay", R"({"state":"on"})", told.outcomes()));
  bench.pass(10s);
  CHECK(device->heard() == "RELAY on\nRELAY on\n");
  CHECK(told.text == "sent failed late");
}

TEST_CASE("a command without an answer to wait for is done when it is sent") {
  Bench bench(with_commands);
  const auto device = bench.device();
  device->say("{\"id\":\"86\"}\n");
  device->say("{\"v\":1}\n");
  device->heard();
  Told told;
  REQUIRE(bench.command("reboot", R"({"code":1})", told.outcomes()));
  CHECK(device->heard() == "\x01\xff");
  CHECK(told.text == "sent ");
}

TEST_CASE("a command to somebody who leaves has failed") {
  Bench bench(with_commands);
  Told told;
  auto device = bench.device();
  device->say("{\"id\":\"86\"}\n");
  REQUIRE(bench.command("reboot", R"({"code":1})", told.outcomes()));
  device.reset();
  CHECK(told.text == "failed absent");
}

constexpr const char* with_fields = R"y(
  framing: { type: fixed, length: 4 }
  codec:
    type: binary
    fields:
      - { name: kind, type: uint8 }
      - { name: serial, type: bcd, bytes: 2 }
      - { name: at, type: uint8 }
  device: "{{ data.serial }}"
  replies:
    - { when: "data.kind == 1", after: received, hex: "06 {{ data.serial }} {{ data.kind }}" }
    - when: "data.kind == 2"
      after: received
      fields:
        - { type: const, hex: "07" }
        - { type: uint16, value: "{{ counter.2 }}" }
        - { type: uint8, value: "{{ data.at }}" }
  commands:
    set_relay:
      fields:
        - { type: const, hex: "05" }
        - { name: state, type: uint16, enum: { 0: open, 0xff00: closed } }
        - { name: delay, type: uint8, max: 9 }
)y";

TEST_CASE("in hex a field stands for its own bytes, and fields are filled by templates") {
  Bench bench(with_fields);
  const auto device = bench.device();
  device->say("\x01\x12\x34\x07");
  CHECK(bench.seen.size() == 1);
  CHECK(device->heard() == "\x06\x12\x34\x01");
  device->say("\x02\x12\x34\x07");
  device->say("\x02\x12\x34\x08");
  CHECK(device->heard() == std::string("\x07\0\0\x07\x07\0\x01\x08", 8));
}

TEST_CASE("each command has the next counter, in hex and in fields, and its answer is known by it") {
  Bench bench(R"y(
  framing: { type: line }
  codec: { type: json }
  device: "{{ data.id }}"
  session: { id: "{{ data.id }}" }
  commands:
    hex: { hex: "41 {{ counter.1 }}", expect: "data.n == counter.1" }
    fields: { fields: [ { type: uint8, value: "{{ counter.1 }}" } ] }
)y");
  const auto device = bench.device();
  device->say("{\"id\":\"7\"}\n");
  REQUIRE(bench.command("hex", "{}"));
  CHECK(device->heard() == std::string("A\0\n", 3));
  device->say("{\"id\":\"7\",\"n\":0}\n");
  REQUIRE(bench.command("hex", "{}"));
  CHECK(device->heard() == "A\x01\n");
  device->say("{\"id\":\"7\",\"n\":1}\n");
  REQUIRE(bench.command("fields", "{}"));
  CHECK(device->heard() == "\x02\n");
}

TEST_CASE("named fields are a command's arguments") {
  Bench bench(with_fields);
  CHECK(*bench.framed->command_bytes("set_relay", R"({"state":"closed","delay":3})") ==
        std::string("\x05\xff\0\x03", 4));
  const auto wrong = [&bench](const char* arguments) {
    const auto made = bench.framed->command_bytes("set_relay", arguments);
    REQUIRE_FALSE(made);
    CHECK(made.error().reason == "arguments");
    return made.error().text;
  };
  CHECK(holds(wrong(R"({"state":"closed"})"), "delay"));
  CHECK(holds(wrong(R"({"state":"ajar","delay":3})"), "state"));
  CHECK(holds(wrong(R"({"state":"open","delay":10})"), "delay"));
  CHECK(holds(wrong(R"({"state":"open","delay":1,"color":2})"), "color"));
}

}  // namespace
}  // namespace fieldgate::protocol
