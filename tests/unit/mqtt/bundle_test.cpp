#include "mqtt/bundle.hpp"

#include "support/catch.hpp"

using namespace fieldgate::mqtt;

TEST_CASE("a bundle knows what its packets weigh, correlation data included") {
  Bundle bundle;
  bundle.clear(1, false);
  bundle.add("t/1", "payload");
  constexpr std::uint64_t plain = 1 + 1 + (2 + 3) + 2 + 1 + 7;
  CHECK(bundle.packet_bytes() == plain);
  bundle.clear(1, false);
  bundle.add("t/1", "payload", "12345");
  CHECK(bundle.packet_bytes() == plain + 1 + 2 + 5);
  bundle.clear(1, false);
  bundle.add("t/1", "payload", std::string(200, 'c'));
  CHECK(bundle.packet_bytes() == plain + 1 + 2 + 200 + 1 + 1);
}
