// Proves the client against a server of raw bytes that behaves well, badly, and not at all.
#include "http/client.hpp"

#include "support/catch.hpp"
#include "support/http_peer.hpp"
#include "support/http_run.hpp"
#include "support/temp_dir.hpp"

using namespace fieldgate;
using namespace fieldgate::http;
using namespace std::chrono_literals;
using test::Answer;
using test::answer_text;
using test::HttpPeer;

namespace {

/// A client of a peer, and its requests.
struct Bench {
  explicit Bench(std::vector<Answer> script, const std::string& url = {}, std::optional<Url> proxy = {})
      : peer(std::move(script)) {
    Origin origin;
    origin.url = *parse_url(url.empty() ? peer.url() : url);
    origin.proxy = std::move(proxy);
    client = std::make_unique<Client>(reactor, origin);
  }

  Result<Response> post(std::array<std::string_view, 3> body, Duration timeout = 5s, Fields fields = {}) {
    Request request;
    request.target = "/in";
    request.fields = &fields;
    request.body = body;
    return test::run_on(reactor, client->send(request, timeout));
  }

  HttpPeer peer;
  reactor::Reactor reactor;
  std::unique_ptr<Client> client;
};

}  // namespace

TEST_CASE("a request goes out whole, and its answer comes back") {
  Bench bench({{answer_text(201, "X-Id: 7\r\n", "made")}});
  const auto response = bench.post({"[", "1,2", "]"}, 5s, {{"Content-Type", "application/json"}});
  REQUIRE(response);
  CHECK(response->status == 201);
  CHECK(response->field("x-id") == "7");
  CHECK(response->body == "made");
  const auto requests = bench.peer.requests();
  REQUIRE(requests.size() == 1);
  CHECK(requests[0].line() == "POST /in HTTP/1.1");
  CHECK(requests[0].field("Host") == "127.0.0.1:" + std::to_string(bench.peer.port()));
  CHECK(requests[0].field("Content-Type") == "application/json");
  CHECK(requests[0].field("Content-Length") == "5");
  CHECK(requests[0].body == "[1,2]");
}

TEST_CASE("a connection is kept, and left when the server says so") {
  Bench bench({{answer_text(200)}, {answer_text(503)}, {answer_text(200, "Connection: close\r\n"), true}});
  for (int request = 0; request < 4; ++request) REQUIRE(bench.post({"x"}));
  const auto requests = bench.peer.requests();
  REQUIRE(requests.size() == 4);
  CHECK(requests[1].connection == 0);
  CHECK(requests[2].connection == 0);
  CHECK(requests[3].connection == 1);
}

TEST_CASE("a kept connection that the server closed meanwhile is replaced") {
  Bench bench({{answer_text(200), true}});
  REQUIRE(bench.post({"x"}));
  const auto response = bench.post({"y"});
  REQUIRE(response);
  CHECK(bench.peer.requests().back().body == "y");
  CHECK(bench.peer.connections() == 2);
}

TEST_CASE("a kept connection that closes instead of an answer is tried once more, a new one is not") {
  Bench bench({{answer_text(200)}, {"", true}, {"", true}, {answer_text(200)}});
  REQUIRE(bench.post({"a"}));
  const auto second = bench.post({"b"});  // refused by the kept one and by the new one
  REQUIRE_FALSE(second);
  CHECK(second.error().reason == "closed");
  CHECK(second.error().text.find(std::to_string(bench.peer.port())) != std::string::npos);
  CHECK(bench.peer.requests().size() == 3);
  CHECK(bench.post({"c"}));
}

TEST_CASE("an answer that breaks off is an error and is not asked for again") {
  Bench bench({{answer_text(200)}, {"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc", true}});
  REQUIRE(bench.post({"a"}));
  const auto broken = bench.post({"b"});
  REQUIRE_FALSE(broken);
  CHECK(bench.peer.requests().size() == 2);
}

TEST_CASE("a server that says nothing times out") {
  Bench bench({{"", false, ~std::size_t{0}, true}});
  const auto begin = std::chrono::steady_clock::now();
  const auto response = bench.post({"x"}, 50ms);
  REQUIRE_FALSE(response);
  CHECK(response.error().reason == "timeout");
  CHECK(std::chrono::steady_clock::now() - begin < 5s);
}

TEST_CASE("a server that does not read times out") {
  Bench bench({{"", false, 0, false}});
  const std::string body(32 << 20, 'x');
  Bench silent({{"HTTP/1.1 100 Continue\r\n\r\n", false, 0, true}});
  const auto response = silent.post({body}, 200ms);
  REQUIRE_FALSE(response);
  CHECK(response.error().reason == "timeout");
}

TEST_CASE("an interim answer with nothing behind it is a failure, not an answer") {
  Bench bench({{"HTTP/1.1 100 Continue\r\n\r\n", true}});
  CHECK_FALSE(bench.post({"x"}));
}

TEST_CASE("nobody there is an error of connecting") {
  Bench bench({}, "http://127.0.0.1:" + std::to_string(test::free_port()));
  const auto response = bench.post({"x"});
  REQUIRE_FALSE(response);
  CHECK(response.error().reason == "connect");
  CHECK(response.error().text.find("cannot connect") != std::string::npos);
}

TEST_CASE("garbage is an error, and the next request has a new connection") {
  for (const std::string garbage :
       {"SSH-2.0-OpenSSH\r\n", "HTTP/1.1 abc\r\n\r\n", "\0\0\0\0\0\0\0\0\0\0\0\0\0",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n0\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked, identity\r\n\r\nzz"}) {
    Bench bench({{garbage, true}});
    const auto response = bench.post({"x"});
    REQUIRE_FALSE(response);
    CHECK(bench.post({"y"}));
  }
}

TEST_CASE("bytes behind an answer make the connection unfit for another") {
  Bench bench({{answer_text(200) + "HTTP/1.1 500 x\r\nContent-Length: 0\r\n\r\n"}});
  REQUIRE(bench.post({"x"}));
  const auto response = bench.post({"y"});
  REQUIRE(response);
  CHECK(response->status == 200);
  CHECK(bench.peer.requests()[1].connection == 1);
}

TEST_CASE("interim answers are passed over, but not for ever") {
  const std::string interim = "HTTP/1.1 102 Processing\r\n\r\n";
  std::string many;
  for (int answer = 0; answer < 50; ++answer) many += interim;
  Bench bench({{interim + answer_text(204)}, {many + answer_text(200)}});
  const auto response = bench.post({"x"});
  REQUIRE(response);
  CHECK(response->status == 204);
  CHECK_FALSE(bench.post({"x"}));
}

TEST_CASE("of a large answer the beginning is kept, of an endless one the status counts") {
  const std::string large(500000, 'a');
  Bench bench({{answer_text(200, "", large)}, {answer_text(500, "", std::string(5 << 20, 'b'))}, {answer_text(200)}});
  const auto response = bench.post({"x"});
  REQUIRE(response);
  CHECK(response->body.size() == Client::keep_body);
  const auto endless = bench.post({"x"});
  REQUIRE(endless);
  CHECK(endless->status == 500);
  CHECK(bench.peer.requests()[1].connection == 0);
  REQUIRE(bench.post({"x"}));
  CHECK(bench.peer.requests()[2].connection == 1);
}

TEST_CASE("a head without an end is refused") {
  Bench bench({{"HTTP/1.1 200 OK\r\nX: " + std::string(1 << 20, 'a')}});
  const auto response = bench.post({"x"});
  REQUIRE_FALSE(response);
  CHECK(response.error().reason == "protocol");
}

TEST_CASE("a chunked answer, and one that ends with the connection") {
  Bench bench({{"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"},
               {"HTTP/1.1 400 Bad\r\n\r\nto the end", true}});
  auto response = bench.post({"x"});
  REQUIRE(response);
  CHECK(response->body == "abcde");
  response = bench.post({"x"});
  REQUIRE(response);
  CHECK(response->body == "to the end");
}

TEST_CASE("an answer that comes before the body was read counts") {
  const std::string body(16 << 20, 'x');
  Bench bench({{answer_text(413, "Connection: close\r\n"), true, 0}});
  const auto response = bench.post({body});
  if (response) {
    CHECK(response->status == 413);
  } else {
    CHECK(response.error().reason == "closed");  // the reset may come first
  }
}

TEST_CASE("nothing passes that could begin another request") {
  Bench bench({});
  CHECK(bench.post({"x"}, 5s, {{"A", "b\r\nC: d"}}).error().reason == "request");
  CHECK(bench.post({"x"}, 5s, {{"A\r\nB", "c"}}).error().reason == "request");
  for (const std::string target : {"/a b", "/a\r\nX: y", "a", "/\xc3\xbc", ""}) {
    Request request;
    request.target = target;
    CHECK(test::run_on(bench.reactor, bench.client->send(request, 5s)).error().reason == "request");
  }
  CHECK(bench.peer.connections() == 0);
}

TEST_CASE("a proxy is asked in absolute form, with its own credentials") {
  HttpPeer proxy({{answer_text(200)}});
  Bench bench({}, "http://service.invalid:81/",
              parse_url("http://gw:secret@127.0.0.1:" + std::to_string(proxy.port())).operator*());
  REQUIRE(bench.post({"x"}));
  const auto requests = proxy.requests();
  CHECK(requests[0].line() == "POST http://service.invalid:81/in HTTP/1.1");
  CHECK(requests[0].field("Host") == "service.invalid:81");
  CHECK(requests[0].field("Proxy-Authorization") == "Basic Z3c6c2VjcmV0");
}

TEST_CASE("a proxy that lets no tunnel through is named") {
  HttpPeer proxy({{answer_text(407)}});
  Bench bench({}, "https://service.invalid/",
              parse_url("http://127.0.0.1:" + std::to_string(proxy.port())).operator*());
  const auto response = bench.post({"x"});
  REQUIRE_FALSE(response);
  CHECK(response.error().reason == "proxy");
  CHECK(response.error().text.find("407") != std::string::npos);
  CHECK(proxy.requests()[0].line() == "CONNECT service.invalid:443 HTTP/1.1");
}
