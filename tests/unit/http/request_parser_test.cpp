// Proves, line by line, which heads of requests are refused.
#include "http/request_parser.hpp"

#include "support/catch.hpp"

using fieldgate::http::find_fault;

namespace {

/// A head with these fields behind a good request line and Host.
std::string with(const std::string& fields) { return "POST /x HTTP/1.1\r\nHost: localhost\r\n" + fields + "\r\n"; }

bool refused(const std::string& head) { return !find_fault(head).empty(); }

}  // namespace

TEST_CASE("ordinary requests have no fault") {
  CHECK(find_fault("GET /metrics?a=b HTTP/1.1\r\nHost: localhost:8970\r\nAccept: */*\r\n\r\n").empty());
  CHECK(find_fault("GET / HTTP/1.0\r\n\r\n").empty());
  CHECK(find_fault(with("Content-Length: 5\r\n")).empty());
  CHECK(find_fault(with("content-length:5 \r\n")).empty());
  CHECK(find_fault(with("Transfer-Encoding: Chunked\r\n")).empty());
}

TEST_CASE("HTTP/1.1 has exactly one Host") {
  CHECK(refused("GET / HTTP/1.1\r\n\r\n"));
  CHECK(refused(with("Host: localhost\r\n")));
  CHECK(refused(with("HOST: other\r\n")));
}

TEST_CASE("a folded header is refused") {
  CHECK(refused(with("A: b\r\n c\r\n")));
  CHECK(refused(with("A: b\r\n\tc\r\n")));
  CHECK(refused("GET / HTTP/1.1\r\n Host: a\r\n\r\n"));
}

TEST_CASE("a Content-Length is one number, given once") {
  CHECK(refused(with("Content-Length: 5,5\r\n")));
  CHECK(refused(with("Content-Length: 5\r\nContent-Length: 5\r\n")));
  CHECK(refused(with("Content-Length: +5\r\n")));
  CHECK(refused(with("Content-Length: -5\r\n")));
  CHECK(refused(with("Content-Length: 0x5\r\n")));
  CHECK(refused(with("Content-Length:\r\n")));
  CHECK(refused(with("Content-Length: 99999999999999999999\r\n")));
}

TEST_CASE("a Transfer-Encoding is exactly chunked, in HTTP/1.1, without a Content-Length") {
  CHECK(refused(with("Transfer-Encoding: xchunked\r\n")));
  CHECK(refused(with("Transfer-Encoding: chunked, identity\r\n")));
  CHECK(refused(with("Transfer-Encoding: gzip, chunked\r\n")));
  CHECK(refused(with("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n")));
  CHECK(refused(with("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n")));
  CHECK(refused("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n"));
}

TEST_CASE("there are at most 64 headers") {
  std::string fields;
  for (int field = 0; field < 63; ++field) fields += "A: b\r\n";
  CHECK_FALSE(refused(with(fields)));
  CHECK(refused(with(fields + "A: b\r\n")));
}

TEST_CASE("a target is in origin form and at most 2 KiB") {
  const auto request = [](const std::string& target) {
    return "GET " + target + " HTTP/1.1\r\nHost: localhost\r\n\r\n";
  };
  CHECK_FALSE(refused(request("/" + std::string(2047, 'a'))));
  CHECK(refused(request("/" + std::string(2048, 'a'))));
  for (const char* wrong : {"http://localhost/", "*", "localhost:80", "a", "", "/a b", "/a\tb", "/a#b", "/\xc3\xbc"}) {
    CHECK(refused(request(wrong)));
  }
}

TEST_CASE("lines end with CR LF, and nowhere else") {
  CHECK(refused("GET / HTTP/1.1\nHost: a\r\n\r\n"));
  CHECK(refused("GET / HTTP/1.1\r\nHost: a\n\r\n"));
  CHECK(refused("GET / HTTP/1.1\r\nHost: a\rB: c\r\n\r\n"));
  CHECK(refused(with(std::string("A: b\0c\r\n", 8))));
}

TEST_CASE("names of headers are tokens, directly before their colon") {
  CHECK(refused(with("A : b\r\n")));
  CHECK(refused(with(": b\r\n")));
  CHECK(refused(with("A\r\n")));
  CHECK(refused(with("A(b): c\r\n")));
}

TEST_CASE("other versions and methods are refused") {
  CHECK(refused("GET / HTTP/2.0\r\nHost: a\r\n\r\n"));
  CHECK(refused("GET / http/1.1\r\nHost: a\r\n\r\n"));
  CHECK(refused("GET /\r\n\r\n"));
  CHECK(refused("G(T / HTTP/1.1\r\nHost: a\r\n\r\n"));
  CHECK(refused("\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n"));
}
