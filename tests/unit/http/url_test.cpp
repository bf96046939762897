// Proves what is a URL, and what is refused.
#include "http/url.hpp"

#include "support/catch.hpp"

using namespace fieldgate;
using http::parse_url;

TEST_CASE("a URL has a scheme, a host, a port of its scheme and a path") {
  const auto url = parse_url("https://ingest.example.com/v1/batch?x=1");
  REQUIRE(url);
  CHECK(url->tls);
  CHECK(url->host == "ingest.example.com");
  CHECK(url->port == 443);
  CHECK(url->target == "/v1/batch?x=1");
  CHECK(url->authority() == "ingest.example.com");
  CHECK(url->origin() == "https://ingest.example.com");
  CHECK(parse_url("HTTP://a")->port == 80);
  CHECK(parse_url("http://a")->target == "/");
  CHECK(parse_url("http://a?x")->target == "/?x");
  CHECK(parse_url("http://a:8080/")->authority() == "a:8080");
}

TEST_CASE("an IPv6 address stands in brackets") {
  const auto url = parse_url("http://[::1]:8088/x");
  REQUIRE(url);
  CHECK(url->host == "::1");
  CHECK(url->port == 8088);
  CHECK(url->authority() == "[::1]:8088");
  CHECK(parse_url("https://[fe80::1]/")->authority() == "[fe80::1]");
  CHECK_FALSE(parse_url("http://::1/"));
  CHECK_FALSE(parse_url("http://[::1/"));
  CHECK_FALSE(parse_url("http://[::1]8080/"));
  CHECK_FALSE(parse_url("http://[localhost]/"));
}

TEST_CASE("the user part is decoded, and kept out of everything shown") {
  const auto url = parse_url("http://gw:p%40ss%3A@host:81/x");
  REQUIRE(url);
  CHECK(url->user_info.reveal() == "gw:p@ss:");
  CHECK(url->origin() == "http://host:81");
  CHECK(url->authority() == "host:81");
  for (const char* wrong : {"http://gw:secret%0d%0a@host/", "http://gw:secret%zz@host/", "http://gw:secret@:1/"}) {
    const auto refused = parse_url(wrong);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().text.find("secret") == std::string::npos);
  }
}

TEST_CASE("line ends and other bytes that could begin another request are refused") {
  for (const char* wrong : {"http://a/x\r\nX: y", "http://a/ x", "http://a\n/", "http://a/\x7f", "http://a/\xc3\xbc",
                            "http://a/\\x", "http://a/\"", "http://a/<", " http://a/"}) {
    CHECK_FALSE(parse_url(wrong));
  }
  CHECK_FALSE(parse_url(std::string_view("http://a/\0x", 11)));
}

TEST_CASE("what is no URL of a service is refused with words") {
  CHECK(parse_url("ftp://a/").error().text.find("http:// or https://") != std::string::npos);
  CHECK(parse_url("localhost:8080").error().text.find("http:// or https://") != std::string::npos);
  CHECK_FALSE(parse_url(""));
  CHECK_FALSE(parse_url("http://"));
  CHECK_FALSE(parse_url("http:///x"));
  CHECK(parse_url("http://a/#top").error().text.find("fragment") != std::string::npos);
  CHECK(parse_url("http://a:0/").error().text.find("1 to 65535") != std::string::npos);
  CHECK_FALSE(parse_url("http://a:65536/"));
  CHECK_FALSE(parse_url("http://a:/"));
  CHECK_FALSE(parse_url("http://a:80x/"));
  CHECK_FALSE(parse_url("http://a$b/"));
}
