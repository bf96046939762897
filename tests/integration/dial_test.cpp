// Dialled devices, and many at once, over real sockets: what one of them does is nothing to the others.
#include <netinet/in.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "adapter/stream_server.hpp"
#include "codec/text.hpp"
#include "framing/line.hpp"
#include "reactor/tls_context.hpp"
#include "support/adapter_bench.hpp"
#include "support/tls_files.hpp"
#include "transport/socket.hpp"
#include "unit/config/reading.hpp"

namespace fieldgate::adapter {
namespace {

using namespace std::chrono_literals;
using config::Address;
using transport::Descriptor;

struct Output final : router::Input {
  void accept(const Message& message) override {
    ++messages[std::string(message.device)];
    ++count;
  }
  std::map<std::string, int> messages;
  int count = 0;
};

/// An adapter that dials what a test says, or listens at `address()`.
struct Bench : test::AdapterBench {
  explicit Bench(const std::string& protocol_yaml) {
    config::Registry<framing::Factory> framers("framing");
    framers.add<framing::Line>();
    config::Registry<codec::Factory> codecs("codec");
    codecs.add<codec::Text>();
    config::Reading reading(
        "protocol:\n  framing: { type: line }\n  codec: { type: text }\n" + protocol_yaml, [&](config::Section& root) {
          root.reader().provide(framers);
          root.reader().provide(codecs);
          root.section("protocol", "", [&](config::Section& s) {
            options.protocol = protocol::FramedConfig::read_map(s, protocol::FramedConfig::Transport::tcp, true);
          });
        });
    REQUIRE(reading.printed == "");
    options.dial.initial = 1ms;
    options.dial.max = 20ms;
  }

  void dial(const std::string& name, Address address) { options.dial.targets.push_back({name, std::move(address)}); }
  void start(const StreamTls& tls = {}) {
    server.emplace(options, context("lines"));
    REQUIRE(server->start(current, tls));
  }
  std::uint64_t connections() const { return server->counters().connections; }
  bool rejected(const std::string& reason) const {
    return metrics.prometheus().find("rejected_total{adapter=\"lines\",reason=\"" + reason + "\"}") !=
           std::string::npos;
  }

  Output output;
  router::Inlet inlet{reactor.io(), last, {&output}, {}, {}};
  router::Inlet* current = &inlet;
  StreamOptions options;
  std::optional<StreamServer> server;
};

/// A device that is dialled.
class Listening {
 public:
  explicit Listening(const Address& address) : socket_(::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0)) {
    sockaddr_un name{};
    name.sun_family = AF_UNIX;
    address.host.copy(name.sun_path, sizeof name.sun_path - 1);
    REQUIRE(::bind(socket_.get(), reinterpret_cast<const sockaddr*>(&name), sizeof name) == 0);
    REQUIRE(::listen(socket_.get(), 16) == 0);
  }
  /// The next connection; none: nobody has dialled.
  Descriptor accept() const { return Descriptor(::accept4(socket_.get(), nullptr, nullptr, SOCK_NONBLOCK)); }

 private:
  Descriptor socket_;
};

std::string heard(const Descriptor& peer) {
  char bytes[4096];
  const ssize_t got = ::recv(peer.get(), bytes, sizeof bytes, 0);
  return got > 0 ? std::string(bytes, static_cast<std::size_t>(got)) : std::string();
}

void say(const Descriptor& peer, std::string_view bytes) {
  REQUIRE(::send(peer.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(bytes.size()));
}

/// Descriptors for `count` connections, both ends of which are in this process.
void make_room_for(rlim_t count) {
  rlimit limit{};
  REQUIRE(::getrlimit(RLIMIT_NOFILE, &limit) == 0);
  limit.rlim_cur = std::min<rlim_t>(limit.rlim_max, std::max(limit.rlim_cur, 2 * count + 200));
  REQUIRE(::setrlimit(RLIMIT_NOFILE, &limit) == 0);
  REQUIRE(limit.rlim_cur >= 2 * count + 200);
}

TEST_CASE("a dialled device is served like one that connects, and is dialled again whenever it is lost") {
  Bench bench("  device: \"{{ peer.name }}\"\n  requests: [ { name: hello, at: connect, text: who } ]\n");
  const Listening device(bench.address("press"));
  bench.dial("press-01", bench.address("press"));
  bench.start();
  CHECK(bench.server->ready());
  for (int times = 1; times <= 3; ++times) {
    Descriptor line;
    bench.until([&] { return (line = device.accept()) ? true : false; });
    std::string question;
    bench.until([&] { return (question += heard(line)) == "who\n"; });
    say(line, "me\n");
    bench.until([&] { return bench.output.messages["press-01"] == times; });
  }
}

TEST_CASE("a device that is away is dialled until it is there, and delays no other") {
  Bench bench("  device: \"{{ peer.name }}\"\n");
  const Listening there(bench.address("there"));
  bench.dial("away", bench.address("away"));
  bench.dial("there", bench.address("there"));
  bench.start();
  CHECK(bench.server->ready());
  Descriptor line;
  bench.until([&] { return (line = there.accept()) ? true : false; });
  say(line, "1\n");
  bench.until([&] { return bench.output.messages["there"] == 1; });
  bench.until([&] { return bench.rejected("connect"); });
  const Listening late(bench.address("away"));
  Descriptor other;
  bench.until([&] { return (other = late.accept()) ? true : false; });
  say(other, "1\n");
  bench.until([&] { return bench.output.messages["away"] == 1; });
}

TEST_CASE("an address that swallows everything is given up after connect_timeout, and delays no other") {
  Bench bench("  device: \"{{ peer.name }}\"\n");
  // A listener whose queue is full: further connections are not answered.
  const Descriptor full(::socket(AF_INET, SOCK_STREAM, 0));
  sockaddr_in name{};
  name.sin_family = AF_INET;
  name.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof name;
  REQUIRE(::bind(full.get(), reinterpret_cast<const sockaddr*>(&name), sizeof name) == 0);
  REQUIRE(::listen(full.get(), 0) == 0);
  REQUIRE(::getsockname(full.get(), reinterpret_cast<sockaddr*>(&name), &size) == 0);
  std::vector<Descriptor> waiting;
  for (int i = 0; i < 4; ++i) {
    waiting.emplace_back(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0));
    ::connect(waiting.back().get(), reinterpret_cast<const sockaddr*>(&name), sizeof name);
  }
  const Listening there(bench.address("there"));
  bench.options.dial.timeout = 50ms;
  bench.dial("hole", {Address::Kind::tcp, "127.0.0.1", ntohs(name.sin_port)});
  bench.dial("there", bench.address("there"));
  bench.start();
  Descriptor line;
  bench.until([&] { return (line = there.accept()) ? true : false; });
  say(line, "1\n");
  bench.until([&] { return bench.output.messages["there"] == 1; });
  bench.until([&] { return bench.rejected("connect_timeout"); });
  bench.server->stop();
  CHECK_FALSE(bench.server->ready());
}

TEST_CASE("a device that is dialled by TLS must show a certificate of its name, and is known by it") {
  const test::TlsFiles files;
  const bool right = GENERATE(true, false);
  CAPTURE(right);
  // The device: an adapter that listens, and sends a line of its own to whoever says something.
  Bench bench(
      "  device: \"{{ peer.name }}\"\n  requests: [ { name: r, at: connect, text: who } ]\n"
      "  replies: [ { after: received, text: me } ]\n");
  config::TlsServerOptions listening;
  listening.crt_file = (right ? files.server : files.wrong_host).crt_file;
  listening.key_file = (right ? files.server : files.wrong_host).key_file;
  const auto device_context = reactor::tls_server_context(listening);
  REQUIRE(device_context);
  StreamOptions device_options;
  device_options.listen = bench.address("device");
  device_options.protocol = bench.options.protocol;
  device_options.protocol.requests.clear();
  StreamServer device(device_options, bench.context("device"));
  REQUIRE(device.start(bench.current, {device_context->get(), nullptr}));

  bench.options.protocol.replies.clear();
  config::TlsClientOptions outbound;
  outbound.ca_file = files.ca.crt_file;
  outbound.server_name = "localhost";
  const auto context = reactor::tls_client_context(outbound);
  REQUIRE(context);
  bench.dial("press", bench.address("device"));
  bench.start({context->get(), &outbound});
  if (right) {
    bench.until([&] { return bench.output.messages["press"] == 1; });
  } else {
    bench.until([&] { return bench.rejected("tls_handshake"); });
    CHECK(bench.output.messages["press"] == 0);
  }
}

TEST_CASE("of a thousand dialled devices a hundred never answer, and all others are asked and answered meanwhile") {
  constexpr int all = 1000;
  make_room_for(all);
  // Nothing that is not answered is given up while the test runs: who waited for it would wait for ever.
  Bench bench("  device: \"{{ peer.name }}\"\n  requests: [ { name: r, at: connect, text: who, timeout: 1h } ]\n");
  std::vector<Listening> devices;
  for (int i = 0; i < all; ++i) {
    const std::string name = "d" + std::to_string(i);
    devices.emplace_back(bench.address(name));
    bench.dial(name, bench.address(name));
  }
  bench.start();
  std::vector<Descriptor> lines(all);
  std::vector<std::string> asked(all);
  const auto serve = [&] {
    for (int i = 0; i < all; ++i) {
      const auto n = static_cast<std::size_t>(i);
      if (!lines[n]) lines[n] = devices[n].accept();
      if (i % 10 == 0 || asked[n] == "who\n" || !lines[n]) continue;
      if ((asked[n] += heard(lines[n])) == "who\n") say(lines[n], "me\n");
    }
    return bench.output.count == all - all / 10;
  };
  bench.until(serve);
  CHECK(bench.connections() == all);
  for (const auto& [device, messages] : bench.output.messages) REQUIRE(messages == 1);
}

TEST_CASE("of a thousand connections a hundred never read what they are sent, and all others get their answers") {
  constexpr int all = 1000;
  make_room_for(all);
  Bench bench("  device: \"{{ data.text }}\"\n  replies: [ { after: received, text: \"" + std::string(2000, 'x') +
              "\" } ]\n");
  bench.options.listen = bench.address("socket");
  bench.options.limits.write_queue = 1 << 20;
  bench.start();
  sockaddr_un name{};
  name.sun_family = AF_UNIX;
  bench.options.listen.host.copy(name.sun_path, sizeof name.sun_path - 1);
  std::vector<Descriptor> lines;
  for (int i = 0; i < all; ++i) {
    lines.emplace_back(::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0));
    REQUIRE(::connect(lines.back().get(), reinterpret_cast<const sockaddr*>(&name), sizeof name) == 0);
  }
  // The deaf ask for more than their sockets hold, so that answers wait for them in the gateway.
  std::string many;
  for (int i = 0; i < 200; ++i) many += "deaf\n";
  for (int i = 0; i < all; i += 10) say(lines[static_cast<std::size_t>(i)], many);
  bench.until([&] { return bench.output.messages["deaf"] == 200 * all / 10; });
  for (int round = 1; round <= 3; ++round) {
    for (int i = 0; i < all; ++i) {
      if (i % 10 != 0) say(lines[static_cast<std::size_t>(i)], "well\n");
    }
    std::vector<std::size_t> got(all);
    bench.until([&] {
      bool done = true;
      for (std::size_t i = 0; i < all; ++i) {
        if (i % 10 == 0) continue;
        if (got[i] < 2001) got[i] += heard(lines[i]).size();
        done = done && got[i] == 2001;
      }
      return done;
    });
  }
  CHECK(bench.connections() == all);  // the deaf are still there, with what waits for them
}

}  // namespace
}  // namespace fieldgate::adapter
