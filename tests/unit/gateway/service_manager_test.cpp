// The notify protocol.
#include "gateway/service_manager.hpp"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <string>

#include "support/catch.hpp"
#include "support/temp_dir.hpp"

namespace fieldgate::gateway {
namespace {

TEST_CASE("a message reaches the socket of the service manager") {
  const test::TempDir directory;
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::string path = directory / "notify";
  path.copy(address.sun_path, sizeof address.sun_path - 1);
  const int listener = ::socket(AF_UNIX, SOCK_DGRAM, 0);
  REQUIRE(::bind(listener, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
  ::setenv("NOTIFY_SOCKET", path.c_str(), 1);
  notify_service_manager("READY=1");
  ::unsetenv("NOTIFY_SOCKET");
  std::array<char, 64> buffer{};
  const ssize_t size = ::recv(listener, buffer.data(), buffer.size(), MSG_DONTWAIT);
  ::close(listener);
  REQUIRE(size > 0);
  CHECK(std::string(buffer.data(), static_cast<std::size_t>(size)) == "READY=1");
}

TEST_CASE("nobody listens: nothing happens") {
  ::setenv("NOTIFY_SOCKET", "/nowhere/at/all", 1);
  notify_service_manager("READY=1");
  ::unsetenv("NOTIFY_SOCKET");
  notify_service_manager("READY=1");
}

TEST_CASE("the watchdog's interval is for this process only") {
  ::setenv("WATCHDOG_USEC", "30000000", 1);
  CHECK(watchdog_interval() == std::chrono::seconds(30));
  ::setenv("WATCHDOG_PID", "1", 1);
  CHECK_FALSE(watchdog_interval());
  ::setenv("WATCHDOG_PID", std::to_string(::getpid()).c_str(), 1);
  CHECK(watchdog_interval() == std::chrono::seconds(30));
  ::unsetenv("WATCHDOG_PID");
  ::setenv("WATCHDOG_USEC", "soon", 1);
  CHECK_FALSE(watchdog_interval());
  ::unsetenv("WATCHDOG_USEC");
  CHECK_FALSE(watchdog_interval());
}

}  // namespace
}  // namespace fieldgate::gateway
