// Reading through the shared scratch.
#include "transport/stream.hpp"

#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <optional>

#include "support/catch.hpp"

namespace fieldgate::transport {
namespace {

struct Pair {
  Pair() {
    int fds[2];
    REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM, 0, fds) == 0);
    StreamSocket socket(reactor.io());
    socket.assign(asio::generic::stream_protocol(AF_UNIX, 0), fds[0]);
    stream.emplace(reactor, std::move(socket), 65536);
    device = fds[1];
  }
  ~Pair() { hang_up(); }
  void send(Bytes bytes) const {
    REQUIRE(::write(device, bytes.data(), bytes.size()) == static_cast<ssize_t>(bytes.size()));
  }
  void hang_up() {
    if (device >= 0) ::close(device);
    device = -1;
  }

  reactor::Reactor reactor;
  std::optional<Stream> stream;
  int device = -1;
};

TEST_CASE("what is kept comes again, in front of what follows") {
  Pair pair;
  pair.send("abcdef");
  auto read = pair.stream->read();
  CHECK(read.bytes == "abcdef");
  pair.stream->keep(read.bytes, 4);
  CHECK(pair.stream->kept() == "ef");
  pair.send("gh");
  read = pair.stream->read();
  CHECK(read.bytes == "efgh");
  pair.stream->keep(read.bytes, 4);
  CHECK(pair.stream->kept().empty());
}

TEST_CASE("a scratch that others have written to does not change what was kept") {
  Pair pair;
  pair.send("abc");
  const auto read = pair.stream->read();
  pair.stream->keep(read.bytes, 1);
  std::fill(pair.reactor.scratch().begin(), pair.reactor.scratch().end(), 'X');
  CHECK(pair.stream->kept() == "bc");
}

TEST_CASE("a rest of any size is kept whole") {
  Pair pair;
  std::string expected;
  for (int i = 0; i < 40; ++i) {
    const std::string piece(10000, static_cast<char>('a' + i % 26));
    pair.send(piece);
    expected += piece;
    const auto read = pair.stream->read();
    REQUIRE(read.bytes == expected);
    pair.stream->keep(read.bytes, 0);
  }
  const std::string kept(pair.stream->kept());
  pair.stream->keep(pair.stream->kept(), 399990);
  CHECK(pair.stream->kept() == kept.substr(399990));
}

TEST_CASE("nothing to read is no end, a hang-up is") {
  Pair pair;
  auto read = pair.stream->read();
  CHECK(read.bytes.empty());
  CHECK_FALSE(read.ended);
  pair.send("x");
  pair.hang_up();
  CHECK(pair.stream->read().bytes == "x");
  CHECK(pair.stream->read().ended);
}

Awaitable<> wait_and_note(Stream& stream, bool& woken) {
  error_code ignored;
  co_await stream.readable(ignored);
  woken = true;
}

TEST_CASE("closing wakes who waits to read") {
  Pair pair;
  bool woken = false;
  pair.reactor.spawn(wait_and_note(*pair.stream, woken));
  pair.reactor.io().poll();
  CHECK_FALSE(woken);
  pair.stream->close();
  pair.reactor.io().poll();
  CHECK(woken);
  CHECK(pair.stream->read().ended);
}

}  // namespace
}  // namespace fieldgate::transport
