#include "config/values.hpp"
#include "support/catch.hpp"

namespace fieldgate::config {
namespace {

bool mentions(std::string_view address, std::string_view part) {
  const auto result = parse_address(address);
  return !result && result.error().text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("an address is a host and a port") {
  const auto v4 = parse_address("0.0.0.0:9000");
  REQUIRE(v4);
  CHECK(*v4 == Address{Address::Kind::tcp, "0.0.0.0", 9000});
  CHECK(v4->text() == "0.0.0.0:9000");
  CHECK(parse_address("broker.example.com:1883")->host == "broker.example.com");
  CHECK(parse_address("localhost:0")->port == 0);
  CHECK(parse_address("a_b-c:65535")->port == 65535);
}

TEST_CASE("an IPv6 address stands in brackets") {
  const auto v6 = parse_address("[::1]:9000");
  REQUIRE(v6);
  CHECK(v6->host == "::1");
  CHECK(v6->text() == "[::1]:9000");
  CHECK(parse_address("[fe80::1%eth0]:1")->host == "fe80::1%eth0");
  CHECK(mentions("::1:9000", "brackets"));
  CHECK(mentions("fe80::1", "brackets"));
  CHECK(mentions("[::1]", "write [v6]:port"));
  CHECK(mentions("[::g]:1", "no IPv6 address"));
}

TEST_CASE("an address may be a Unix socket, or one that systemd passes") {
  CHECK(*parse_address("unix:/run/gw.sock") == Address{Address::Kind::unix_socket, "/run/gw.sock", 0});
  CHECK(parse_address("unix:/run/gw.sock")->text() == "unix:/run/gw.sock");
  CHECK(*parse_address("systemd:meters") == Address{Address::Kind::systemd, "meters", 0});
  CHECK(parse_address("systemd:meters")->text() == "systemd:meters");
  CHECK(mentions("unix:", "needs a path"));
  CHECK(mentions("systemd:", "needs a name"));
  CHECK(mentions("unix:/" + std::string(200, 'x'), "shorter than"));
}

TEST_CASE("what is no address is told what to write") {
  CHECK(mentions("9000", "has no port"));
  CHECK(mentions("", "has no port"));
  CHECK(mentions(":9000", "write 0.0.0.0:9000"));
  CHECK(mentions("*:9000", "write 0.0.0.0:9000"));
  CHECK(mentions("host:", "is no port"));
  CHECK(mentions("host:http", "is no port"));
  CHECK(mentions("host:65536", "from 0 to 65535"));
  CHECK(mentions("host:-1", "from 0 to 65535"));
  CHECK(mentions("host:080", "is no port"));
  CHECK(mentions("300.1.1.1:80", "is no host"));
  CHECK(mentions("1.2.3:80", "is no host"));
  CHECK(mentions("a b:80", "is no host"));
  CHECK(mentions("http://a:80", "is no host"));
}

}  // namespace fieldgate::config
