// Who may send: secrets, and what is noted of those who may not.
#include "protocol/peer_notes.hpp"
#include "unit/protocol/bench.hpp"

namespace fieldgate::protocol {
namespace {

TEST_CASE("who cannot prove its secret is refused and closed, gets no reply, and its frame is not told") {
  Bench bench(R"y(
  framing: { type: line }
  codec: { type: json }
  device: "{{ data.device }}"
  secret: "{{ data.password }}"
  replies: [ { after: received, text: "ok" } ]
)y");
  const auto device = bench.device();
  device->say("{\"device\":\"d1\",\"password\":\"pw\"}\n{\"device\":\"d1\"}\n");
  CHECK(bench.seen == Seen{});
  CHECK(device->heard() == "");
  CHECK(device->closed == "secret");
  CHECK(bench.errors("secret") == 1);
}

TEST_CASE("a secret that stands in the protocol is an error: it says where the device's is") {
  const ReadProtocol read("  framing: { type: line }\n  codec: { type: json }\n  device: d\n  secret: hunter2\n");
  CHECK(read.problem.find("must name what the device says") != std::string::npos);
}

const char* const registers = R"y(
  framing: { type: line }
  codec: { type: json }
  device: "{{ session.id }}"
  session:
    id: "{{ match.id }}"
    registration: { regex: "^#(?P<id>[a-z0-9]+):(?P<word>[a-z]+)#", reply: { text: "hello {{ match.id }}" } }
    heartbeat: { hex: "21", reply: { text: "?" } }
)y";

TEST_CASE("a device is there once its registration has said who it is, before it sends anything") {
  Bench bench(registers);
  const auto device = bench.device();
  device->say("#m7:pw");
  CHECK(bench.there == Seen{});
  device->say("#");
  CHECK(bench.there == Seen{"m7"});
  CHECK(device->heard() == "hello m7");
  device->say("!");
  CHECK(bench.there == Seen{"m7"});
  CHECK(bench.seen == Seen{});
  Bench udp(registers, {}, FramedConfig::Transport::udp);
  udp.sender("a")->say("#m8:pw#");
  CHECK(udp.there == Seen{"m8"});
}

TEST_CASE("a registration of a device that may not be there is not answered, while its heartbeats are") {
  Bench bench(registers);
  bench.refusal = "unknown_device";
  const auto device = bench.device();
  device->say("#m7:pw#");
  CHECK(device->heard() == "");
  CHECK(device->closed == "");
  CHECK(bench.errors("unknown_device") == 1);
  device->say("!");
  CHECK(device->heard() == "?");
}

TEST_CASE("a secret of a registration proves who it is at once; one that a message says is waited for") {
  Bench at_once(std::string(registers) + "  secret: \"{{ match.word }}\"\n");
  const auto device = at_once.device();
  device->say("#m7:pw#");
  CHECK(at_once.there == Seen{"m7 pw"});
  at_once.refusal = "secret";
  const auto other = at_once.device();
  other->say("#m8:no#");
  CHECK(other->closed == "secret");
  CHECK(other->heard() == "");
  Bench later(std::string(registers) + "  secret: \"{{ data.word }}\"\n");
  later.device()->say("#m7:pw#");
  CHECK(later.there == Seen{});
}

TEST_CASE("who does not satisfy what each message must, is not there by its registration") {
  Bench bench(std::string(registers) + "  require: 'tls.cn == device'\n", {}, FramedConfig::Transport::tls);
  bench.origin.tls_common_name = "m7";
  bench.device()->say("#m8:pw#");
  CHECK(bench.there == Seen{});
  bench.device()->say("#m7:pw#");
  CHECK(bench.there == Seen{"m7"});
}

TEST_CASE("a connection whose certificate names the device is that device, and one that anybody can make is nobody") {
  const std::string head = "  framing: { type: line }\n  codec: { type: json }\n  commands: { ping: { text: p } }\n";
  Bench certified(head + "  device: '{{ tls.cn }}'\n", {}, FramedConfig::Transport::tls);
  certified.origin.tls_common_name = "m7";
  const auto device = certified.device();
  certified.tick();
  CHECK(certified.there == Seen{"m7"});
  Bench anybody(head + "  device: '{{ peer.ip }}'\n");
  const auto scanner = anybody.device();
  anybody.tick();
  scanner->say("{}\n");
  CHECK(anybody.there == Seen{});
  CHECK(anybody.seen == Seen{"10.0.0.7 {}"});
}

TEST_CASE("of each peer there is one note a minute, and of all together sixty") {
  PeerNotes notes;
  Instant now;
  now.steady += 1h;
  Origin peer;
  peer.peer_ip = "10.0.0.7";
  peer.peer_port = 1;
  CHECK(notes.may_note(peer, now));
  CHECK(!notes.may_note(peer, now));
  int noted = 1;
  for (int i = 2; i < 1000; ++i) {
    peer.peer_port = static_cast<std::uint16_t>(i);
    if (notes.may_note(peer, now)) ++noted;
  }
  CHECK(noted == PeerNotes::most);
  now.steady += PeerNotes::period;
  CHECK(notes.may_note(peer, now));
  CHECK(!notes.may_note(peer, now));
}

}  // namespace
}  // namespace fieldgate::protocol
