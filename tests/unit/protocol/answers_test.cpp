// Answers that wait: their order, their bounds, and what settles them.
#include "protocol/answers.hpp"

#include <deque>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "support/catch.hpp"

namespace fieldgate::protocol {
namespace {

/// Says what is settled as the test wants it.
struct Marks final : Receiver {
  Receipt message(Message&) override { return 0; }
  Receipt dead_letter(const Message&, std::string_view, std::string_view) override { return 0; }
  bool open() const override { return true; }
  Receipt open_from(After after) const override { return after == After::stored ? stored : delivered; }
  void hurry(After) override {}
  Receipt stored = 1;
  Receipt delivered = 1;
};

/// A connection that notes what is written to it.
struct Peer final : transport::Transport {
  void write(Bytes bytes, Bytes to) override {
    text += bytes;
    addresses += to;
    ++writes;
  }
  std::string text;
  std::string addresses;
  int writes = 0;
  Answers::Queue* queue = nullptr;
};

struct Bench {
  void add(Peer& peer, After after, Receipt receipt, Bytes bytes) {
    answers.add(peer.queue, peer, after, receipt, bytes);
  }
  Marks marks;
  Answers answers{marks, 1000};
};

TEST_CASE("what may go out at once goes out in one write, and leaves nothing behind") {
  Bench bench;
  Peer peer;
  bench.marks.stored = all_settled;
  bench.add(peer, After::received, 1, "a");
  bench.add(peer, After::stored, 2, "b");
  bench.add(peer, After::received, 3, "c");
  CHECK(peer.writes == 0);
  bench.answers.send(peer.queue);
  CHECK(peer.text == "abc");
  CHECK(peer.writes == 1);
  CHECK(peer.queue == nullptr);
  CHECK_FALSE(bench.answers.waiting());
}

TEST_CASE("an answer waits until the watermark has passed its receipt") {
  Bench bench;
  Peer peer;
  bench.add(peer, After::stored, 5, "a");
  bench.answers.send(peer.queue);
  CHECK(bench.answers.waiting());
  bench.marks.stored = 5;
  bench.answers.settled();
  CHECK(peer.text == "");
  bench.marks.stored = 6;
  bench.answers.settled();
  CHECK(peer.text == "a");
  CHECK(peer.queue == nullptr);
}

TEST_CASE("answers of a connection keep their order whatever they wait for") {
  Bench bench;
  Peer peer;
  bench.add(peer, After::delivered, 1, "a");
  bench.add(peer, After::received, 2, "b");
  bench.add(peer, After::stored, 3, "c");
  bench.add(peer, After::delivered, 4, "d");
  bench.answers.send(peer.queue);
  bench.marks.stored = 10;
  bench.answers.settled();
  CHECK(peer.text == "");
  bench.marks.delivered = 2;
  bench.answers.settled();
  CHECK(peer.text == "abc");
  CHECK(peer.writes == 1);
  bench.marks.delivered = 5;
  bench.answers.settled();
  CHECK(peer.text == "abcd");
}

TEST_CASE("a frame without messages is answered as received") {
  Bench bench;
  Peer peer;
  bench.add(peer, After::delivered, 0, "a");
  bench.answers.send(peer.queue);
  CHECK(peer.text == "a");
}

TEST_CASE("a connection is full at 1,024 answers, or at its bytes, until some went out") {
  Bench bench;
  Peer many;
  for (Receipt i = 1; i < 1024; ++i) bench.add(many, After::stored, i, "");
  CHECK_FALSE(bench.answers.full(many.queue));
  bench.add(many, After::stored, 1024, "");
  CHECK(bench.answers.full(many.queue));
  bench.marks.stored = 2;
  bench.answers.send(many.queue);
  CHECK_FALSE(bench.answers.full(many.queue));
  Peer large;
  bench.add(large, After::stored, 2000, std::string(999, 'x'));
  CHECK_FALSE(bench.answers.full(large.queue));
  bench.add(large, After::stored, 2001, "x");
  CHECK(bench.answers.full(large.queue));
}

TEST_CASE("a connection that ends forgets its answers, and others keep theirs") {
  Bench bench;
  Peer gone;
  Peer stays;
  bench.add(gone, After::stored, 1, "a");
  bench.answers.send(gone.queue);
  bench.add(stays, After::stored, 2, "b");
  bench.answers.send(stays.queue);
  bench.answers.drop(gone.queue);
  CHECK(gone.queue == nullptr);
  Peer late;  // takes the other's place
  bench.add(late, After::delivered, 3, "c");
  bench.answers.send(late.queue);
  bench.marks.stored = bench.marks.delivered = all_settled;
  bench.answers.settled();
  CHECK(gone.text == "");
  CHECK(stays.text == "b");
  CHECK(late.text == "c");
}

TEST_CASE("answers to datagrams go to their senders; beyond the bound they are refused") {
  Bench bench;
  Peer socket;
  CHECK(bench.answers.add_datagram(socket, "A", After::received, 1, "a"));
  CHECK(socket.text == "a");
  for (std::size_t i = 0; i < Answers::max_datagrams; ++i)
    REQUIRE(bench.answers.add_datagram(socket, "B", After::stored, 1 + i, "b"));
  CHECK_FALSE(bench.answers.add_datagram(socket, "C", After::stored, 1000000, "c"));
  CHECK(bench.answers.add_datagram(socket, "D", After::received, 1000001, "d"));
  bench.marks.stored = 3;
  bench.answers.settled();
  CHECK(socket.text == "adbb");
  CHECK(socket.addresses == "ADBB");
  CHECK(bench.answers.add_datagram(socket, "E", After::stored, 1000002, "e"));
  bench.marks.stored = all_settled;
  int turns = 1;
  while (bench.answers.settled()) ++turns;
  CHECK(turns > 10);  // others had theirs
  CHECK(socket.text.size() == Answers::max_datagrams + 3);
  CHECK_FALSE(bench.answers.waiting());
}

TEST_CASE("the bytes of answers to datagrams are bounded") {
  Bench bench;
  Peer socket;
  const std::string large(60000, 'x');
  std::size_t taken = 0;
  while (bench.answers.add_datagram(socket, "A", After::stored, ++taken, large)) REQUIRE(taken < 1000);
  CHECK(taken - 1 == Answers::max_datagram_bytes / large.size());
}

TEST_CASE("somebody is asked to hurry only where answers wait, and for what they wait") {
  Bench bench;
  Peer peer;
  bench.add(peer, After::received, 1, "a");
  bench.answers.send(peer.queue);
  CHECK_FALSE(bench.answers.take_asked(After::stored));
  bench.add(peer, After::stored, 2, "a");
  bench.answers.send(peer.queue);
  CHECK(bench.answers.take_asked(After::stored));
  CHECK_FALSE(bench.answers.take_asked(After::stored));
  CHECK_FALSE(bench.answers.take_asked(After::delivered));
}

/// A connection, and what it should be sent, kept the simple way.
struct Device {
  struct Waiting {
    After after;
    Receipt receipt;
    char letter;
  };

  /// Takes note of what has come; it must be in order, and nothing of it early.
  void check(const Marks& marks) {
    for (const char letter : std::exchange(peer.text, {})) {
      REQUIRE_FALSE(waiting.empty());
      const Waiting& due = waiting.front();
      REQUIRE(letter == due.letter);
      REQUIRE((due.after == After::received || due.receipt < marks.open_from(due.after)));
      waiting.pop_front();
    }
  }

  Peer peer;
  std::deque<Waiting> waiting;
};

TEST_CASE("many connections, in any order of events, get all their answers in order and never early") {
  std::mt19937 random(11);
  for (int round = 0; round < 30; ++round) {
    Bench bench;
    std::vector<Device> devices(20);
    Receipt last = 0;
    for (int step = 0; step < 2000; ++step) {
      Device& device = devices[random() % devices.size()];
      const auto event = random() % 80;
      if (event == 0) {
        bench.answers.drop(device.peer.queue);
        device.waiting.clear();
      } else if (event < 10) {
        bench.marks.stored += random() % (last + 2 - bench.marks.stored);
        bench.marks.delivered += random() % (bench.marks.stored - bench.marks.delivered + 1);
        bench.answers.settled();
      } else {
        const auto after = static_cast<After>(random() % 3);
        const char letter = static_cast<char>('a' + random() % 26);
        bench.add(device.peer, after, ++last, Bytes(&letter, 1));
        device.waiting.push_back({after, last, letter});
        bench.answers.send(device.peer.queue);
      }
      for (Device& one : devices) one.check(bench.marks);
    }
    bench.marks.stored = bench.marks.delivered = all_settled;
    bench.answers.settled();
    for (Device& device : devices) {
      device.check(bench.marks);
      REQUIRE(device.waiting.empty());
      REQUIRE(device.peer.queue == nullptr);
    }
    REQUIRE_FALSE(bench.answers.waiting());
  }
}

}  // namespace
}  // namespace fieldgate::protocol
