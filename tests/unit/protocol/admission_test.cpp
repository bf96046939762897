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
