// Proves what a recorded frame is shown to hold, and that nothing is shown where that cannot be told.
#include "admin/decoded.hpp"

#include "unit/protocol/bench.hpp"

using namespace fieldgate;

namespace {

device::Recorded frame(std::string bytes, std::string verdict = "message") {
  device::Recorded recorded;
  recorded.adapter = "lines";
  recorded.device = "7";
  recorded.verdict = std::move(verdict);
  recorded.size = bytes.size();
  recorded.payload = bytes;
  recorded.bytes = "<" + std::move(bytes) + ">";  // as on the wire
  return recorded;
}

/// What is shown of a frame, as text: "null" for nothing.
std::string shown(const char* protocol, const device::Recorded& recorded) {
  const protocol::ReadProtocol read(protocol);
  REQUIRE(read.problem == "");
  const expression::Environment environment{"plant", {}};
  return admin::Decoder(read.config, environment).documents(recorded).dump();
}

constexpr const char* lines = R"y(
  framing: { type: line }
  codec: { type: json }
  device: "{{ data.id }}"
)y";

constexpr const char* polled = R"y(
  framing: { type: fixed, length: 3 }
  codec: { type: binary, fields: [ { name: unit, type: uint8 }, { name: rest, type: hex } ] }
  device: "{{ data.unit }}"
  requests:
    - { name: a, every: 1m, hex: "01", frame: false, expect: "data.kind == 1",
        codec: { type: binary, fields: [ { name: kind, type: uint8 }, { name: volts, type: uint16 } ] } }
    - { name: b, every: 1m, hex: "02", frame: false, expect: "data.kind == 2",
        codec: { type: binary, fields: [ { name: kind, type: uint8 }, { name: amps, type: uint16 } ] } }
)y";

constexpr const char* unsure = R"y(
  framing: { type: fixed, length: 3 }
  codec: { type: binary, fields: [ { name: unit, type: uint8 }, { name: rest, type: hex } ] }
  device: "{{ data.unit }}"
  requests:
    - { name: a, every: 1m, hex: "01", frame: false,
        codec: { type: binary, fields: [ { name: kind, type: uint8 }, { name: volts, type: uint16 } ] } }
)y";

}  // namespace

TEST_CASE("a frame that became a message is shown decoded") {
  CHECK(shown(lines, frame(R"({"id":"7","n":1})")) == R"([{"id":"7","n":1}])");
}

TEST_CASE("other frames are not, nor what was not kept whole") {
  CHECK(shown(lines, frame(R"({"id":"7"})", "unknown_device")) == "null");
  CHECK(shown(lines, frame("{broken")) == "null");
  device::Recorded cut = frame(R"({"id":"7"})");
  cut.payload.reset();
  CHECK(shown(lines, cut) == "null");
  device::Recorded sent = frame(R"({"id":"7"})", "message");
  sent.outgoing = true;
  CHECK(shown(lines, sent) == "null");
}

TEST_CASE("an answer is read as what was asked for") {
  CHECK(shown(polled, frame(std::string("\1\0\5", 3))) == R"([{"kind":1,"volts":5}])");
  CHECK(shown(polled, frame(std::string("\2\0\5", 3))) == R"([{"kind":2,"amps":5}])");
  CHECK(shown(polled, frame(std::string("\3\0\5", 3))) == R"([{"unit":3,"rest":"0005"}])");
}

TEST_CASE("where it cannot be told what a frame answers, nothing is shown") {
  CHECK(shown(unsure, frame(std::string("\1\0\5", 3))) == "null");
}
