// Sessions and requests over real sockets, with the reactor's own time.
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <optional>
#include <string>
#include <vector>

#include "adapter/stream_server.hpp"
#include "adapter/udp.hpp"
#include "codec/text.hpp"
#include "framing/line.hpp"
#include "support/adapter_bench.hpp"
#include "unit/config/reading.hpp"

namespace fieldgate::adapter {
namespace {

using namespace std::chrono_literals;

struct Output final : router::Input {
  void accept(const Message& message) override {
    seen.push_back(std::string(message.device) + " " + std::string(message.document.json) + " " +
                   std::string(message.talk == nullptr ? "" : message.talk->request));
  }
  std::vector<std::string> seen;
};

/// What an adapter needs round it.
struct Bench : test::AdapterBench {
  protocol::FramedConfig protocol(const std::string& yaml, protocol::FramedConfig::Transport transport) const {
    config::Registry<framing::Factory> framers("framing");
    framers.add<framing::Line>();
    config::Registry<codec::Factory> codecs("codec");
    codecs.add<codec::Text>();
    protocol::FramedConfig config;
    config::Reading reading("protocol:\n" + yaml, [&](config::Section& root) {
      root.reader().provide(framers);
      root.reader().provide(codecs);
      root.section("protocol", "",
                   [&](config::Section& s) { config = protocol::FramedConfig::read_map(s, transport); });
    });
    REQUIRE(reading.printed == "");
    return config;
  }
  Output output;
  router::Inlet inlet{reactor.io(), last, {&output}, {}, {}};
  router::Inlet* current = &inlet;
};

struct StreamBench : Bench {
  explicit StreamBench(const std::string& yaml, const StreamLimits& limits = {}) {
    StreamOptions options;
    options.listen = address();
    options.limits = limits;
    options.protocol = protocol("  framing: { type: line, frame_timeout: 100ms }\n  codec: { type: text }\n" + yaml,
                                protocol::FramedConfig::Transport::tcp);
    server.emplace(options, context());
    REQUIRE(server->start(current, {}));
  }
  ~StreamBench() {
    server->stop();
    reactor.io().restart();
    reactor.io().poll();
  }
  std::optional<StreamServer> server;
};

/// A device at the other end of the socket.
class Device {
 public:
  explicit Device(const Bench& bench, int type = SOCK_STREAM, const std::string& own = {})
      : fd_(::socket(AF_UNIX, type | SOCK_NONBLOCK, 0)) {
    const auto name_of = [&bench](const std::string& name) {
      sockaddr_un address{};
      address.sun_family = AF_UNIX;
      (bench.directory / name).string().copy(address.sun_path, sizeof address.sun_path - 1);
      return address;
    };
    if (!own.empty()) {
      const sockaddr_un mine = name_of(own);
      REQUIRE(::bind(fd_, reinterpret_cast<const sockaddr*>(&mine), sizeof mine) == 0);
    }
    const sockaddr_un gateway = name_of("socket");
    REQUIRE(::connect(fd_, reinterpret_cast<const sockaddr*>(&gateway), sizeof gateway) == 0);
  }
  ~Device() { ::close(fd_); }
  Device(const Device&) = delete;
  Device& operator=(const Device&) = delete;

  void say(const std::string& text) const {
    REQUIRE(::send(fd_, text.data(), text.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(text.size()));
  }
  const std::string& heard() {
    char bytes[4096];
    ssize_t size = 0;
    while ((size = ::recv(fd_, bytes, sizeof bytes, 0)) > 0) heard_.append(bytes, static_cast<std::size_t>(size));
    hung_up_ = hung_up_ || size == 0 || (errno != EAGAIN && errno != EWOULDBLOCK);
    return heard_;
  }
  bool hung_up() {
    heard();
    return hung_up_;
  }

 private:
  int fd_;
  std::string heard_;
  bool hung_up_ = false;
};

constexpr const char* modem = R"y(
  session: { id: "{{ match.imei }}", registration: { regex: "^(?P<imei>[0-9]+)" }, heartbeat: { hex: fe, reply: { hex: fd } } }
  requests: [ { name: poll, every: 50ms, timeout: 20ms, text: "READ {{ unit }}", expect: "data.text matches '^u'", each: { unit: [1, 2] } } ]
)y";

TEST_CASE("a modem registers, is polled, and answers; when it does not, the next is asked all the same") {
  StreamBench bench(modem);
  Device device(bench);
  device.say("8681");
  bench.until([&] { return device.heard().find("READ 2\n") != std::string::npos; });
  CHECK(bench.says("reason=\"late\"}"));
  device.say("\xfe");
  bench.until([&] { return device.heard().find('\xfd') != std::string::npos; });
  bench.until([&] {
    device.say("u\n");
    return !bench.output.seen.empty() && bench.output.seen.back() == "8681 {\"text\":\"u\"} poll";
  });
}

TEST_CASE("who does not say who he is is closed, and whoever says the same later stays") {
  StreamLimits limits;
  limits.identify_within = 200ms;
  StreamBench bench(R"y(
  session: { id: "{{ match.imei }}", registration: { regex: "^ID(?P<imei>[0-9]{4})" } }
)y",
                    limits);
  Device silent(bench);
  bench.until([&] { return silent.hung_up(); });
  CHECK(bench.says("reason=\"identify_within\"} 1"));
  Device older(bench);
  older.say("ID8681a\n");
  bench.until([&] { return bench.output.seen.size() == 1; });
  Device newer(bench);
  newer.say("ID8681b\n");
  bench.until([&] { return older.hung_up(); });
  CHECK(bench.says("reason=\"session_replaced\"} 1"));
  newer.say("c\n");
  bench.until([&] { return bench.output.seen.size() == 3; });
  CHECK(bench.output.seen.back() == "8681 {\"text\":\"c\"} ");
  bench.until([&] { return bench.says("connections{adapter=\"lines\"} 1"); });
}

TEST_CASE("a frame that stalls is given up, and the connection stays") {
  StreamBench bench("  device: d\n");
  Device device(bench);
  device.say("half");
  bench.until([&] { return bench.says("errors_total{adapter=\"lines\",reason=\"frame_timeout\"} 1"); });
  device.say("whole\n");
  bench.until([&] { return bench.output.seen.size() == 1; });
  CHECK(bench.output.seen.back() == "d {\"text\":\"whole\"} ");
  CHECK_FALSE(device.hung_up());
}

TEST_CASE("a sender of datagrams is asked at its address") {
  Bench bench;
  Udp::Config config;
  config.listen = bench.address();
  config.gather = 0ms;
  config.protocol =
      bench.protocol("  codec: { type: text }\n  device: d\n  requests: [ { name: poll, every: 50ms, text: READ } ]\n",
                     protocol::FramedConfig::Transport::udp);
  Udp udp(config, bench.context());
  REQUIRE(udp.start(bench.current));
  Device device(bench, SOCK_DGRAM, "own");
  device.say("hello");
  bench.until([&] { return device.heard() == "READ"; });
  device.say("answer");
  bench.until([&] { return bench.output.seen.size() == 2; });
  CHECK(bench.output.seen.back() == "d {\"text\":\"answer\"} poll");
  bench.until([&] { return device.heard() == "READREAD"; });
  udp.stop();
  bench.reactor.io().restart();
  bench.reactor.io().poll();
}

}  // namespace
}  // namespace fieldgate::adapter
