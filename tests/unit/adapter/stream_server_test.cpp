// Connections: gates, limits and ends, over a Unix socket.
#include "adapter/stream_server.hpp"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <optional>

#include "codec/json.hpp"
#include "framing/line.hpp"
#include "support/catch.hpp"
#include "support/temp_dir.hpp"

namespace fieldgate::adapter {
namespace {

using namespace std::chrono_literals;

/// Notes devices, and closes the gate after so many.
struct Output final : router::Input {
  explicit Output(router::Gate& g) : gate(g) {}
  void accept(const Message& message) override {
    devices += message.device;
    if (devices.size() % close_after == 0) gate.close();
  }
  router::Gate& gate;
  std::string devices;
  std::size_t close_after = 1000;
};

class Bench {
 public:
  explicit Bench(StreamLimits limits = {}, Duration frame_timeout = 30s)
      : gate(reactor.io()), output(gate), inlet(reactor.io(), last, {&output}, {&gate}, {}) {
    StreamOptions options;
    options.listen = {config::Address::Kind::unix_socket, directory / "socket", 0};
    options.limits = limits;
    options.protocol.framing = framing::Factory::of<framing::Line>({});
    options.protocol.frame_timeout = frame_timeout;
    options.protocol.codec = codec::Factory::of<codec::Json>({});
    options.protocol.device = *expression::Template::parse("{{ data.d }}", expression::Place::plain);
    server.emplace(options, Context{"lines", reactor, metrics, telemetry::Log("adapter lines"), environment, paths, devices, recorder});
    REQUIRE(server->start(current, nullptr));
  }

  int connect() {
    sockaddr_un name{};
    name.sun_family = AF_UNIX;
    const std::string path = directory / "socket";
    path.copy(name.sun_path, sizeof name.sun_path - 1);
    const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);
    REQUIRE(::connect(fd, reinterpret_cast<const sockaddr*>(&name), sizeof name) == 0);
    return fd;
  }
  static void send(int fd, Bytes bytes) {
    REQUIRE(::write(fd, bytes.data(), bytes.size()) == static_cast<ssize_t>(bytes.size()));
  }

  template <class Done>
  void until(Done done) {
    const auto end = std::chrono::steady_clock::now() + 10s;
    while (!done() && std::chrono::steady_clock::now() < end) reactor.io().run_one_for(10ms);
    REQUIRE(done());
  }
  bool says(const std::string& line) { return metrics.prometheus().find(line) != std::string::npos; }
  static bool hung_up(int fd) {
    char byte;
    return ::read(fd, &byte, 1) == 0;
  }

  test::TempDir directory;
  reactor::Reactor reactor;
  telemetry::Metrics metrics;
  device::Devices devices{{}, {}, metrics};
  device::Recorder recorder{0};
  expression::Environment environment{"gw", ""};
  expression::Paths paths;
  router::Gate gate;
  Output output;
  Receipt last = 0;
  router::Inlet inlet;
  router::Inlet* current = &inlet;
  std::optional<StreamServer> server;
};

constexpr Bytes three = "{\"d\":\"a\"}\n{\"d\":\"b\"}\n{\"d\":\"c\"}\n";

TEST_CASE("what came before a gate closed waits behind it, also of a peer that is gone") {
  Bench bench;
  bench.output.close_after = 1;
  const int device = bench.connect();
  Bench::send(device, three);
  ::close(device);
  for (const char* so_far : {"a", "ab", "abc"}) {
    bench.until([&] { return bench.output.devices == so_far; });
    bench.reactor.io().poll();
    CHECK(bench.output.devices == so_far);
    CHECK_FALSE(bench.gate.open());
    bench.gate.reopen();
  }
  bench.until([&] { return bench.says("fieldgate_adapter_connections{adapter=\"lines\"} 0"); });
}

TEST_CASE("more connections than the limit are refused and counted") {
  StreamLimits limits;
  limits.connections = 1;
  Bench bench(limits);
  const int first = bench.connect();
  bench.until([&] { return bench.says("connections{adapter=\"lines\"} 1"); });
  Bench::send(first, "{\"d\":\"a\"}\n");
  bench.until([&] { return bench.output.devices == "a"; });
  const int second = bench.connect();
  bench.until([&] { return bench.hung_up(second); });
  CHECK(bench.says("fieldgate_adapter_rejected_total{adapter=\"lines\",reason=\"connections\"} 1"));
  ::close(first);
  ::close(second);
}

TEST_CASE("a silent connection is closed after limits.idle") {
  StreamLimits limits;
  limits.idle = 40ms;
  Bench bench(limits);
  const int device = bench.connect();
  bench.until([&] { return bench.hung_up(device); });
  CHECK(bench.says("reason=\"idle\"} 1"));
  ::close(device);
}

TEST_CASE("a frame that is never finished is given up, however it drips, and the connection goes on") {
  Bench bench({}, 60ms);
  const int device = bench.connect();
  bench.until([&] {
    Bench::send(device, "x");
    return bench.says("errors_total{adapter=\"lines\",reason=\"frame_timeout\"}");
  });
  Bench::send(device, "\n{\"d\":\"a\"}\n");
  bench.until([&] { return bench.output.devices == "a"; });
  CHECK_FALSE(bench.hung_up(device));
  ::close(device);
}

}  // namespace
}  // namespace fieldgate::adapter
