// Who a connection is: ids, registrations, heartbeats, and what ends a session.
#include "unit/protocol/bench.hpp"

namespace fieldgate::protocol {
namespace {

constexpr const char* by_login = R"y(
  framing: { type: line }
  codec: { type: json }
  session: { id: "{{ data.imei }}" }
  replies: [ { text: "ok {{ data.n }}" } ]
)y";

constexpr const char* modem = R"y(
  framing: { type: fixed, length: 4 }
  codec: { type: text }
  session:
    id: "{{ match.imei }}"
    registration: { regex: "^(?P<imei>[0-9]{15})" }
    heartbeat: { hex: "fe", reply: { hex: "fd" } }
)y";

constexpr const char* imei = "868123456789012";

TEST_CASE("the first frame that can say it names the connection; before it, replies go out but no messages") {
  Bench bench(by_login);
  const auto device = bench.device();
  device->say("{\"n\":1}\n");
  CHECK(bench.seen == Seen{});
  CHECK(bench.errors("unidentified") == 1);
  CHECK(device->heard() == "ok 1\n");
  device->say("{\"n\":2,\"imei\":\"86\"}\n{\"n\":3}\n");
  CHECK(bench.seen == Seen{"86 {\"n\":2,\"imei\":\"86\"}", "86 {\"n\":3}"});
  CHECK(device->heard() == "ok 2\nok 3\n");
  CHECK(device->closed == "");
}

TEST_CASE("a connection that does not say who it is is closed, one that does is not") {
  Bench bench(by_login);
  const auto says = bench.device();
  const auto silent = bench.device();
  bench.pass(30s);
  says->say("{\"imei\":\"86\"}\n");
  bench.pass(29s);
  CHECK(silent->closed == "");
  bench.pass(2s);
  CHECK(silent->closed == "identify_within");
  CHECK(says->closed == "");
}

TEST_CASE("behind a registration, a switch's frame that comes in two reads is whole") {
  Bench bench(R"y(
  framing: { type: switch, cases: [ { match: { bytes: 0x01 }, framing: { type: fixed, length: 4 } } ] }
  codec: { type: text }
  session: { id: "{{ match.imei }}", registration: { regex: "^(?P<imei>[0-9]{15})" }, heartbeat: { hex: "fe" } }
)y");
  const auto device = bench.device();
  device->say("868123456789012");
  device->say(
      "\x01"
      "ab");
  device->say("c");
  device->say("\xfe");
  device->say(
      "\x01"
      "de");
  device->say("f");
  CHECK(bench.seen.size() == 2);
}

TEST_CASE("a second, different id ends the connection, and its message does not pass") {
  Bench bench(by_login);
  const auto device = bench.device();
  device->say("{\"imei\":\"1\"}\n{\"imei\":\"1\"}\n{\"imei\":\"2\"}\n{\"n\":1}\n");
  CHECK(device->closed == "identity_changed");
  CHECK(bench.seen.size() == 2);
}

TEST_CASE("of two connections with one id the newer wins") {
  Bench bench(by_login);
  const auto older = bench.device();
  older->say("{\"imei\":\"86\"}\n");
  const auto newer = bench.device();
  newer->say("{\"imei\":\"86\"}\n");
  CHECK(older->closed == "session_replaced");
  older->say("{\"n\":1}\n");
  CHECK(bench.seen.size() == 2);
  older->hang_up();
  const auto newest = bench.device();
  newest->say("{\"imei\":\"86\"}\n");
  CHECK(newer->closed == "session_replaced");
  CHECK(newest->closed == "");
}

TEST_CASE("connections with one id that take over all the time are refused, for longer and longer") {
  Bench bench(by_login);
  std::vector<std::unique_ptr<Device>> devices;
  const auto connect = [&] {
    devices.push_back(bench.device());
    devices.back()->say("{\"imei\":\"86\"}\n{\"n\":1}\n");
    return devices.back()->closed;
  };
  for (int i = 0; i < 4; ++i) CHECK(connect() == "");  // the first, and three takeovers
  CHECK(connect() == "flapping");
  CHECK(devices[3]->closed == "");  // who was there stays
  CHECK(bench.seen.size() == 8);
  bench.pass(1s);
  CHECK(connect() == "");
  CHECK(devices[3]->closed == "session_replaced");
  CHECK(connect() == "flapping");
  bench.pass(1s);
  CHECK(connect() == "flapping");
  bench.pass(1s);
  CHECK(connect() == "");
}

TEST_CASE("each message must satisfy what is required of it") {
  Bench bench(R"y(
  framing: { type: line }
  codec: { type: json }
  session: { id: "{{ data.imei }}" }
  require: "data.from == device"
)y");
  const auto device = bench.device();
  device->say("{\"imei\":\"86\",\"from\":\"86\"}\n{\"from\":\"87\"}\n{\"from\":\"86\"}\n");
  CHECK(bench.seen.size() == 1);
  CHECK(device->closed == "require");
}

TEST_CASE("registration and heartbeats stand outside of the framing, whatever the split") {
  const std::string stream = "\xfe" + std::string(imei) + "abcd\xfe\xfe" + "efgh\xfe";
  for (std::size_t chunk = 1; chunk <= stream.size(); ++chunk) {
    CAPTURE(chunk);
    Bench bench(modem);
    const auto device = bench.device();
    for (std::size_t at = 0; at < stream.size(); at += chunk) device->say(Bytes(stream).substr(at, chunk));
    CHECK(bench.seen == Seen{"868123456789012 {\"text\":\"abcd\"}", "868123456789012 {\"text\":\"efgh\"}"});
    CHECK(device->heard() == "\xfd\xfd\xfd\xfd");
    CHECK(device->kept == "");
    CHECK(bench.counters.errors.total() == 0);
  }
}

TEST_CASE("what only begins like a registration is a frame as soon as it cannot become one") {
  Bench bench(modem);
  const auto device = bench.device();
  device->say("12x");
  CHECK(device->kept == "12x");
  device->say("4");
  CHECK(bench.errors("unidentified") == 1);
  CHECK(device->kept == "");
  device->say("1234");
  CHECK(device->kept == "1234");
  device->stall();
  CHECK(bench.errors("unidentified") == 2);
  CHECK(device->kept == "");
}

TEST_CASE("a registration comes once, or before each packet") {
  const std::string packets = "001abcd001efgh";
  const auto yaml = [](const char* on) {
    return std::string("  framing: { type: fixed, length: 4 }\n  codec: { type: text }\n") +
           "  session: { id: '{{ match.id }}', registration: { regex: '(?P<id>[0-9]{3})', on: " + on + " } }\n";
  };
  Bench first(yaml("first"));
  first.device()->say(packets);
  CHECK(first.seen == Seen{"001 {\"text\":\"abcd\"}", "001 {\"text\":\"001e\"}"});
  Bench every(yaml("every"));
  const auto device = every.device();
  device->say(packets);
  CHECK(every.seen == Seen{"001 {\"text\":\"abcd\"}", "001 {\"text\":\"efgh\"}"});
  device->say("002abcd");
  CHECK(device->closed == "identity_changed");
}

TEST_CASE("a registration of any length is whole when something else follows, or nothing for a moment") {
  const char* const yaml = R"y(
  framing: { type: line }
  codec: { type: text }
  session: { id: "{{ match.id }}", registration: { regex: "^REG:(?P<id>[0-9]+)" } }
)y";
  Bench bench(yaml);
  const auto device = bench.device();
  device->say("REG:12");
  device->say("34");
  device->say("a\n");
  CHECK(bench.seen == Seen{"1234 {\"text\":\"a\"}"});
  const auto quiet = bench.device();
  quiet->say("REG:56");
  bench.pass(100ms);
  CHECK(quiet->kept == "REG:56");
  bench.pass(200ms);
  CHECK(quiet->kept == "");
  quiet->say("78\n");
  CHECK(bench.seen.back() == "56 {\"text\":\"78\"}");
}

TEST_CASE("a registration may be answered, and replies may name what it matched") {
  Bench bench(R"y(
  framing: { type: line }
  codec: { type: text }
  device: "{{ session.id }}-{{ match.kind }}"
  session:
    id: "{{ match.imei }}"
    registration: { regex: "\\x00\\x0f(?P<imei>[0-9]{3})(?P<kind>.)", reply: { hex: "01 {{ match.kind }}" } }
  replies: [ { text: "{{ session.id }} {{ match.kind }}" } ]
)y");
  const auto device = bench.device();
  device->say(
      std::string("\0\x0f"
                  "861A",
                  6));
  CHECK(device->heard() ==
        "\x01"
        "A");
  device->say("x\n");
  CHECK(bench.seen == Seen{"861-A {\"text\":\"x\"}"});
  CHECK(device->heard() == "861 A\n");
}

TEST_CASE("a sender of datagrams has a session for as long as it is heard") {
  Bench bench(R"y(
  codec: { type: json }
  session: { id: "{{ data.imei }}", heartbeat: { hex: "ff", reply: { hex: "fe" } } }
  replies: [ { when: "exists(data.n)", text: "{{ data.n }}" } ]
)y",
              {.session = 10min}, FramedConfig::Transport::udp);
  const auto device = bench.sender("@A");
  const auto other = bench.sender("@B");
  device->say(R"({"imei":"86"})");
  other->say(R"({"n":1})");
  device->say(R"({"n":2})");
  CHECK(bench.seen == Seen{"86 {\"imei\":\"86\"}", "86 {\"n\":2}"});
  CHECK(bench.errors("unidentified") == 1);
  bench.pass(9min);
  device->say("\xff");
  CHECK(device->heard() == "2\xfe");
  bench.pass(9min);
  device->say(R"({"n":3})");
  CHECK(bench.seen.back() == "86 {\"n\":3}");
  bench.pass(11min);
  device->say(R"({"n":4})");
  CHECK(bench.errors("unidentified") == 2);
  other->say(R"({"imei":"86"})");
  device->say(R"({"imei":"86"})");
  CHECK(bench.rejected("session_replaced") == 1);
  device->say(R"({"imei":"87"})");
  CHECK(bench.rejected("identity_changed") == 1);
  device->say(R"({"imei":"87"})");
  CHECK(bench.seen.back() == R"(87 {"imei":"87"})");
}

TEST_CASE("no more senders are remembered than may be: the one longest unheard is forgotten") {
  Bench bench("  codec: { type: json }\n  session: { id: '{{ data.imei }}' }\n", {.session = 1min, .senders = 2},
              FramedConfig::Transport::udp);
  for (const char* address : {"@A", "@B", "@C"})
    bench.sender(address)->say(R"({"imei":")" + std::string(address) + "\"}");
  CHECK(bench.seen.size() == 3);
  CHECK(bench.rejected("session") == 1);
  bench.sender("@B")->say("{}");
  CHECK(bench.seen.size() == 4);
  CHECK(bench.errors("unidentified") == 0);
  bench.sender("@A")->say("{}");  // the one longest unheard was forgotten
  CHECK(bench.errors("unidentified") == 1);
}

TEST_CASE("a frame that does not decode is dropped, kept as a dead letter, or ends the connection") {
  const auto yaml = [](const char* on_error) {
    return std::string("  framing: { type: line }\n  codec: { type: json }\n  device: d\n  on_error: ") + on_error +
           "\n";
  };
  Bench drops(yaml("drop"));
  const auto first = drops.device();
  first->say("nonsense\n{}\n");
  CHECK(drops.seen.size() == 1);
  CHECK(drops.letters == Seen{});
  Bench keeps(yaml("dead_letter"));
  const auto second = keeps.device();
  second->say("nonsense\n{}\n");
  REQUIRE(keeps.letters.size() == 1);
  CHECK(holds(keeps.letters[0], ": nonsense"));
  CHECK(keeps.seen.size() == 1);
  Bench closes(yaml("close"));
  const auto third = closes.device();
  third->say("nonsense\n{}\n");
  CHECK(closes.seen == Seen{});
  CHECK(third->closed != "");
  for (Bench* bench : {&drops, &keeps, &closes}) CHECK(bench->counters.errors.total() == 1);
}

}  // namespace
}  // namespace fieldgate::protocol
