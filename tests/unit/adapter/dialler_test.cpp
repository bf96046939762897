// The options of dialling.
#include "adapter/dialler.hpp"

#include "support/catch.hpp"
#include "unit/config/reading.hpp"

namespace fieldgate::adapter {
namespace {

using namespace std::chrono_literals;

struct Read {
  explicit Read(const std::string& yaml) {
    config::Reading reading(yaml, [this](config::Section& s) { options = DialOptions::read(s); });
    problem = reading.only();
  }
  DialOptions options;
  std::string problem;
};

TEST_CASE("one address is dialled without a name, a map's by their names") {
  const Read one("connect: 10.0.0.5:502\n");
  CHECK(one.problem == "");
  REQUIRE(one.options.targets.size() == 1);
  CHECK(one.options.targets[0].name == "");
  CHECK(one.options.targets[0].address.text() == "10.0.0.5:502");
  const Read more("connect: { press-01: 10.0.0.11:502, press-02: '[fe80::1]:502', press-03: unix:/run/p }\n");
  CHECK(more.problem == "");
  REQUIRE(more.options.targets.size() == 3);
  CHECK(more.options.targets[1].name == "press-02");
  CHECK(more.options.targets[1].address.text() == "[fe80::1]:502");
  CHECK(more.options.targets[2].host() == "");
}

TEST_CASE("patience has its defaults, and its options") {
  const Read read("connect: a:1\n");
  CHECK(read.options.initial == 1s);
  CHECK(read.options.max == 1min);
  CHECK(read.options.timeout == 10s);
  const Read other("connect: a:1\nreconnect: { initial: 100ms, max: 5s }\nconnect_timeout: 2s\n");
  CHECK(other.problem == "");
  CHECK(other.options.initial == 100ms);
  CHECK(other.options.max == 5s);
  CHECK(other.options.timeout == 2s);
}

TEST_CASE("what cannot be dialled is said") {
  CHECK(Read("connect: { a: h:1, b: h:1 }\n").problem == "h:1 is dialled already, as 'a': each address once");
  CHECK(Read("connect: systemd:x\n").problem.find("sockets that listen") != std::string::npos);
  CHECK(Read("connect: h:0\n").problem == "port 0 cannot be dialled: write the device's port");
  CHECK(Read("connect: {}\n").problem == "at least one address is needed");
  CHECK(Read("connect: [h:1]\n").problem == "expected an address: host:port, [v6]:port or unix:/path");
  CHECK(Read("connect: { a: [h:1] }\n").problem == "expected an address: host:port, [v6]:port or unix:/path");
  CHECK(Read("connect: h\n").problem.find("no port") != std::string::npos);
  CHECK(Read("connect: h:1\nreconnect: { initial: 2m }\n").problem == "must not be longer than 'max'");
}

}  // namespace
}  // namespace fieldgate::adapter
