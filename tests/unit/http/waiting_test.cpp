// Proves the server's handlers that wait: their answers, their deadline, their bound.
#include <thread>

#include "http/server.hpp"
#include "reactor/event.hpp"
#include "support/catch.hpp"
#include "support/http_raw.hpp"

using namespace fieldgate;
using namespace fieldgate::http;
using namespace std::chrono_literals;

namespace {

struct Bench {
  explicit Bench(Server::Deadlines deadlines = {})
      : opened(reactor.io()), server(reactor, {config::Address::Kind::tcp, "127.0.0.1", 0}, deadlines) {
    server.route_waiting("GET", "/wait", [this](const ServerRequest& request) { return wait(request); });
    server.route("GET", "/open", [this](const ServerRequest&) { return open(); });
    server.route("GET", "/one/*", [](const ServerRequest& request) { return text(request.target); });
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
  static ServerResponse text(std::string body) { return {200, "text/plain", std::move(body)}; }
  Awaitable<ServerResponse> wait(const ServerRequest& request) {
    ++waiting;
    while (!is_open) co_await opened.wait();
    co_return text("waited for " + request.target);
  }
  ServerResponse open() {
    is_open = true;
    opened.notify();
    return text(std::to_string(waiting));
  }
  std::string get(const std::string& path, int patience_ms = 20'000) {
    return test::raw_exchange(server.port(),
                              "GET " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", patience_ms);
  }

  reactor::Reactor reactor;
  reactor::Event opened;
  bool is_open = false;
  int waiting = 0;
  Server server;
  std::thread thread;
};

}  // namespace

TEST_CASE("a handler that waits answers when it is ready, and holds up no other request") {
  Bench bench;
  std::string answer;
  std::thread client([&] { answer = bench.get("/wait?x=1"); });
  // Until the first request has come to its handler, the others find nobody waiting.
  std::string opened;
  do opened = bench.get("/open");
  while (opened.find("\r\n\r\n1") == std::string::npos);
  client.join();
  CHECK(answer.starts_with("HTTP/1.1 200 "));
  CHECK(answer.find("waited for /wait?x=1") != std::string::npos);
}

TEST_CASE("an answer that is not there in time is 503, and the connection goes on") {
  Bench bench({.head = 5s, .body = 200ms, .idle = 5s});
  CHECK(bench.get("/wait").starts_with("HTTP/1.1 503 "));
  CHECK(bench.get("/open").starts_with("HTTP/1.1 200 "));
  CHECK(bench.get("/wait").starts_with("HTTP/1.1 200 "));
}

TEST_CASE("a route may leave its last segment open") {
  Bench bench;
  CHECK(bench.get("/one/two").find("/one/two") != std::string::npos);
  CHECK(bench.get("/one/").starts_with("HTTP/1.1 404 "));
  CHECK(bench.get("/one").starts_with("HTTP/1.1 404 "));
  CHECK(bench.get("/one/two/three").starts_with("HTTP/1.1 404 "));
}
