// Proves the admin listener with curl.
#include <thread>

#include "admin/server.hpp"
#include "support/catch.hpp"
#include "support/process.hpp"
#include "support/temp_dir.hpp"

using namespace fieldgate;

namespace {

struct Bench {
  explicit Bench(const config::Address& address)
      : server(
            reactor, metrics, address, {}, [] { return std::vector<std::string>{"meters"}; }, telemetry::Log("admin")) {
    metrics.histogram("fieldgate_delivery_seconds", {{"sink", "out"}}, "From arrival to confirmation.")
        .observe(std::chrono::milliseconds(3));
    REQUIRE(server.start());
    thread = std::thread([this] { reactor.run(); });
  }
  ~Bench() {
    asio::post(reactor.io(), [this] {
      server.stop();
      reactor.stop();
    });
    thread.join();
  }

  reactor::Reactor reactor;
  telemetry::Metrics metrics;
  admin::Server server;
  std::thread thread;
};

std::string curl(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), {"curl", "-s", "--noproxy", "*", "-w", "\n%{http_code} %{num_connects}\n"});
  return test::run(arguments);
}

}  // namespace

TEST_CASE("curl reads health, readiness and metrics over one connection") {
  Bench bench({config::Address::Kind::tcp, "127.0.0.1", 0});
  const std::string base = "http://127.0.0.1:" + std::to_string(bench.server.port());
  CHECK(curl({base + "/healthz", base + "/healthz"}) == "ok\n\n200 1\nok\n\n200 0\n");
  CHECK(curl({base + "/readyz"}) == "{\"ready\":false,\"not_ready\":[\"meters\"]}\n\n503 1\n");
  const std::string metrics = curl({base + "/metrics"});
  CHECK(metrics.find("fieldgate_delivery_seconds_count{sink=\"out\"} 1\n") != std::string::npos);
  CHECK(metrics.find("\n200 1\n") != std::string::npos);
  CHECK(curl({"-I", base + "/healthz"}).find("HTTP/1.1 200 OK") == 0);
}

TEST_CASE("curl under another name, with another method, or nowhere") {
  Bench bench({config::Address::Kind::tcp, "127.0.0.1", 0});
  const std::string base = "http://127.0.0.1:" + std::to_string(bench.server.port());
  const auto status = [](const std::string& output) {
    return output.substr(output.rfind('\n', output.size() - 2) + 1, 3);
  };
  CHECK(status(curl({"-H", "Host: evil.example", base + "/healthz"})) == "421");
  CHECK(status(curl({"-H", "Host: localhost", base + "/healthz"})) == "200");
  CHECK(status(curl({"-X", "POST", "-d", "{}", base + "/healthz"})) == "405");
  CHECK(status(curl({base + "/nowhere"})) == "404");
  CHECK(status(curl({"-H", "Transfer-Encoding: gzip", "-d", "x", base + "/healthz"})) == "400");
  CHECK(status(curl({"--path-as-is", base + "/../healthz"})) == "404");
  CHECK(status(curl({"-H", "X: " + std::string(9000, 'a'), base + "/healthz"})) == "400");
}

TEST_CASE("curl over a Unix socket") {
  test::TempDir directory;
  const std::string path = directory / "admin.sock";
  Bench bench({config::Address::Kind::unix_socket, path, 0});
  CHECK(curl({"--unix-socket", path, "http://localhost/healthz"}) == "ok\n\n200 1\n");
}
