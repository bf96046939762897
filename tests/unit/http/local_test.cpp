// Proves the local client against the server, and against peers that misbehave.
#include "http/local.hpp"

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstring>
#include <thread>

#include "http/server.hpp"
#include "support/catch.hpp"
#include "support/temp_dir.hpp"

using namespace fieldgate;
using namespace fieldgate::http;
using namespace std::chrono_literals;

namespace {

/// A server on a Unix socket, on a thread of its own.
struct Bench {
  explicit Bench(const std::filesystem::path& path) : server(reactor, {config::Address::Kind::unix_socket, path, 0}) {}
  void run() {
    REQUIRE(server.start());
    thread = std::thread([this] { reactor.run(); });
  }
  ~Bench() {
    asio::post(reactor.io(), [this] {
      server.stop();
      reactor.stop();
    });
    if (thread.joinable()) thread.join();
  }
  reactor::Reactor reactor;
  Server server;
  std::thread thread;
};

/// Listens, and accepts nobody.
struct Silent {
  explicit Silent(const std::filesystem::path& path) : socket(::socket(AF_UNIX, SOCK_STREAM, 0)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strncpy(address.sun_path, path.c_str(), sizeof(address.sun_path) - 1);
    REQUIRE(::bind(socket, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0);
    REQUIRE(::listen(socket, 4) == 0);
  }
  ~Silent() { ::close(socket); }
  int socket;
};

}  // namespace

TEST_CASE("a request over a Unix socket is answered, however long the answer is") {
  const test::TempDir dir;
  Bench bench(dir / "s");
  const std::string large(3 * 1024 * 1024, 'x');
  bench.server.route("GET", "/large", [&](const ServerRequest&) { return ServerResponse{200, "text/plain", large}; });
  bench.server.route("POST", "/target", [](const ServerRequest& request) {
    return ServerResponse{202, "text/plain", request.target};
  });
  bench.run();
  const auto answer = ask_local(dir / "s", "GET", "/large");
  REQUIRE(answer);
  CHECK(answer->status == 200);
  CHECK(answer->body == large);
  const auto posted = ask_local(dir / "s", "POST", "/target?a=b");
  REQUIRE(posted);
  CHECK(posted->status == 202);
  CHECK(posted->body == "/target?a=b");
  CHECK(ask_local(dir / "s", "GET", "/nowhere")->status == 404);
}

TEST_CASE("an answer above the limit is an error") {
  const test::TempDir dir;
  Bench bench(dir / "s");
  bench.server.route("GET", "/large", [&](const ServerRequest&) {
    return ServerResponse{200, "text/plain", std::string(100'000, 'x')};
  });
  bench.run();
  const auto answer = ask_local(dir / "s", "GET", "/large", {15s, 50'000});
  REQUIRE_FALSE(answer);
  CHECK(answer.error().reason == "io");
}

TEST_CASE("where nobody listens, nobody is there") {
  const test::TempDir dir;
  CHECK(ask_local(dir / "s", "GET", "/").error().reason == "absent");
  { const Silent left_behind(dir / "s"); }
  CHECK(ask_local(dir / "s", "GET", "/").error().reason == "absent");
  CHECK(ask_local(dir / std::string(200, 's'), "GET", "/").error().reason == "io");
}

TEST_CASE("a peer that is silent is given up") {
  const test::TempDir dir;
  const Silent peer(dir / "s");
  CHECK(ask_local(dir / "s", "GET", "/", {50ms, 1000}).error().reason == "timeout");
}

TEST_CASE("a Unix socket is its owner's alone") {
  const test::TempDir dir;
  const mode_t before = ::umask(0);
  Bench bench(dir / "s");
  bench.run();
  ::umask(before);
  struct stat found {};
  REQUIRE(::stat((dir / "s").c_str(), &found) == 0);
  CHECK((found.st_mode & 0777) == 0600);
}

TEST_CASE("a socket's path that is too long is an error that says so") {
  const test::TempDir dir;
  Bench bench(dir / std::string(200, 's'));
  const auto started = bench.server.start();
  REQUIRE_FALSE(started);
  CHECK(started.error().text.find("107 bytes") != std::string::npos);
}
