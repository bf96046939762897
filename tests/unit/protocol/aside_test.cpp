// Bytes outside of the framing, and what looking for them costs.
#include "protocol/aside.hpp"

#include "support/catch.hpp"

namespace fieldgate::protocol {
namespace {

TEST_CASE("a pattern that grows byte by byte is tried with few bytes each time") {
  Aside aside({{}, "(?:[0-9][a-f])+"});
  std::string bytes;
  std::size_t length = 0;
  while (bytes.size() < 1000) {
    bytes += "7c";
    REQUIRE(aside.look(bytes, length) == Aside::Found::growing);
    REQUIRE(length == bytes.size());
  }
  CHECK(aside.tries() < bytes.size() + 512);
}

TEST_CASE("a pattern that cannot grow is whole at once") {
  Aside aside({{}, "ID[0-9]{3}"});
  std::size_t length = 0;
  CHECK(aside.look("ID12", length) == Aside::Found::begun);
  CHECK(aside.look("ID123", length) == Aside::Found::whole);
  CHECK(length == 5);
}

}  // namespace
}  // namespace fieldgate::protocol
