// Proves the console sink's lines, and that a pipe that nobody reads holds nobody up.
#include "sink/console.hpp"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "support/catch.hpp"
#include "support/http_captured.hpp"
#include "support/http_sink.hpp"
#include "support/temp_dir.hpp"

using namespace fieldgate;
using namespace std::chrono_literals;
using sink::Console;
using sink::Delivery;
using sink::Encoding;
using Bench = test::SinkBench<Console>;
using Outcome = Delivery::Outcome;

TEST_CASE("each record is a line on standard output") {
  test::Captured captured(STDOUT_FILENO);
  {
    Bench bench("{}");
    CHECK(bench.deliver({"{\"a\":1}", "{\"b\":2}"}).outcome == Outcome::confirmed);
    CHECK(bench.deliver({"x", "{\"c\":3}"}, 1).outcome == Outcome::confirmed);
  }
  CHECK(captured.text() == "{\"a\":1}\n{\"b\":2}\n{\"c\":3}\n");
}

TEST_CASE("standard error is a target too, and an array is one line") {
  test::Captured captured(STDERR_FILENO);
  {
    Bench bench("target: stderr", {Encoding::Type::json_array});
    CHECK(bench.deliver({"1", "2"}).outcome == Outcome::confirmed);
  }
  CHECK(captured.text() == "[1,2]\n");
}

TEST_CASE("a regular file and a device that cannot be waited for take lines as well") {
  test::TempDir directory;
  const std::string path = directory / "out";
  const int before = ::dup(STDOUT_FILENO);
  for (const std::string& target : {path, std::string("/dev/null")}) {
    const int file = ::open(target.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    ::dup2(file, STDOUT_FILENO);
    Bench bench("{}");
    const Delivery delivery = bench.deliver({"a", "b"});
    ::dup2(before, STDOUT_FILENO);
    ::close(file);
    CHECK(delivery.outcome == Outcome::confirmed);
  }
  ::close(before);
  std::ifstream file(path);
  CHECK(std::string(std::istreambuf_iterator<char>(file), {}) == "a\nb\n");
}

TEST_CASE("a full device is tried again") {
  const int before = ::dup(STDOUT_FILENO);
  const int full = ::open("/dev/full", O_WRONLY | O_CLOEXEC);
  ::dup2(full, STDOUT_FILENO);
  Bench bench("{}");
  const Delivery delivery = bench.deliver({"a"});
  ::dup2(before, STDOUT_FILENO);
  ::close(full);
  ::close(before);
  CHECK(delivery.outcome == Outcome::retry);
  CHECK(delivery.reason == "write");
  CHECK_FALSE(bench.sink->up());
}

TEST_CASE("a pipe that nobody reads times out, and no line is cut or lost when somebody reads again") {
  test::Captured captured(STDOUT_FILENO);
  sink::RequestOptions quick;
  quick.timeout = 20ms;
  std::vector<std::string> records;
  std::string expected;
  for (int record = 0; record < 300; ++record) {
    records.push_back(std::to_string(record) + std::string(1000, 'x'));
    expected += records.back() + "\n";
  }
  Bench bench("{}", {Encoding::Type::json}, quick);
  const Delivery first = bench.deliver(records);
  REQUIRE(first.outcome == Outcome::retry);
  CHECK(first.reason == "timeout");
  REQUIRE(first.delivered > 0);
  REQUIRE(first.delivered < records.size());
  CHECK(bench.deliver(records, first.delivered).outcome == Outcome::retry);
  // The flags of the pipe that others share are as they were.
  CHECK((::fcntl(STDOUT_FILENO, F_GETFL) & O_NONBLOCK) == 0);

  std::string read;
  std::size_t done = first.delivered;
  while (done < records.size()) {
    read += captured.read(40000);
    const Delivery more = bench.deliver(records, done);
    done = more.outcome == Outcome::confirmed ? records.size() : done + more.delivered;
  }
  read += captured.read(expected.size() - read.size());
  CHECK((read == expected));
}

TEST_CASE("a reader that went away is an error, not the end") {
  int ends[2];
  REQUIRE(::pipe(ends) == 0);
  const int before = ::dup(STDOUT_FILENO);
  ::dup2(ends[1], STDOUT_FILENO);
  ::close(ends[1]);
  Bench bench("{}");
  ::close(ends[0]);
  const Delivery delivery = bench.deliver({"a"});
  ::dup2(before, STDOUT_FILENO);
  ::close(before);
  CHECK(delivery.outcome == Outcome::retry);
}

TEST_CASE("a socket takes lines, as journald's does") {
  int ends[2];
  REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0);
  const int before = ::dup(STDOUT_FILENO);
  ::dup2(ends[1], STDOUT_FILENO);
  ::close(ends[1]);
  {
    Bench bench("{}");
    CHECK(bench.deliver({"a", "b"}).outcome == Outcome::confirmed);
    sink::RequestOptions quick;
    quick.timeout = 20ms;
    Bench blocked("{}", {Encoding::Type::json}, quick);
    CHECK(blocked.deliver({std::string(4 << 20, 'x')}).reason == "timeout");
    // The flags of the socket that others share are as they were.
    CHECK((::fcntl(STDOUT_FILENO, F_GETFL) & O_NONBLOCK) == 0);
  }
  ::dup2(before, STDOUT_FILENO);
  ::close(before);
  char text[8] = {};
  CHECK(::read(ends[0], text, 4) == 4);
  CHECK(std::string(text) == "a\nb\n");
  ::close(ends[0]);
}
