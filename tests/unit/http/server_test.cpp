// Proves the server over real sockets: routes, strictness, limits and deadlines.
#include "http/server.hpp"

#include <atomic>
#include <list>
#include <thread>

#include "support/catch.hpp"
#include "support/http_raw.hpp"
#include "support/temp_dir.hpp"

using namespace fieldgate;
using namespace fieldgate::http;
using namespace std::chrono_literals;
using test::raw_exchange;

namespace {

const config::Address anywhere{config::Address::Kind::tcp, "127.0.0.1", 0};

ServerResponse text(std::string body) { return {200, "text/plain", std::move(body)}; }

/// A server on a thread of its own.
struct Bench {
  explicit Bench(Server::Deadlines deadlines = {}) : server(reactor, anywhere, deadlines) {
    server.route("GET", "/hello", [](const ServerRequest& request) { return text("hello " + request.target); });
    server.route("POST", "/echo", [](const ServerRequest& request) { return text(request.body); });
    server.on_refusal([this](std::string_view rule) { refused += rule == "connections" ? 1 : 0; });
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
  std::string operator()(std::string_view request, int patience_ms = 300) {
    return raw_exchange(server.port(), request, patience_ms);
  }

  reactor::Reactor reactor;
  std::atomic<int> refused = 0;
  Server server;
  std::thread thread;
};

bool begins(const std::string& text, std::string_view with) { return text.starts_with(with); }

const std::string get = "GET /hello HTTP/1.1\r\nHost: localhost\r\n\r\n";
const std::string get_once = "GET /hello HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";

const std::string post_json =
    "POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nX-Fieldgate: 1\r\n";

}  // namespace

TEST_CASE("a route answers on exactly its path and method") {
  Bench bench;
  const std::string answer = bench(get);
  CHECK(begins(answer, "HTTP/1.1 200 OK\r\n"));
  CHECK(answer.find("\r\nCache-Control: no-store\r\n") != std::string::npos);
  CHECK(answer.find("\r\nX-Content-Type-Options: nosniff\r\n") != std::string::npos);
  CHECK(answer.find("\r\nContent-Length: 12\r\n") != std::string::npos);
  CHECK(answer.ends_with("\r\n\r\nhello /hello"));
  CHECK(begins(bench("GET /hello?a=b HTTP/1.1\r\nHost: localhost\r\n\r\n"), "HTTP/1.1 200 "));
  CHECK(begins(bench("GET /hello/ HTTP/1.1\r\nHost: localhost\r\n\r\n"), "HTTP/1.1 404 "));
  CHECK(begins(bench("GET /%68ello HTTP/1.1\r\nHost: localhost\r\n\r\n"), "HTTP/1.1 404 "));
  const std::string refused = bench("POST /hello HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n");
  CHECK(begins(refused, "HTTP/1.1 405 "));
  CHECK(refused.find("\r\nAllow: GET\r\n") != std::string::npos);  // RFC 9110 15.5.6
  const std::string head = bench("HEAD /hello HTTP/1.1\r\nHost: localhost\r\n\r\n");
  CHECK(begins(head, "HTTP/1.1 200 "));
  CHECK(head.ends_with("\r\n\r\n"));
}

TEST_CASE("requests follow one another on a connection, and close it when they say so") {
  Bench bench;
  const std::string answer = bench(get + get + "GET /hello HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
  CHECK(answer.ends_with("<closed>"));
  std::size_t answers = 0;
  for (std::size_t at = 0; (at = answer.find("HTTP/1.1 200", at)) != std::string::npos; ++at) ++answers;
  CHECK(answers == 3);
  CHECK(bench("GET /hello HTTP/1.0\r\n\r\n").ends_with("<closed>"));
}

TEST_CASE("only loopback's names are served") {
  Bench bench;
  for (const char* name :
       {"localhost", "LOCALHOST:8970", "127.0.0.1", "127.0.0.1:1", "127.1.2.3", "[::1]", "[::1]:80"}) {
    CHECK(begins(bench("GET /hello HTTP/1.1\r\nHost: " + std::string(name) + "\r\n\r\n"), "HTTP/1.1 200 "));
  }
  for (const char* name :
       {"evil.example", "localhost.evil.example", "10.0.0.1", "[::2]", "[::1]x", "127.0.0.1.evil", "0.0.0.0"}) {
    CHECK(begins(bench("GET /hello HTTP/1.1\r\nHost: " + std::string(name) + "\r\n\r\n"), "HTTP/1.1 421 "));
  }
}

TEST_CASE("another origin is refused") {
  Bench bench;
  CHECK(
      begins(bench("GET /hello HTTP/1.1\r\nHost: localhost:1\r\nOrigin: http://localhost:1\r\n\r\n"), "HTTP/1.1 200 "));
  CHECK(begins(bench("GET /hello HTTP/1.1\r\nHost: localhost:1\r\nOrigin: http://evil\r\n\r\n"), "HTTP/1.1 403 "));
  CHECK(begins(bench("GET /hello HTTP/1.1\r\nHost: localhost:1\r\nOrigin: null\r\n\r\n"), "HTTP/1.1 403 "));
}

TEST_CASE("what a page of another origin could make a browser send changes nothing") {
  Bench bench;
  const std::string post = "POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\n";
  CHECK(begins(bench(post + "\r\nx"), "HTTP/1.1 415 "));
  CHECK(begins(bench(post + "X-Fieldgate: 1\r\nContent-Type: text/plain\r\n\r\nx"), "HTTP/1.1 415 "));
  CHECK(begins(bench(post + "Content-Type: application/json\r\n\r\nx"), "HTTP/1.1 403 "));
  CHECK(begins(bench(post + "Content-Type: application/json\r\nX-Fieldgate: 0\r\n\r\nx"), "HTTP/1.1 403 "));
  CHECK(begins(bench(post + "content-type: application/json; charset=utf-8\r\nx-fieldgate: 1\r\n\r\nx"),
               "HTTP/1.1 200 "));
  const std::string preflight = bench("OPTIONS /echo HTTP/1.1\r\nHost: localhost\r\n\r\n");
  CHECK(begins(preflight, "HTTP/1.1 405 "));
  CHECK(preflight.find("Access-Control") == std::string::npos);
}

TEST_CASE("what two readers could read differently is answered 400 and closed") {
  Bench bench;
  const std::string post = post_json;
  const std::string wrong[] = {
      "GET /hello HTTP/1.1\r\n\r\n",
      "GET /hello HTTP/1.1\r\nHost: localhost\r\nHost: localhost\r\n\r\n",
      "GET /hello HTTP/1.1\r\nHost: localhost\r\nA: b\r\n c\r\n\r\n",
      post + "Content-Length: 1,1\r\n\r\na",
      post + "Content-Length: 1\r\nContent-Length: 1\r\n\r\na",
      post + "Transfer-Encoding: xchunked\r\n\r\n",
      post + "Transfer-Encoding: chunked, identity\r\n\r\n",
      "POST /echo HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
      post + "Transfer-Encoding: chunked\r\nContent-Length: 1\r\n\r\n0\r\n\r\n",
      post + "Transfer-Encoding: chunked\r\n\r\n1;" + std::string(65, 'x') + "\r\na\r\n0\r\n\r\n",
      post + "Transfer-Encoding: chunked\r\n\r\n1;" + std::string(100000, 'x'),
      post + "Transfer-Encoding: chunked\r\n\r\nzz\r\n",
      "GET /hello HTTP/1.1\r\nHost: localhost\r\nA: " + std::string(9000, 'a') + "\r\n\r\n",
      "GET /hello HTTP/1.1\r\nHost: localhost\r\nA: " + std::string(9000, 'a'),
      "GET /" + std::string(2100, 'a') + " HTTP/1.1\r\nHost: localhost\r\n\r\n",
      "GET http://localhost/hello HTTP/1.1\r\nHost: localhost\r\n\r\n",
      post + "Content-Length: 1048577\r\n\r\n",
      "GET /hello HTTP/1.1\nHost: localhost\n\n",
      std::string("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", 15),
  };
  for (const std::string& request : wrong) {
    const std::string answer = bench(request + get);  // a second request must not be answered
    INFO(request.substr(0, 120));
    CHECK(begins(answer, "HTTP/1.1 400 "));
    CHECK(answer.ends_with("<closed>"));
    CHECK(answer.find("HTTP/1.1 200") == std::string::npos);
  }
}

TEST_CASE("bodies come whole, by length and in chunks, as they trickle in") {
  Bench bench;
  const std::string post = post_json;
  CHECK(bench(post + "Content-Length: 5\r\n\r\nabcde").ends_with("\r\n\r\nabcde"));
  CHECK(bench(post + "Transfer-Encoding: chunked\r\n\r\n3;a=b\r\nabc\r\n2\r\nde\r\n0\r\n\r\n")
            .ends_with("\r\n\r\nabcde"));
  const std::string large(1 << 20, 'x');
  CHECK(bench(post + "Content-Length: 1048576\r\n\r\n" + large).ends_with(large));
  CHECK(bench(post + "Content-Length: 5\r\nExpect: 100-continue\r\n\r\n").ends_with("HTTP/1.1 100 Continue\r\n\r\n"));
  CHECK(begins(bench(post + "Content-Length: 5\r\nExpect: magic\r\n\r\n"), "HTTP/1.1 417 "));
}

TEST_CASE("a request that does not come in time ends its connection") {
  Server::Deadlines soon;
  soon.head = soon.body = soon.idle = 50ms;
  Bench bench(soon);
  CHECK(bench("", 5000) == "<closed>");
  CHECK(bench("GET /hel", 5000) == "<closed>");
  CHECK(bench("POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n\r\nab", 5000) == "<closed>");
  const std::string idle = bench(get, 5000);
  CHECK(begins(idle, "HTTP/1.1 200 "));
  CHECK(idle.ends_with("<closed>"));
}

TEST_CASE("a port that is taken says so, and what to do") {
  Bench bench;
  reactor::Reactor reactor;
  Server second(reactor, {config::Address::Kind::tcp, "127.0.0.1", bench.server.port()});
  const auto started = second.start();
  REQUIRE_FALSE(started);
  CHECK(started.error().text.find("127.0.0.1:" + std::to_string(bench.server.port())) != std::string::npos);
  CHECK(started.error().text.find("choose another address") != std::string::npos);
}

TEST_CASE("a Unix socket is bound for its owner, over what a killed process left, and removed at the end") {
  test::TempDir directory;
  const std::string path = directory / "admin.sock";
  reactor::Reactor reactor;
  for (int round = 0; round < 2; ++round) {
    Server server(reactor, {config::Address::Kind::unix_socket, path, 0});
    REQUIRE(server.start());
    const auto status = std::filesystem::status(path);
    CHECK(status.type() == std::filesystem::file_type::socket);
    CHECK((status.permissions() & std::filesystem::perms::others_all) == std::filesystem::perms::none);
    server.stop();
    CHECK_FALSE(std::filesystem::exists(path));
  }
}

TEST_CASE("more connections than it serves are closed, and those that are served go on") {
  Bench bench;
  std::list<test::RawClient> served;
  for (std::size_t connection = 0; connection < Server::max_connections; ++connection) {
    served.emplace_back(bench.server.port()).send(get);
    REQUIRE(begins(served.back().receive(10000), "HTTP/1.1 200 "));
  }
  CHECK(bench.refused == 0);
  CHECK(bench(get_once, 10000) == "<closed>");
  CHECK(bench.refused == 1);
  served.front().send(get);
  CHECK(begins(served.front().receive(10000), "HTTP/1.1 200 "));
  served.clear();
  const auto patience = std::chrono::steady_clock::now() + 10s;
  std::string answer;
  while (!begins(answer, "HTTP/1.1 200 ") && std::chrono::steady_clock::now() < patience) answer = bench(get_once);
  CHECK(begins(answer, "HTTP/1.1 200 "));
}
