// Proves the routes of the admin listener.
#include "admin/server.hpp"

#include <thread>

#include <nlohmann/json.hpp>

#include "support/catch.hpp"
#include "support/http_raw.hpp"

using namespace fieldgate;

namespace {

std::string get(std::uint16_t port, const std::string& path) {
  return test::raw_exchange(port, "GET " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
}

nlohmann::json body(const std::string& answer) {
  const std::size_t begin = answer.find("\r\n\r\n") + 4;
  return nlohmann::json::parse(answer.substr(begin, answer.rfind("<closed>") - begin));
}

}  // namespace

TEST_CASE("health, readiness and metrics") {
  reactor::Reactor reactor;
  telemetry::Metrics metrics;
  metrics.counter("fieldgate_x_total", {{"sink", "a"}}, "X.") = 3;
  std::vector<std::string> missing;
  admin::Server server(
      reactor, metrics, {config::Address::Kind::tcp, "127.0.0.1", 0}, {}, [&] { return missing; },
      telemetry::Log("admin"));
  REQUIRE(server.start());
  std::thread thread([&] { reactor.run(); });

  const std::string health = get(server.port(), "/healthz");
  CHECK(health.starts_with("HTTP/1.1 200 "));
  CHECK(health.find("\r\n\r\nok") != std::string::npos);

  std::string ready = get(server.port(), "/readyz");
  CHECK(ready.starts_with("HTTP/1.1 200 "));
  CHECK(body(ready) == nlohmann::json{{"ready", true}, {"not_ready", nlohmann::json::array()}});

  asio::post(reactor.io(), [&] { missing = {"meters", "a\"b"}; });
  ready = get(server.port(), "/readyz");
  CHECK(ready.starts_with("HTTP/1.1 503 "));
  CHECK(body(ready) == nlohmann::json{{"ready", false}, {"not_ready", {"meters", "a\"b"}}});

  const std::string text = get(server.port(), "/metrics");
  CHECK(text.find("Content-Type: text/plain; version=0.0.4; charset=utf-8\r\n") != std::string::npos);
  CHECK(text.find("fieldgate_x_total{sink=\"a\"} 3\n") != std::string::npos);

  CHECK(get(server.port(), "/").starts_with("HTTP/1.1 404 "));
  asio::post(reactor.io(), [&] {
    server.stop();
    reactor.stop();
  });
  thread.join();
}
