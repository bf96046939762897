// Reading through the shared scratch, and writing without waiting.
#include "transport/stream.hpp"

#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <optional>
#include <string>

#include "support/catch.hpp"
#include "support/reactor.hpp"

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
  /// What has come at the device's end.
  std::string received(std::size_t most = 1 << 20) const {
    std::string bytes(most, '\0');
    const ssize_t size = ::recv(device, bytes.data(), bytes.size(), MSG_DONTWAIT);
    bytes.resize(size > 0 ? static_cast<std::size_t>(size) : 0);
    return bytes;
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

TEST_CASE("what can go at once goes, and keeps nothing") {
  Pair pair;
  CHECK(pair.stream->write("hello ") == "");
  CHECK(pair.stream->write("device") == "");
  CHECK(pair.stream->unsent() == 0);
  CHECK(pair.received() == "hello device");
}

/// Writes numbered lines until some of it must wait.
std::string fill(Stream& stream) {
  std::string written;
  for (int i = 0; stream.unsent() == 0; ++i) {
    std::string line = std::to_string(i) + std::string(1000, 'x') + "\n";
    REQUIRE(stream.write(line) == "");
    written += line;
  }
  return written;
}

TEST_CASE("what cannot go at once waits, and all of it comes in order") {
  Pair pair;
  std::string written = fill(*pair.stream);
  CHECK(pair.stream->write("last") == "");
  written += "last";
  std::string come;
  while (pair.stream->unsent() > 0) {
    const std::string piece = pair.received(777);
    REQUIRE_FALSE(piece.empty());
    come += piece;
    REQUIRE(pair.stream->flush() == "");
  }
  for (std::string piece = pair.received(); !piece.empty(); piece = pair.received()) come += piece;
  CHECK(come == written);
}

TEST_CASE("more than may wait is told") {
  Pair pair;
  fill(*pair.stream);
  std::string_view why;
  for (int i = 0; i < 100 && why.empty(); ++i) why = pair.stream->write(std::string(1000, 'x'));
  CHECK(why == "write_queue");
  CHECK(pair.stream->flush() == "write_queue");
}

TEST_CASE("a device that is gone is told, also with bytes that wait") {
  Pair pair;
  fill(*pair.stream);
  pair.hang_up();
  CHECK(pair.stream->flush() == "reset");
  CHECK(pair.stream->unsent() == 0);
  CHECK(pair.stream->write("x") == "reset");
}

Awaitable<> send_rest(Stream& stream) {
  error_code ignored;
  while (stream.unsent() > 0) {
    co_await stream.writable(ignored);
    stream.flush();
  }
}

TEST_CASE("who waits for room is woken when the device reads") {
  Pair pair;
  const std::string written = fill(*pair.stream);
  pair.reactor.spawn(send_rest(*pair.stream));
  pair.reactor.io().poll();
  CHECK(pair.stream->unsent() > 0);
  std::string come;
  REQUIRE(test::run_until(pair.reactor, [&] {
    come += pair.received();
    return come.size() == written.size();
  }));
  CHECK(come == written);
  CHECK(pair.stream->unsent() == 0);
}

}  // namespace
}  // namespace fieldgate::transport
