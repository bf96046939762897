// Proves streams of lines: over sockets, to readers that are slow, that leave, and that are too many.
#include "http/stream.hpp"

#include <list>
#include <thread>

#include "http/local.hpp"
#include "http/server.hpp"
#include "support/catch.hpp"
#include "support/http_raw.hpp"
#include "support/temp_dir.hpp"

using namespace fieldgate;
using namespace fieldgate::http;
using namespace std::chrono_literals;

namespace {

/// A server with a stream that the test fills; `sources` counts those that live.
struct Bench {
  explicit Bench(config::Address address = {config::Address::Kind::tcp, "127.0.0.1", 0})
      : server(reactor, std::move(address)) {
    server.route_stream("/lines", [this](const ServerRequest& request, Lines& lines) {
      if (request.target != "/lines") {
        return StreamAnswer{nullptr, std::make_shared<ServerResponse>(ServerResponse{400, "text/plain", "no", {}})};
      }
      open = &lines;
      ++sources;
      lines.push("{\"first\":1}");
      return StreamAnswer{std::shared_ptr<void>(this, [this](void*) { --sources; }), nullptr};
    });
    server.route("GET", "/sources", [this](const ServerRequest&) {
      return ServerResponse{200, "text/plain", "sources=" + std::to_string(sources), {}};
    });
    REQUIRE(server.start());
    thread = std::thread([this] { reactor.run(); });
  }
  ~Bench() { stop(); }
  void stop() {
    if (!thread.joinable()) return;
    asio::post(reactor.io(), [this] {
      server.stop();
      CHECK(sources == 0);
      asio::post(reactor.io(), [this] { reactor.stop(); });
    });
    thread.join();
  }
  void push(std::string line) {
    asio::post(reactor.io(), [this, line = std::move(line)] { open->push(line); });
  }
  std::string get(const std::string& path, std::string_view version = "1.1") {
    return "GET " + path + " HTTP/" + std::string(version) + "\r\nHost: localhost\r\n\r\n";
  }
  /// Until so many streams are open.
  void wait_for(int wanted) {
    const std::string end = "sources=" + std::to_string(wanted) + "<closed>";
    const std::string ask = "GET /sources HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    while (!test::raw_exchange(server.port(), ask, 20'000).ends_with(end)) std::this_thread::yield();
  }

  reactor::Reactor reactor;
  Lines* open = nullptr;
  int sources = 0;
  Server server;
  std::thread thread;
};

/// Reads until `end` has come.
std::string read_until(const test::RawClient& client, std::string_view end) {
  std::string text;
  while (text.find(end) == std::string::npos && !text.ends_with(test::RawClient::closed)) {
    const std::string part = client.receive(20'000);
    if (part.empty()) return text + "<silence>";
    text += part;
  }
  return text;
}

}  // namespace

TEST_CASE("lines come in chunks as they are made, and the source ends when the reader leaves") {
  Bench bench;
  {
    const test::RawClient client(bench.server.port());
    client.send(bench.get("/lines"));
    const std::string head = read_until(client, "\r\nc\r\n{\"first\":1}\n\r\n");
    CHECK(head.starts_with("HTTP/1.1 200 OK\r\n"));
    CHECK(head.find("\r\nContent-Type: application/x-ndjson\r\n") != std::string::npos);
    CHECK(head.find("\r\nTransfer-Encoding: chunked\r\n") != std::string::npos);
    CHECK(head.find("Content-Length") == std::string::npos);
    bench.push("second");
    CHECK(read_until(client, "second\n\r\n") == "7\r\nsecond\n\r\n");
    bench.wait_for(1);
  }
  bench.wait_for(0);
}

TEST_CASE("a reader of HTTP/1.0 gets the lines without chunks") {
  Bench bench;
  const test::RawClient client(bench.server.port());
  client.send(bench.get("/lines", "1.0"));
  const std::string text = read_until(client, "{\"first\":1}\n");
  CHECK(text.ends_with("\r\n\r\n{\"first\":1}\n"));
  CHECK(text.find("chunked") == std::string::npos);
}

TEST_CASE("only the lines themselves can be asked for") {
  Bench bench;
  const std::string head = "HEAD /lines HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
  const std::string answer = test::raw_exchange(bench.server.port(), head, 20'000);
  CHECK(answer.starts_with("HTTP/1.1 405 "));
  CHECK(answer.find("\r\nAllow: GET\r\n") != std::string::npos);
}

TEST_CASE("a slow reader loses lines, and reads how many") {
  int woken = 0;
  Lines lines([&] { ++woken; });
  const std::string line(1000, 'x');
  std::size_t pushed = 0;
  while (lines.lost() == 0) {
    lines.push(line);
    ++pushed;
  }
  lines.push(line);
  CHECK(woken == 1);
  CHECK(pushed == Lines::max_bytes / 1001 + 1);
  const std::string taken = lines.take();
  CHECK(taken.size() <= Lines::max_bytes + 30);
  CHECK(taken.ends_with("x\n{\"lost\":2}\n"));
  lines.push("next");
  CHECK(lines.take() == "next\n");
  CHECK(lines.take().empty());
}

TEST_CASE("what was lost stands where it would have stood") {
  Lines lines([] {});
  lines.push("a");
  lines.push(std::string(Lines::max_bytes, 'x'));
  lines.push("b");
  CHECK(lines.take() == "a\n{\"lost\":1}\nb\n");
}

TEST_CASE("a stream that is refused says why, and too many readers are refused") {
  Bench bench;
  CHECK(test::raw_exchange(bench.server.port(), bench.get("/lines?x=y"), 20'000).starts_with("HTTP/1.1 400 "));
  std::list<test::RawClient> readers;
  for (std::size_t i = 0; i < Server::max_streams; ++i) {
    readers.emplace_back(bench.server.port()).send(bench.get("/lines"));
    read_until(readers.back(), "first");
  }
  CHECK(test::raw_exchange(bench.server.port(), bench.get("/lines"), 20'000).starts_with("HTTP/1.1 503 "));
  readers.clear();
  bench.wait_for(0);
}

TEST_CASE("the server stops with streams open") {
  Bench bench;
  const test::RawClient client(bench.server.port());
  client.send(bench.get("/lines"));
  read_until(client, "first");
  bench.stop();
  CHECK(read_until(client, "<closed>") == "<closed>");
}

TEST_CASE("the local client reads lines until it wants no more") {
  const test::TempDir dir;
  Bench bench({config::Address::Kind::unix_socket, dir / "s", 0});
  std::vector<std::string> taken;
  const auto answer = read_local(dir / "s", "/lines", [&](std::string_view line) {
    taken.emplace_back(line);
    bench.push("more");
    return taken.size() < 3;
  });
  REQUIRE(answer);
  CHECK(answer->status == 200);
  CHECK(taken == std::vector<std::string>{"{\"first\":1}", "more", "more"});
  const auto refused = read_local(dir / "s", "/lines?x=y", [](std::string_view) { return true; });
  REQUIRE(refused);
  CHECK(refused->status == 400);
  CHECK(refused->body == "no");
}

TEST_CASE("the local client says where a stream broke off, and where there was none") {
  const test::TempDir dir;
  Bench bench({config::Address::Kind::unix_socket, dir / "s", 0});
  const auto stop = [&bench](std::string_view) { return bench.stop(), true; };
  CHECK(read_local(dir / "s", "/lines", stop).error().reason == "ended");
  CHECK(read_local(dir / "s", "/lines", stop).error().reason == "absent");
  CHECK(read_local(dir / std::string(200, 's'), "/lines", stop).error().reason == "io");
}
