#include "mqtt/reason.hpp"

#include <set>

#include "support/catch.hpp"

using namespace fieldgate::mqtt;

TEST_CASE("every refusal of CONNECT has a text of its own, with its code and what to do") {
  std::set<std::string> texts;
  for (const int code : {1, 2, 3, 4, 5, 0x80, 0x84, 0x85, 0x86, 0x87, 0x88, 0x89, 0x8a, 0x95, 0x97, 0x9c, 0x9d, 0x9f})
    texts.insert(connect_refusal(code));
  CHECK(texts.size() == 18);
  CHECK(connect_refusal(0x86) ==
        "the broker refused us: bad user name or password (code 0x86); check username and password");
  CHECK(connect_refusal(0x42).find("unknown reason (code 0x42)") != std::string::npos);
}

TEST_CASE("a session taken over is told as what it is") {
  CHECK(disconnect_reason(0x8e).find("another client uses this client_id") != std::string::npos);
  CHECK(disconnect_reason(0x8b) == "the broker ended the connection: server shutting down (code 0x8b)");
}

TEST_CASE("only two codes refuse the version") {
  CHECK(is_version_refusal(1));
  CHECK(is_version_refusal(0x84));
  CHECK(!is_version_refusal(0x86));
}
