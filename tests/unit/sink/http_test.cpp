// Proves what the http sink sends, and what it makes of the answers.
#include "sink/http.hpp"

#include "support/catch.hpp"
#include "support/http_peer.hpp"
#include "support/http_sink.hpp"
#include "support/temp_dir.hpp"

using namespace fieldgate;
using namespace std::chrono_literals;
using sink::Delivery;
using sink::Encoding;
using sink::Http;
using test::Answer;
using test::answer_text;
using test::HttpPeer;
using Bench = test::SinkBench<Http>;
using Outcome = Delivery::Outcome;

namespace {

std::string url_of(const HttpPeer& peer) { return "url: " + peer.url("/v1/in") + "\n"; }

/// The problems of a sink's options, as printed.
std::string printed(const std::string& yaml) {
  return config::Reading(yaml,
                         [](config::Section& root) {
                           Http::Config::read(root);
                           root.accept_all_keys();
                         })
      .printed;
}

bool says(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("a batch is one request in the shape of its encoding") {
  HttpPeer peer;
  Bench array(url_of(peer));
  CHECK(array.deliver({"1", "2"}).outcome == Outcome::confirmed);
  Bench lines(url_of(peer), {Encoding::Type::ndjson});
  CHECK(lines.deliver({"0", "1", "2"}, 1).outcome == Outcome::confirmed);
  const auto requests = peer.requests();
  REQUIRE(requests.size() == 2);
  CHECK(requests[0].line() == "POST /v1/in HTTP/1.1");
  CHECK(requests[0].body == "[1,2]");
  CHECK(requests[0].field("Content-Type") == "application/json");
  CHECK(requests[1].body == "1\n2\n");
  CHECK(requests[1].field("Content-Type") == "application/x-ndjson");
}

TEST_CASE("an encoding that joins nothing is a request for each record, over one connection") {
  HttpPeer peer;
  Bench bench(url_of(peer) + "method: PUT", {Encoding::Type::payload});
  CHECK(bench.deliver({"a\nb", "c"}).outcome == Outcome::confirmed);
  const auto requests = peer.requests();
  REQUIRE(requests.size() == 2);
  CHECK(requests[0].line() == "PUT /v1/in HTTP/1.1");
  CHECK(requests[0].body == "a\nb");
  CHECK(requests[1].body == "c");
  CHECK(requests[1].field("Content-Type") == "application/octet-stream");
  CHECK(peer.connections() == 1);
}

TEST_CASE("record by record, what was confirmed before a failure stays confirmed") {
  HttpPeer peer({{answer_text(200)}, {answer_text(503)}, {answer_text(200)}, {answer_text(400)}});
  Bench bench(url_of(peer), {Encoding::Type::json});
  Delivery delivery = bench.deliver({"a", "b", "c"});
  CHECK(delivery.outcome == Outcome::retry);
  CHECK(delivery.delivered == 1);
  delivery = bench.deliver({"a", "b", "c"}, 1);
  CHECK(delivery.outcome == Outcome::rejected);
  CHECK(delivery.delivered == 1);
  CHECK(delivery.rejected == 1);
}

TEST_CASE("every 2xx confirms") {
  HttpPeer peer(
      {{answer_text(200)}, {answer_text(201)}, {answer_text(202)}, {answer_text(207)}, {"HTTP/1.1 204 x\r\n\r\n"}});
  Bench bench(url_of(peer));
  for (int answer = 0; answer < 5; ++answer) CHECK(bench.deliver({"1"}).outcome == Outcome::confirmed);
  CHECK(peer.connections() == 1);
}

TEST_CASE("what may pass later is tried again, with the wait that the service asks for") {
  for (const unsigned status : {408U, 425U, 429U, 500U, 502U, 503U, 504U, 599U}) {
    HttpPeer peer({{answer_text(status, "Retry-After: 7\r\n")}});
    Bench bench(url_of(peer));
    const Delivery delivery = bench.deliver({"1", "2"});
    CHECK(delivery.outcome == Outcome::retry);
    CHECK(delivery.delivered == 0);
    CHECK(delivery.retry_after == Duration(7s));
    CHECK_FALSE(bench.sink->up());
    CHECK(bench.deliver({"1", "2"}).outcome == Outcome::confirmed);
    CHECK(bench.sink->up());
  }
}

TEST_CASE("a Retry-After of a day is cut, one that is nonsense is none") {
  HttpPeer peer({{answer_text(503, "Retry-After: 86400\r\n")}, {answer_text(503, "Retry-After: later\r\n")}});
  Bench bench(url_of(peer));
  CHECK(bench.deliver({"1"}).retry_after == Duration(1h));
  CHECK_FALSE(bench.deliver({"1"}).retry_after);
}

TEST_CASE("refused credentials are tried again: a token that ran out loses nothing") {
  for (const unsigned status : {401U, 403U}) {
    HttpPeer peer({{answer_text(status)}});
    Bench bench(url_of(peer));
    const Delivery delivery = bench.deliver({"1"});
    CHECK(delivery.outcome == Outcome::retry);
    CHECK(delivery.reason == (status == 401 ? "status_401" : "status_403"));
  }
}

TEST_CASE("any other answer rejects the whole request, and says why") {
  for (const unsigned status : {301U, 308U, 400U, 404U, 409U, 413U, 422U, 451U}) {
    HttpPeer peer({{answer_text(status, "", "no\nthank you")}});
    Bench bench(url_of(peer));
    const Delivery delivery = bench.deliver({"1", "2", "3"}, 1);
    CHECK(delivery.outcome == Outcome::rejected);
    CHECK(delivery.delivered == 0);
    CHECK(delivery.rejected == 2);
    CHECK(says(delivery.text, std::to_string(status)));
    CHECK(says(delivery.text, peer.url("/v1/in")));
    CHECK(says(delivery.text, "no\\x0athank you"));
    CHECK(bench.sink->up());
  }
}

TEST_CASE("a service that is away, slow, or breaks off is tried again") {
  HttpPeer peer({{"", true}, {"", false, ~std::size_t{0}, true}});
  sink::RequestOptions quick;
  quick.timeout = 100ms;
  Bench bench(url_of(peer), {Http::default_encoding}, quick);
  Delivery delivery = bench.deliver({"1"});
  CHECK(delivery.outcome == Outcome::retry);
  CHECK(delivery.reason == "closed");
  delivery = bench.deliver({"1"});
  CHECK(delivery.outcome == Outcome::retry);
  CHECK(delivery.reason == "timeout");
  Bench nobody("url: http://127.0.0.1:" + std::to_string(test::free_port()));
  delivery = nobody.deliver({"1"});
  CHECK(delivery.outcome == Outcome::retry);
  CHECK(delivery.reason == "connect");
  CHECK_FALSE(nobody.sink->up());
}

TEST_CASE("headers, and what they replace") {
  HttpPeer peer;
  Bench bench(url_of(peer) + "headers: { X-Gateway: \"gw {{ gateway }}\", content-type: application/vnd.x+json }");
  bench.deliver({"1"});
  const auto request = peer.requests()[0];
  CHECK(request.field("X-Gateway") == "gw plant-7");
  CHECK(request.field("Content-Type") == "application/vnd.x+json");
  CHECK(request.head.find("Content-Type: application/json") == std::string::npos);
}

TEST_CASE("a URL and headers that differ by message") {
  HttpPeer peer;
  Bench bench("url: \"" + peer.url("/d/{{ device }}?g={{ gateway }}") +
              "\"\nheaders: { X-Device: \"{{ device }}\" }\nbatch: { max_messages: 1 }");
  bench.add("1", "a/../b ?#\r\nc");
  CHECK(test::run_on(bench.reactor, bench.sink->deliver(bench.content, 0, bench.content.size(), 0)).outcome ==
        Outcome::confirmed);
  const auto requests = peer.requests();
  REQUIRE(requests.size() == 1);
  CHECK(requests[0].line() == "POST /d/a%2F..%2Fb%20%3F%23%0D%0Ac?g=plant-7 HTTP/1.1");
  CHECK(requests[0].field("X-Device") == "a/../b ?#%0D%0Ac");
}

TEST_CASE("basic and bearer authentication, and a user in the URL") {
  HttpPeer peer;
  Bench basic(url_of(peer) + "auth: { type: basic, username: gw, password: secret }");
  Bench bearer(url_of(peer) + "auth: { type: bearer, token: abc }");
  Bench in_url("url: http://gw:secret@127.0.0.1:" + std::to_string(peer.port()) + "/");
  basic.deliver({"1"});
  bearer.deliver({"1"});
  in_url.deliver({"1"});
  const auto requests = peer.requests();
  CHECK(requests[0].field("Authorization") == "Basic Z3c6c2VjcmV0");
  CHECK(requests[1].field("Authorization") == "Bearer abc");
  CHECK(requests[2].field("Authorization") == "Basic Z3c6c2VjcmV0");
  CHECK(requests[2].line() == "POST / HTTP/1.1");
}

TEST_CASE("an OAuth 2.0 token is fetched once, kept, and fetched anew when it is refused") {
  HttpPeer tokens({{answer_text(200, "", R"({"access_token":"one","expires_in":3600})")},
                   {answer_text(200, "", R"({"access_token":"two","expires_in":3600})")}});
  HttpPeer peer({{answer_text(200)}, {answer_text(401)}});
  Bench bench(url_of(peer) + "auth: { type: oauth2, token_url: " + tokens.url("/token") +
              ", client_id: gw, client_secret: \"s:e c\", scope: \"a b\" }");
  CHECK(bench.deliver({"1"}).outcome == Outcome::confirmed);
  CHECK(bench.deliver({"2"}).outcome == Outcome::retry);
  CHECK(bench.deliver({"2"}).outcome == Outcome::confirmed);
  const auto requests = peer.requests();
  CHECK(requests[0].field("Authorization") == "Bearer one");
  CHECK(requests[1].field("Authorization") == "Bearer one");
  CHECK(requests[2].field("Authorization") == "Bearer two");
  const auto fetches = tokens.requests();
  REQUIRE(fetches.size() == 2);
  CHECK(fetches[0].line() == "POST /token HTTP/1.1");
  CHECK(fetches[0].body == "grant_type=client_credentials&scope=a%20b");
  CHECK(fetches[0].field("Authorization") == "Basic Z3c6cyUzQWUlMjBj");  // gw:s%3Ae%20c
}

TEST_CASE("a token that cannot be had is tried again, with what the server said") {
  HttpPeer tokens({{answer_text(400, "", R"({"error":"invalid_client"})")},
                   {answer_text(200, "", "[]")},
                   {answer_text(200, "", R"({"access_token":"a\r\nb"})")}});
  HttpPeer peer;
  Bench bench(url_of(peer) + "auth: { type: oauth2, token_url: " + tokens.url("/") +
              ", client_id: gw, client_secret: s }");
  const Delivery delivery = bench.deliver({"1"});
  CHECK(delivery.outcome == Outcome::retry);
  CHECK(delivery.reason == "token");
  CHECK(says(delivery.text, "invalid_client"));
  CHECK(bench.deliver({"1"}).reason == "token");
  CHECK(bench.deliver({"1"}).reason == "token");
  CHECK(peer.requests().empty());
}

TEST_CASE("a compressed body says so, and is smaller") {
  HttpPeer peer;
  Bench bench(url_of(peer) + "compression: gzip", {Encoding::Type::ndjson});
  bench.deliver({std::string(10000, '1'), std::string(10000, '2')});
  const auto request = peer.requests()[0];
  CHECK(request.field("Content-Encoding") == "gzip");
  CHECK(request.body.size() < 1000);
  CHECK(request.body.substr(0, 2) == "\x1f\x8b");
}

TEST_CASE("options that cannot be are refused with what to do") {
  CHECK(says(printed("url: ftp://a/"), "http:// or https://"));
  CHECK(says(printed("url: \"http://{{ device }}/x\""), "behind the host"));
  CHECK(says(printed("url: \"http://a/{{ device }}\""), "batch: { max_messages: 1 }"));
  CHECK(printed("url: \"http://a/{{ device }}\"\nbatch: { max_messages: 1 }").empty());
  CHECK(printed("url: \"http://a/{{ device }}\"\nencoding: { type: json }").empty());
  CHECK(says(printed("url: http://a/\nheaders: { X: \"{{ device }}\" }"), "batch: { max_messages: 1 }"));
  CHECK(says(printed("url: http://a/\nheaders: { X: \"a\\r\\nb\" }"), "line ends"));
  CHECK(says(printed("url: http://a/\nheaders: { \"X Y\": a }"), "cannot be the name"));
  CHECK(says(printed("url: http://a/\nheaders: { content-length: \"3\" }"), "set by the gateway"));
  CHECK(says(printed("url: http://a/\ntls: { verify_certificate: false }"), "https://"));
  CHECK(says(printed("url: http://a/\nproxy: https://b/"), "http://host:port"));
  CHECK(says(printed("url: http://a/\nauth: { type: basic, username: a }"), "needs 'password'"));
  CHECK(says(printed("url: http://a/\nauth: { type: bearer, token: a, username: b }"), "belongs to"));
  CHECK(says(printed("url: http://a/\nauth: { username: b }"), "needs a 'type'"));
  CHECK(says(printed("url: http://a:b@c/\nauth: { type: bearer, token: a }"), "say it once"));
  CHECK(says(printed("url: http://a:b@c/"), "warning"));
  CHECK(says(printed("method: GET\nurl: http://a/"), "POST"));
  CHECK(says(printed("{}"), "url"));
}

TEST_CASE("only where one message may be to blame are the others worth another try") {
  for (const unsigned status : {301U, 400U, 404U, 405U, 409U, 413U, 415U, 422U}) {
    HttpPeer peer({{answer_text(status)}});
    Bench bench(url_of(peer));
    const bool divisible = status == 400 || status == 409 || status == 413 || status == 422;
    CAPTURE(status);
    CHECK(bench.deliver({"1", "2"}).divisible == divisible);
  }
}

TEST_CASE("a service that says it is too much is asked for less") {
  for (const unsigned status : {429U, 500U, 503U, 504U}) {
    HttpPeer peer({{answer_text(status)}});
    Bench bench(url_of(peer));
    CAPTURE(status);
    CHECK(bench.deliver({"1"}).overloaded == (status == 429 || status == 503));
  }
}

TEST_CASE("the bytes on the wire are counted, those of failures too") {
  HttpPeer peer({{answer_text(200)}, {answer_text(500)}});
  Bench bench(url_of(peer));
  std::vector<std::uint64_t> sent;
  for (int i = 0; i < 3; ++i) sent.push_back(bench.deliver({std::string(5000, 'x')}).sent);
  const auto requests = peer.requests();
  REQUIRE(requests.size() == 3);
  for (std::size_t i = 0; i < 3; ++i) CHECK(sent[i] == requests[i].head.size() + requests[i].body.size());
}

TEST_CASE("nothing is sent where nobody listens") {
  Bench bench("url: http://127.0.0.1:" + std::to_string(test::free_port()) + "/");
  const Delivery delivery = bench.deliver({"1"});
  CHECK(delivery.outcome == Outcome::retry);
  CHECK(delivery.sent == 0);
}

TEST_CASE("a request is known again by the ids of its messages") {
  HttpPeer peer({{answer_text(200)}, {answer_text(503)}});
  Bench bench(url_of(peer));
  for (int i = 0; i < 3; ++i) {
    bench.content.text() += "1";
    bench.content.commit(',', "", 40 + static_cast<Receipt>(i), {});
  }
  const auto deliver = [&bench](std::size_t first, std::size_t last) {
    return test::run_on(bench.reactor, bench.sink->deliver(bench.content, first, last, 0));
  };
  deliver(0, 3);  // of a run that has no number
  bench.content.set_epoch(3);
  deliver(0, 3);
  deliver(0, 3);
  deliver(1, 2);
  const auto requests = peer.requests();
  REQUIRE(requests.size() == 4);
  CHECK(requests[0].field("Idempotency-Key").empty());
  CHECK(requests[1].field("Idempotency-Key") == "plant-7:3:40-42");
  CHECK(requests[2].field("Idempotency-Key") == "plant-7:3:40-42");
  CHECK(requests[3].field("Idempotency-Key") == "plant-7:3:41");
}

TEST_CASE("an Idempotency-Key of the operator's own stays") {
  HttpPeer peer;
  Bench bench(url_of(peer) + "headers: { idempotency-key: mine }");
  bench.content.text() += "1";
  bench.content.commit(',', "", 40, {});
  bench.content.set_epoch(3);
  test::run_on(bench.reactor, bench.sink->deliver(bench.content, 0, 1, 0));
  CHECK(says(peer.requests().at(0).head, "idempotency-key: mine\r\n"));
  CHECK_FALSE(says(peer.requests().at(0).head, "plant-7"));
}

TEST_CASE("a body may be a zstd frame") {
  HttpPeer peer;
  Bench bench(url_of(peer) + "compression: zstd");
  CHECK(bench.deliver({"\"" + std::string(1000, 'x') + "\""}).outcome == Outcome::confirmed);
  const auto request = peer.requests().at(0);
  CHECK(request.field("Content-Encoding") == "zstd");
  CHECK(request.body.starts_with("\x28\xb5\x2f\xfd"));
  CHECK(request.body.size() < 100);
}

TEST_CASE("a secret that was refused is read again from its file") {
  const test::TempDir folder;
  const auto file = folder.write("token", "old\n");
  const std::string from_file = "\"${file:" + file.string() + "}\"";
  const std::pair<std::string, std::string> ways[] = {
      {"auth: { type: bearer, token: " + from_file + " }", "Authorization: Bearer "},
      {"auth: { type: basic, username: gw, password: " + from_file + " }", "Authorization: Basic Z3c6"},
      {"headers: { X-Key: " + from_file + " }", "X-Key: "},
  };
  for (const unsigned status : {401U, 403U}) {
    for (const auto& [yaml, line] : ways) {
      folder.write("token", "old\n");
      HttpPeer peer({{answer_text(status)}, {answer_text(status)}});
      Bench bench(url_of(peer) + yaml);
      CHECK(bench.deliver({"1"}).outcome == Outcome::retry);
      CHECK(bench.deliver({"1"}).outcome == Outcome::retry);
      folder.write("token", "new\n");
      CHECK(bench.deliver({"1"}).outcome == Outcome::confirmed);
      const auto requests = peer.requests();
      REQUIRE(requests.size() == 3);
      const bool basic = says(line, "Basic");
      CHECK(says(requests[1].head, line + (basic ? "b2xk" : "old") + "\r\n"));
      CHECK(says(requests[2].head, line + (basic ? "bmV3" : "new") + "\r\n"));
    }
  }
}

TEST_CASE("a secret's file that is gone, or holds what no header can, changes nothing") {
  const test::TempDir folder;
  const auto file = folder.write("token", "old");
  HttpPeer peer({{answer_text(401)}, {answer_text(401)}});
  Bench bench(url_of(peer) + "headers: { X-Key: \"${file:" + file.string() + "}\" }");
  bench.deliver({"1"});
  std::filesystem::remove(file);
  bench.deliver({"1"});
  folder.write("token", "two\nlines");
  bench.deliver({"1"});
  for (const auto& request : peer.requests()) CHECK(request.field("X-Key") == "old");
}
