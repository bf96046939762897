// Source networks.
#include "adapter/limits.hpp"

#include "support/catch.hpp"

namespace fieldgate::adapter {
namespace {

boost::asio::ip::address ip(const char* text) { return boost::asio::ip::make_address(text); }

TEST_CASE("a network is an address and a prefix") {
  const auto network = Network::parse("10.20.0.0/12");
  REQUIRE(network);
  CHECK(network->contains(ip("10.31.255.255")));
  CHECK_FALSE(network->contains(ip("10.32.0.0")));
  CHECK_FALSE(network->contains(ip("::ffff:10.20.0.1")));
}

TEST_CASE("a network of IPv6 may end inside a byte") {
  const auto network = Network::parse("fd00:8000::/17");
  REQUIRE(network);
  CHECK(network->contains(ip("fd00:ffff::1")));
  CHECK_FALSE(network->contains(ip("fd00:7fff::1")));
}

TEST_CASE("one address is a network of its own, and /0 is everything") {
  CHECK(Network::parse("192.168.1.7")->contains(ip("192.168.1.7")));
  CHECK_FALSE(Network::parse("192.168.1.7")->contains(ip("192.168.1.8")));
  CHECK(Network::parse("0.0.0.0/0")->contains(ip("203.0.113.9")));
}

TEST_CASE("what is no network is refused") {
  for (const char* text :
       {"", "10.0.0.0/33", "10.0.0/8", "10.0.0.0/", "10.0.0.0/x", "10.0.0.0/8 ", "host/8", "::/129"}) {
    INFO(text);
    CHECK_FALSE(Network::parse(text));
  }
}

TEST_CASE("no networks allow everybody") {
  CHECK(allowed({}, ip("203.0.113.9")));
  CHECK_FALSE(allowed({*Network::parse("10.0.0.0/8")}, ip("203.0.113.9")));
}

}  // namespace
}  // namespace fieldgate::adapter
