#include "mqtt/options.hpp"

#include "support/catch.hpp"
#include "unit/config/reading.hpp"

using namespace fieldgate;
using mqtt::Options;
using mqtt::Server;

namespace {

Options read(const std::string& yaml, std::string& printed) {
  Options options;
  config::Reading reading(yaml, [&](config::Section& section) { options = Options::read(section); });
  printed = reading.printed;
  return options;
}

std::string problems(const std::string& yaml) {
  std::string printed;
  read(yaml, printed);
  return printed;
}

}  // namespace

TEST_CASE("a server is a scheme, a host and a port") {
  CHECK(*Server::parse("mqtt://broker") == Server{false, "broker", 1883});
  CHECK(*Server::parse("mqtts://broker") == Server{true, "broker", 8883});
  CHECK(*Server::parse("mqtt://10.0.0.1:2883/") == Server{false, "10.0.0.1", 2883});
  CHECK(*Server::parse("mqtts://[fe80::1]:99") == Server{true, "fe80::1", 99});
  CHECK(Server::parse("mqtts://[fe80::1]:99")->text() == "mqtts://[fe80::1]:99");
}

TEST_CASE("what is no server is told with what to write") {
  for (const char* url :
       {"", "broker:1883", "tcp://broker", "http://broker", "mqtt://", "mqtt://:1883", "mqtt://a:0", "mqtt://a:65536",
        "mqtt://a:b", "mqtt://a:", "mqtt://user@a", "mqtt://a/path", "mqtt://[::1", "mqtt://[::1]x"}) {
    INFO(url);
    const auto server = Server::parse(url);
    REQUIRE(!server);
    CHECK(server.error().text.find("mqtt://host:1883") != std::string::npos);
  }
}

TEST_CASE("the options have their defaults") {
  std::string printed;
  const Options options = read("servers: [ \"mqtt://a\", \"mqtt://b:1884\" ]\n", printed);
  CHECK(printed.empty());
  REQUIRE(options.servers.size() == 2);
  CHECK(options.servers[1].port == 1884);
  CHECK(options.version == mqtt::Version::automatic);
  CHECK(options.keepalive == std::chrono::seconds(60));
  CHECK(options.connect_timeout == std::chrono::seconds(10));
  CHECK(options.reconnect_initial == std::chrono::seconds(1));
  CHECK(options.reconnect_max == std::chrono::minutes(2));
}

TEST_CASE("TLS options want a server with TLS") {
  CHECK(problems("servers: [ \"mqtt://a\" ]\ntls: { verify_hostname: false }\n").find("write mqtts://") !=
        std::string::npos);
  CHECK(
      problems("servers: [ \"mqtts://a\" ]\ntls: { server_name: b }\n").find("server_name is not supported by mqtt") !=
      std::string::npos);
}

TEST_CASE("options that cannot go together are errors") {
  CHECK(problems("{}\n").find("servers") != std::string::npos);
  CHECK(problems("servers: [ \"mqtt://a\" ]\nreconnect: { initial: 5s, max: 1s }\n").find("less than initial") !=
        std::string::npos);
  CHECK(problems("servers: [ \"mqtt://a\" ]\npassword: \"${P:-x}\"\n").find("needs a username") != std::string::npos);
  CHECK(problems("servers: [ \"mqtt://a\" ]\nversion: 4\n").find("3.1.1") != std::string::npos);
}

TEST_CASE("the default client_id tells gateways, components and instances apart") {
  CHECK(mqtt::default_client_id("plant-7", "", "cloud") == "fieldgate-plant-7-cloud");
  CHECK(mqtt::default_client_id("plant-7", "2", "cloud") == "fieldgate-plant-7-cloud-2");
}
