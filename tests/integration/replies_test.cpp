// Devices that are answered: real sockets, and a keeper that settles when the test says so.
#include <fcntl.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <optional>
#include <string>

#include "adapter/stream_server.hpp"
#include "adapter/udp.hpp"
#include "codec/json.hpp"
#include "framing/line.hpp"
#include "reactor/tls_context.hpp"
#include "support/adapter_bench.hpp"
#include "support/tls_files.hpp"
#include "unit/config/reading.hpp"

namespace fieldgate::adapter {
namespace {

using namespace std::chrono_literals;

/// Keeps every message until the test settles it.
struct Keeper final : buffer::Settling {
  Receipt open_from(After after) const override { return after == After::stored ? stored : delivered; }
  void hurry(After) override { ++hurried; }
  void settle(Receipt now_stored, Receipt now_delivered) {
    stored = now_stored;
    delivered = now_delivered;
    moved();
  }
  Receipt stored = 1;
  Receipt delivered = 1;
  int hurried = 0;
};

struct Output final : router::Input {
  void accept(const Message&) override { ++messages; }
  std::size_t messages = 0;
};

/// What an adapter needs round it, and its answers: the document's `n`, each after what its `after` says.
struct Bench : test::AdapterBench {
  Bench() {
    for (const char* after : {"received", "stored", "delivered"}) {
      config::Reading reading(std::string("{ when: \"data.after == '") + after + "'\", after: " + after +
                                  ", text: '{{ data.n }}{{ data.fill | default: \"\" }}' }",
                              [this](config::Section& root) { replies.push_back(protocol::Reply::read(root)); });
      REQUIRE(reading.printed == "");
    }
  }

  protocol::FramedConfig protocol(bool framed) const {
    protocol::FramedConfig config;
    if (framed) config.framing = framing::Factory::of<framing::Line>({});
    config.codec = codec::Factory::of<codec::Json>({});
    config.device = *expression::Template::parse("{{ data.d }}", expression::Place::plain);
    config.replies = replies;
    return config;
  }

  std::vector<protocol::Reply> replies;
  Output output;
  Keeper keeper;
  router::Inlet inlet{reactor.io(), last, {&output}, {}, {&keeper}};
  router::Inlet* current = &inlet;
};

struct StreamBench : Bench {
  explicit StreamBench(const StreamLimits& limits = {}, SSL_CTX* tls = nullptr) {
    StreamOptions options;
    options.listen = address();
    options.limits = limits;
    options.protocol = protocol(true);
    server.emplace(options, context());
    REQUIRE(server->start(current, {tls, nullptr}));
  }
  std::optional<StreamServer> server;
};

int connect_to(const std::string& path, int type) {
  sockaddr_un name{};
  name.sun_family = AF_UNIX;
  path.copy(name.sun_path, sizeof name.sun_path - 1);
  const int fd = ::socket(AF_UNIX, type | SOCK_NONBLOCK, 0);
  REQUIRE(::connect(fd, reinterpret_cast<const sockaddr*>(&name), sizeof name) == 0);
  return fd;
}

/// A device at the other end of the socket.
class Device {
 public:
  explicit Device(const Bench& bench) : fd_(connect_to(bench.directory / "socket", SOCK_STREAM)) {}
  ~Device() { ::close(fd_); }
  Device(const Device&) = delete;
  Device& operator=(const Device&) = delete;

  void say(int n, const std::string& after, const std::string& fill = {}) const {
    const std::string line = "{\"d\":\"x\",\"n\":" + std::to_string(n) + ",\"after\":\"" + after + "\"" +
                             (fill.empty() ? "" : ",\"fill\":\"" + fill + "\"") + "}\n";
    REQUIRE(::send(fd_, line.data(), line.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(line.size()));
  }
  void say_no_more() const { ::shutdown(fd_, SHUT_WR); }

  /// All that has come so far.
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
  int fd() const { return fd_; }

 private:
  int fd_;
  std::string heard_;
  bool hung_up_ = false;
};

TEST_CASE("a device's answers keep their order, whatever each waits for") {
  StreamBench bench;
  Device device(bench);
  device.say(1, "delivered");
  device.say(2, "received");
  device.say(3, "stored");
  device.say(4, "none");
  device.say(5, "delivered");
  device.say(6, "received");
  bench.until([&] { return bench.output.messages == 6; });
  CHECK(bench.keeper.hurried > 0);
  bench.keeper.settle(7, 1);
  bench.reactor.io().poll();
  CHECK(device.heard() == "");
  bench.keeper.settle(7, 2);
  bench.until([&] { return device.heard() == "1\n2\n3\n"; });
  bench.keeper.settle(all_settled, all_settled);
  bench.until([&] { return device.heard() == "1\n2\n3\n5\n6\n"; });
}

TEST_CASE("each device gets its answers as its own messages are settled") {
  StreamBench bench;
  Device first(bench);
  Device second(bench);
  first.say(1, "stored");
  bench.until([&] { return bench.output.messages == 1; });
  second.say(2, "stored");
  bench.until([&] { return bench.output.messages == 2; });
  bench.keeper.settle(2, 1);
  bench.until([&] { return first.heard() == "1\n"; });
  CHECK(second.heard() == "");
  bench.keeper.settle(3, 1);
  bench.until([&] { return second.heard() == "2\n"; });
  first.say(3, "stored");
  bench.until([&] { return bench.output.messages == 3; });
  bench.keeper.settle(4, 1);
  bench.until([&] { return first.heard() == "1\n3\n"; });
}

TEST_CASE("with 1,024 answers waiting a connection is not read until some went out") {
  StreamBench bench;
  Device device(bench);
  std::string expected;
  std::string lines;
  for (int i = 0; i < 1500; ++i) {
    lines += "{\"d\":\"x\",\"n\":" + std::to_string(i) + ",\"after\":\"stored\"}\n";
    expected += std::to_string(i) + "\n";
  }
  bench.until([&] {
    const ssize_t sent = ::send(device.fd(), lines.data(), lines.size(), MSG_NOSIGNAL);
    if (sent > 0) lines.erase(0, static_cast<std::size_t>(sent));
    return lines.empty() && bench.output.messages == 1024;
  });
  for (int i = 0; i < 10; ++i) bench.reactor.io().poll();
  CHECK(bench.output.messages == 1024);
  bench.keeper.settle(11, 1);
  bench.until([&] { return bench.output.messages == 1034; });
  for (int i = 0; i < 10; ++i) bench.reactor.io().poll();
  CHECK(bench.output.messages == 1034);
  bench.keeper.settle(all_settled, all_settled);
  bench.until([&] { return device.heard() == expected; });
  CHECK(bench.output.messages == 1500);
}

TEST_CASE("a device that does not read its answers is closed, and counted") {
  StreamLimits limits;
  limits.write_queue = 4096;
  StreamBench bench(limits);
  Device device(bench);
  const std::string fill(250, 'x');
  for (int i = 0; i < 10000 && !bench.says("reason=\"write_queue\"} 1"); ++i) {
    const std::string line = "{\"d\":\"x\",\"n\":1,\"after\":\"received\",\"fill\":\"" + fill + "\"}\n";
    ::send(device.fd(), line.data(), line.size(), MSG_NOSIGNAL);
    bench.reactor.io().poll();
  }
  CHECK(bench.says("fieldgate_adapter_rejected_total{adapter=\"lines\",reason=\"write_queue\"} 1"));
  bench.until([&] { return bench.says("fieldgate_adapter_connections{adapter=\"lines\"} 0"); });
}

/// Says things until an answer has to wait for the device; returns how many.
int fill_the_socket(Device& device, StreamBench& bench) {
  int size = 0;
  socklen_t length = sizeof size;
  ::getsockopt(device.fd(), SOL_SOCKET, SO_SNDBUF, &size, &length);
  const int count = size / 200;  // a write costs the kernel's buffer more than its bytes
  for (int i = 0; i < count; ++i) {
    device.say(i, "received", std::string(250, 'x'));
    bench.until([&] { return bench.output.messages == static_cast<std::size_t>(i + 1); });
  }
  return count;
}

TEST_CASE("answers that a device reads late come all, in order") {
  StreamLimits limits;
  limits.write_queue = 1 << 24;
  StreamBench bench(limits);
  Device device(bench);
  std::string expected;
  const int count = fill_the_socket(device, bench);
  for (int i = 0; i < count; ++i) expected += std::to_string(i) + std::string(250, 'x') + "\n";
  bench.until([&] { return device.heard().size() >= expected.size(); });
  CHECK(device.heard() == expected);
}

TEST_CASE("a device that has stopped reading for good is closed after the keepalive") {
  StreamLimits limits;
  limits.write_queue = 1 << 24;
  limits.keepalive = 3s;  // far above what filling its socket takes on a busy machine
  StreamBench bench(limits);
  Device device(bench);
  fill_the_socket(device, bench);
  bench.until([&] { return bench.says("reason=\"keepalive\"} 1"); });
  bench.until([&] { return device.hung_up(); });
}

TEST_CASE("a device that says no more still gets its answers, then the connection ends") {
  StreamBench bench;
  Device device(bench);
  device.say(1, "stored");
  device.say(2, "delivered");
  device.say_no_more();
  bench.until([&] { return bench.output.messages == 2; });
  for (int i = 0; i < 10; ++i) bench.reactor.io().poll();
  CHECK_FALSE(device.hung_up());
  bench.keeper.settle(2, 1);
  bench.until([&] { return device.heard() == "1\n"; });
  CHECK_FALSE(device.hung_up());
  bench.keeper.settle(3, 3);
  bench.until([&] { return device.hung_up(); });
  CHECK(device.heard() == "1\n2\n");
  bench.until([&] { return bench.says("connections{adapter=\"lines\"} 0"); });
}

TEST_CASE("a device that is gone before its messages are settled harms nobody") {
  StreamBench bench;
  Device stays(bench);
  {
    Device goes(bench);
    goes.say(1, "stored");
    bench.until([&] { return bench.output.messages == 1; });
  }
  stays.say(2, "stored");
  bench.until([&] { return bench.output.messages == 2; });
  bench.keeper.settle(all_settled, all_settled);
  bench.until([&] { return stays.heard() == "2\n"; });
  bench.until([&] { return bench.says("connections{adapter=\"lines\"} 1"); });
}

TEST_CASE("stopping with answers that wait ends all connections") {
  StreamBench bench;
  Device waits(bench);
  waits.say(1, "stored");
  bench.until([&] { return bench.output.messages == 1; });
  bench.server->stop();
  bench.until([&] { return bench.says("connections{adapter=\"lines\"} 0"); });
  CHECK(waits.hung_up());
  bench.keeper.settle(all_settled, all_settled);
  bench.reactor.io().poll();
}

/// A device that speaks TLS.
class TlsDevice {
 public:
  explicit TlsDevice(const Bench& bench)
      : fd_(connect_to(bench.directory / "socket", SOCK_STREAM)),
        context_(SSL_CTX_new(TLS_client_method()), SSL_CTX_free),
        ssl_(SSL_new(context_.get()), SSL_free) {
    SSL_set_fd(ssl_.get(), fd_);
    SSL_set_mode(ssl_.get(), SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    SSL_set_connect_state(ssl_.get());
  }
  ~TlsDevice() { ::close(fd_); }
  TlsDevice(const TlsDevice&) = delete;
  TlsDevice& operator=(const TlsDevice&) = delete;

  bool connected() { return SSL_do_handshake(ssl_.get()) == 1; }
  bool say(const std::string& line) {
    std::size_t done = 0;
    return SSL_write_ex(ssl_.get(), line.data(), line.size(), &done) == 1 && done == line.size();
  }
  const std::string& heard() {
    char bytes[4096];
    std::size_t size = 0;
    while (SSL_read_ex(ssl_.get(), bytes, sizeof bytes, &size) == 1) heard_.append(bytes, size);
    return heard_;
  }

 private:
  int fd_;
  std::unique_ptr<SSL_CTX, void (*)(SSL_CTX*)> context_;
  std::unique_ptr<SSL, void (*)(SSL*)> ssl_;
  std::string heard_;
};

TEST_CASE("answers go through TLS, in order, also those that had to wait for the device") {
  const test::TlsFiles files;
  config::TlsServerOptions options;
  options.crt_file = files.server.crt_file;
  options.key_file = files.server.key_file;
  auto context = reactor::tls_server_context(options);
  REQUIRE(context);
  StreamLimits limits;
  limits.write_queue = 1 << 24;
  StreamBench bench(limits, context->get());
  TlsDevice device(bench);
  bench.until([&] { return device.connected(); });
  std::string expected;
  for (int i = 0; i < 3000; ++i) {
    const std::string n = std::to_string(i);
    const char* after = i % 3 == 0 ? "received" : i % 3 == 1 ? "stored" : "delivered";
    const std::string fill(240, 'x');
    const std::string line = "{\"d\":\"x\",\"n\":" + n + ",\"after\":\"" + after + "\",\"fill\":\"" + fill + "\"}\n";
    expected.append(n).append(fill).append("\n");
    bench.until([&] { return device.say(line); });
    if (bench.last > 300) bench.keeper.settle(bench.last - 100, bench.last - 300);
  }
  bench.until([&] {
    bench.keeper.settle(bench.last + 1, bench.last + 1);
    return bench.output.messages == 3000;
  });
  bench.keeper.settle(all_settled, all_settled);
  bench.until([&] { return device.heard().size() >= expected.size(); });
  CHECK(device.heard() == expected);
}

TEST_CASE("a datagram is answered to its sender, when it is stored") {
  Bench bench;
  Udp::Config config;
  config.listen = bench.address();
  config.gather = 0ms;
  config.protocol = bench.protocol(false);
  Udp udp(config, bench.context());
  REQUIRE(udp.start(bench.current));
  const auto device = [&bench](const std::string& name) {
    const int fd = connect_to(bench.directory / "socket", SOCK_DGRAM);
    sockaddr_un own{};
    own.sun_family = AF_UNIX;
    (bench.directory / name).string().copy(own.sun_path, sizeof own.sun_path - 1);
    REQUIRE(::bind(fd, reinterpret_cast<const sockaddr*>(&own), sizeof own) == 0);
    return fd;
  };
  const auto say = [](int fd, const std::string& text) {
    REQUIRE(::send(fd, text.data(), text.size(), 0) == static_cast<ssize_t>(text.size()));
  };
  const auto hears = [](int fd) {
    char bytes[100];
    const ssize_t size = ::recv(fd, bytes, sizeof bytes, MSG_DONTWAIT);
    return std::string(bytes, size > 0 ? static_cast<std::size_t>(size) : 0);
  };
  const int first = device("first");
  const int second = device("second");
  const int nameless = connect_to(bench.directory / "socket", SOCK_DGRAM);
  say(first, R"({"d":"x","n":1,"after":"stored"})");
  say(second, R"({"d":"x","n":2,"after":"delivered"})");
  say(nameless, R"({"d":"x","n":3,"after":"received"})");
  bench.until([&] { return bench.output.messages == 3; });
  CHECK(bench.keeper.hurried > 0);
  CHECK(bench.says("reason=\"answers\"} 1"));
  CHECK(hears(first) == "");
  bench.keeper.settle(4, 1);
  std::string heard;
  bench.until([&] { return !(heard = hears(first)).empty(); });
  CHECK(heard == "1");
  CHECK(hears(second) == "");
  bench.keeper.settle(4, 4);
  bench.until([&] { return !(heard = hears(second)).empty(); });
  CHECK(heard == "2");
  udp.stop();
  bench.reactor.io().poll();
  for (const int fd : {first, second, nameless}) ::close(fd);
}

}  // namespace
}  // namespace fieldgate::adapter
