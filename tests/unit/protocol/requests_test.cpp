// What the gateway asks: when, of whom, how often, and what counts as the answer.
#include "unit/protocol/bench.hpp"

namespace fieldgate::protocol {
namespace {

std::string lines(const std::string& more) {
  return "  framing: { type: line }\n  codec: { type: json }\n  device: d\n" + more;
}

TEST_CASE("a request is asked when it is due, and its answer says so") {
  Bench bench(lines("  requests: [ { name: readings, every: 60s, text: 'READ' } ]\n"));
  const auto device = bench.device();
  bench.pass(1s);
  CHECK(device->heard() == "READ\n");
  device->say("{\"v\":1}\n{\"v\":2}\n");
  CHECK(bench.seen == Seen{"d {\"v\":1} (readings)", "d {\"v\":2}"});
  bench.pass(58s);
  CHECK(device->heard() == "");
  bench.pass(2s);
  CHECK(device->heard() == "READ\n");
}

TEST_CASE("connections are spread over the interval") {
  Bench bench(lines("  requests: [ { name: readings, every: 60s, text: 'READ' } ]\n"));
  std::vector<std::unique_ptr<Device>> devices;
  for (int i = 0; i < 60; ++i) devices.push_back(bench.device());
  std::size_t most = 0;
  std::size_t all = 0;
  for (int second = 0; second < 60; ++second) {
    bench.pass(999ms);
    std::size_t asked = 0;
    for (const auto& device : devices) asked += device->heard().empty() ? 0 : 1;
    most = std::max(most, asked);
    all += asked;
  }
  CHECK(all == 60);
  CHECK(most <= 3);
}

TEST_CASE("a device that does not answer is asked again, then late, then left alone until the next time") {
  Bench bench(lines("  requests: [ { name: readings, every: 60s, timeout: 3s, retries: 2, text: 'READ' } ]\n"));
  const auto device = bench.device();
  bench.pass(1s);
  CHECK(device->heard() == "READ\n");
  bench.pass(3s);
  CHECK(device->heard() == "READ\n");
  bench.pass(3s);
  CHECK(device->heard() == "READ\n");
  CHECK(bench.errors("late") == 0);
  bench.pass(3s);
  CHECK(device->heard() == "");
  CHECK(bench.errors("late") == 1);
  device->say("{\"v\":1}\n");
  CHECK(bench.seen == Seen{"d {\"v\":1}"});
  bench.pass(60s);
  CHECK(device->heard() == "READ\n");
}

TEST_CASE("each value is asked for, one at a time, and a name stands for it everywhere") {
  Bench bench(R"y(
  framing: { type: line }
  codec: { type: json }
  device: "d-{{ unit }}"
  requests:
    - name: readings
      every: 60s
      text: "READ {{ unit }}"
      expect: "data.unit == unit"
      each: { unit: [1, 2] }
)y");
  const auto device = bench.device();
  bench.pass(1s);
  CHECK(device->heard() == "READ 1\n");
  device->say("{\"unit\":2}\n");
  CHECK(bench.errors("device_unfilled") == 1);
  CHECK(device->heard() == "");
  device->say("{\"unit\":1}\n");
  CHECK(bench.seen == Seen{"d-1 {\"unit\":1} (readings 1)"});
  CHECK(device->heard() == "READ 2\n");
  device->say("{\"unit\":2}\n");
  CHECK(bench.seen.back() == "d-2 {\"unit\":2} (readings 2)");
  CHECK(device->heard() == "");
}

TEST_CASE("with half_duplex: false nobody waits for another") {
  Bench bench(
      lines("  half_duplex: false\n  requests: [ { name: r, every: 60s, text: 'READ {{ u }}', "
            "expect: 'data.u == u', each: { u: [1, 2] } } ]\n"));
  const auto device = bench.device();
  bench.pass(1s);
  CHECK(device->heard() == "READ 1\nREAD 2\n");
  device->say("{\"u\":2}\n{\"u\":1}\n");
  CHECK(bench.seen == Seen{"d {\"u\":2} (r 2)", "d {\"u\":1} (r 1)"});
}

TEST_CASE("a unit that did not answer costs the others no retries the next time") {
  Bench bench(
      lines("  requests: [ { name: r, every: 60s, timeout: 1s, retries: 3, text: 'READ {{ u }}', "
            "expect: 'data.u == u', each: { u: [1, 2] } } ]\n"));
  const auto device = bench.device();
  bench.pass(4500ms);
  CHECK(device->heard() == "READ 1\nREAD 1\nREAD 1\nREAD 1\nREAD 2\n");
  device->say("{\"u\":2}\n");
  bench.pass(57s);
  CHECK(device->heard() == "READ 1\nREAD 2\n");
}

TEST_CASE("an answer may be read by a codec of its own") {
  Bench bench(R"y(
  framing: { type: line }
  codec: { type: json }
  device: d
  requests:
    - { name: csv, at: connect, text: "CSV", codec: { type: csv, columns: [ { name: a, type: number }, { name: b, type: text } ] }, expect: "data.a == 7" }
)y");
  const auto device = bench.device();
  bench.pass(1s);
  CHECK(device->heard() == "CSV\n");
  device->say("{\"v\":1}\n");
  device->say("7,x\n");
  CHECK(bench.seen == Seen{"d {\"v\":1}", "d {\"a\":7,\"b\":\"x\"} (csv)"});
  CHECK(bench.counters.errors.total() == 0);
  device->say("7,x\n");
  CHECK(bench.seen.size() == 2);
  bench.pass(1h);
  CHECK(device->heard() == "");
}

TEST_CASE("in a session, devices are asked once it is known who they are; at connect, to find it out") {
  const std::string yaml = R"y(
  framing: { type: line }
  codec: { type: json }
  session: { id: "{{ data.imei }}" }
  requests:
    - { name: who, at: connect, text: "WHO" }
    - { name: readings, every: 60s, text: "READ" }
)y";
  Bench bench(yaml);
  const auto device = bench.device();
  bench.pass(30s);
  CHECK(device->heard() == "WHO\n");
  device->say("{\"imei\":\"86\"}\n");
  CHECK(bench.seen == Seen{"86 {\"imei\":\"86\"}"});
  CHECK(device->heard() == "READ\n");
}

TEST_CASE("a registered modem's bus is polled") {
  Bench bench(R"y(
  framing: { type: fixed, length: 2 }
  codec: { type: text }
  session: { id: "{{ match.imei }}", registration: { regex: "^(?P<imei>[0-9]{15})$" }, heartbeat: { hex: fe } }
  requests: [ { name: poll, at: connect, every: 10s, hex: "{{ unit }} 03", each: { unit: [65, 66] } } ]
)y");
  const auto device = bench.device();
  bench.pass(1s);
  CHECK(device->heard() == "");
  device->say("868123456789012");
  CHECK(device->heard() == "A\x03");
  device->say("\xfe");
  device->say("A1");
  CHECK(bench.seen == Seen{"868123456789012 {\"text\":\"A1\"} (poll 65)"});
  CHECK(device->heard() == "B\x03");
}

TEST_CASE("while the gateway takes nothing, nothing is asked and nobody is late") {
  Bench bench(lines("  requests: [ { name: r, every: 10s, timeout: 2s, text: 'READ' } ]\n"));
  const auto device = bench.device();
  bench.pass(1s);
  CHECK(device->heard() == "READ\n");
  bench.is_open = false;
  bench.pass(60s);
  CHECK(device->heard() == "");
  CHECK(bench.errors("late") == 0);
  bench.is_open = true;
  device->say("{\"v\":1}\n");
  CHECK(bench.seen == Seen{"d {\"v\":1} (r)"});
}

TEST_CASE("what goes out can be counted") {
  Bench bench(lines("  replies: [ { hex: '{{ counter.2 }}', frame: false } ]\n"));
  const auto device = bench.device();
  for (int i = 0; i < 3; ++i) device->say("{}\n");
  CHECK(device->heard() == std::string("\0\0\0\1\0\2", 6));
  const auto other = bench.device();
  other->say("{}\n");
  CHECK(other->heard() == std::string("\0\0", 2));
}

TEST_CASE("a request may wait for the number it was sent with") {
  Bench bench(
      lines("  requests: [ { name: r, every: 10s, text: 'READ {{ counter.1 }}', expect: 'data.n == counter.1' } ]\n"));
  const auto device = bench.device();
  bench.pass(1s);
  CHECK(device->heard() == "READ 0\n");
  device->say("{\"n\":0}\n");
  bench.pass(10s);
  CHECK(device->heard() == "READ 1\n");
  device->say("{\"n\":0}\n{\"n\":1}\n");
  CHECK(bench.seen == Seen{"d {\"n\":0} (r)", "d {\"n\":0}", "d {\"n\":1} (r)"});
}

TEST_CASE("senders of datagrams are asked for as long as they are heard") {
  Bench bench("  codec: { type: json }\n  device: d\n  requests: [ { name: r, every: 60s, text: READ } ]\n",
              {.session = 90s}, FramedConfig::Transport::udp);
  const auto device = bench.sender("@A");
  device->say("{}");
  CHECK(device->heard() == "READ");
  device->say("{\"a\":1}");
  CHECK(bench.seen == Seen{"d {}", "d {\"a\":1} (r)"});
  bench.pass(61s);
  CHECK(device->heard() == "READ");
  bench.pass(10min);
  CHECK(device->heard() == "");
  CHECK_FALSE(bench.framed->due());
}

TEST_CASE("a connection that ends leaves nothing to do") {
  Bench bench(lines("  requests: [ { name: r, every: 60s, text: READ } ]\n"));
  auto device = bench.device();
  bench.pass(1s);
  CHECK(bench.framed->due());
  const int changes = bench.changes;
  device.reset();
  CHECK_FALSE(bench.framed->due());
  CHECK(bench.changes > changes);
}

TEST_CASE("a sender of datagrams is asked nothing before it has sent something good") {
  Bench bench(
      "  codec: { type: json }\n  device: d\n  requests: [ { name: r, at: connect, every: 10s, text: 'READ' } ]\n", {},
      FramedConfig::Transport::udp);
  const auto forged = bench.sender("@A");
  forged->say("nonsense");
  bench.pass(60s);
  CHECK(forged->heard() == "");
  forged->say("{}");
  CHECK(forged->heard() == "READ");
}

}  // namespace
}  // namespace fieldgate::protocol
