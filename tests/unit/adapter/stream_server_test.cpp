// Connections: gates, limits and ends, over a Unix socket.
#include "adapter/stream_server.hpp"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <optional>

#include "codec/json.hpp"
#include "framing/line.hpp"
#include "support/adapter_bench.hpp"

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

struct Bench : test::AdapterBench {
  explicit Bench(StreamLimits limits = {}, Duration frame_timeout = 30s, const device::SourceOptions& source = {})
      : gate(reactor.io()), output(gate), inlet(reactor.io(), last, {&output}, {&gate}, {}) {
    StreamOptions options;
    options.listen = address();
    options.limits = limits;
    options.source = source;
    options.protocol.framing = framing::Factory::of<framing::Line>({});
    options.protocol.frame_timeout = frame_timeout;
    options.protocol.codec = codec::Factory::of<codec::Json>({});
    options.protocol.device = *expression::Template::parse("{{ data.d }}", expression::Place::plain);
    server.emplace(options, context());
    REQUIRE(server->start(current, {}));
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

  static bool hung_up(int fd) {
    char byte;
    return ::read(fd, &byte, 1) == 0;
  }

  router::Gate gate;
  Output output;
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

/// Messages of one device in a time.
device::SourceOptions over(double per_second, double burst) {
  device::SourceOptions source;
  source.rate = config::Rate{per_second};
  source.burst = burst;
  return source;
}

TEST_CASE("a device over its rate is not read, and neither idle nor a begun frame is held against it") {
  StreamLimits limits;
  limits.idle = 40ms;
  Bench bench(limits, 40ms, over(1.0 / 3600, 2));
  const int fast = bench.connect();
  const int silent = bench.connect();
  Bench::send(fast, "{\"d\":\"a\"}\n{\"d\":\"a\"}\n{\"d\":\"a\"}\n{\"d\":\"a\"}\n{\"d\":");
  bench.until([&] { return bench.output.devices == "aaa"; });
  for (int i = 0; i < 3; ++i) {
    const int other = bench.connect();
    bench.until([&] { return bench.hung_up(other); });  // after limits.idle
    ::close(other);
  }
  CHECK(bench.hung_up(silent));
  CHECK_FALSE(bench.hung_up(fast));
  CHECK(bench.output.devices == "aaa");
  CHECK_FALSE(bench.says("frame_timeout"));
  ::close(fast);
  ::close(silent);
}

TEST_CASE("what a paused device has sent comes when its rate allows, and nothing is lost") {
  Bench bench({}, 30s, over(20, 1));
  const int device = bench.connect();
  const auto begin = std::chrono::steady_clock::now();
  for (int i = 0; i < 3; ++i) Bench::send(device, "{\"d\":\"a\"}\n{\"d\":\"a\"}\n");
  bench.until([&] { return bench.output.devices == "aaaaaa"; });
  CHECK(std::chrono::steady_clock::now() - begin >= 200ms);  // two at once, and four after 50 ms each
  CHECK_FALSE(bench.hung_up(device));
  ::close(device);
}

TEST_CASE("a connection that ends in its pause leaves nothing behind, and another's pause ends in time") {
  Bench bench({}, 30s, over(10, 1));
  const int gone = bench.connect();
  const int stays = bench.connect();
  for (const int device : {gone, stays}) {
    const std::string line = device == gone ? "{\"d\":\"a\"}\n" : "{\"d\":\"b\"}\n";
    Bench::send(device, line + line + line);
  }
  ::close(gone);
  bench.until([&] { return bench.output.devices.size() == 6; });
  bench.until([&] { return bench.says("fieldgate_adapter_connections{adapter=\"lines\"} 1"); });
  ::close(stays);
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
