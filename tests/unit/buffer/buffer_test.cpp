// The buffer without a disk: parts, their settling, room. (On disk: store_test, and the outlet's tests.)
#include "buffer/buffer.hpp"

#include "reactor/reactor.hpp"
#include "support/catch.hpp"

namespace fieldgate::buffer {
namespace {

using namespace std::chrono_literals;

struct Bench final : Buffer::Listener {
  explicit Bench(std::size_t lanes = 1, std::size_t max_size = 1 << 20)
      : buffer(reactor, options(max_size), lanes, 1000, {}, 1, *this) {}

  static Options options(std::size_t max_size) {
    Options options;
    options.max_size = max_size;
    options.when_full = WhenFull::drop_oldest;
    options.order = Order::live_first;
    return options;
  }
  void found(const Found&) override {}
  void progress() override {}
  void repeated(std::uint64_t) override {}
  void corrupted(std::uint64_t, const std::string&) override {}
  void made_room(std::uint64_t messages) override { dropped += messages; }
  void disk(const Error*) override {}

  void push(std::initializer_list<const char*> records, std::size_t lane = 0) {
    Batch batch;
    for (const char* record : records) {
      batch.text() += record;
      batch.commit('\n', "", ++receipt, {});
    }
    buffer.push(lane, std::move(batch));
  }
  std::string part(std::size_t messages, Which which = Which::live, std::size_t lane = 0, std::string_view mark = {},
                   Receipt late = 0) {
    const Buffer::Part part = buffer.part(lane, which, messages, 1000, mark, late);
    return part ? std::string(part.batch->run(part.first, part.last)) : "-";
  }

  reactor::Reactor reactor;
  Receipt receipt = 0;
  std::uint64_t dropped = 0;
  Buffer buffer;
};

TEST_CASE("small batches go together, up to the limit, and settle from the front") {
  Bench bench;
  bench.push({"a", "b"});
  bench.push({"c"});
  bench.push({"d", "e"});
  CHECK(bench.part(4) == "a\nb\nc\nd");
  bench.buffer.settle(0, Which::live, 3);
  CHECK(bench.part(4) == "d\ne");
  bench.buffer.settle(0, Which::live, 1);
  CHECK(bench.part(4) == "e");
  CHECK(bench.buffer.open_from(After::delivered) == 5);
  bench.buffer.settle(0, Which::live, 1);
  CHECK(bench.part(4) == "-");
  CHECK(bench.buffer.bytes() == 0);
  CHECK(bench.buffer.open_from(After::delivered) == all_settled);
}

TEST_CASE("a part of a batch is taken where fewer are wanted") {
  Bench bench;
  bench.push({"a", "b", "c"});
  CHECK(bench.part(2) == "a\nb");
  bench.buffer.settle(0, Which::live, 2);
  CHECK(bench.part(2) == "c");
}

TEST_CASE("what waited is marked behind its brace, what is new is not") {
  Bench bench;
  bench.push({"{1}", "{2}"});
  bench.push({"{3}"});
  CHECK(bench.part(9, Which::live, 0, "late,", 2) == "{late,1}\n{late,2}\n{3}");
  CHECK(bench.part(9, Which::live, 0, "late,", 0) == "{1}\n{2}\n{3}");
}

TEST_CASE("the oldest of all lanes is given up first, but never what is being delivered") {
  Bench bench(2, 12);
  bench.push({"aa"}, 0);
  bench.push({"bb"}, 1);
  bench.push({"cc"}, 0);
  CHECK(bench.part(1, Which::live, 0) == "aa");
  CHECK(bench.buffer.make_room(6));
  CHECK(bench.dropped == 1);
  CHECK(bench.part(1, Which::live, 1) == "-");
  CHECK(bench.buffer.make_room(9));
  CHECK(bench.dropped == 2);
  CHECK_FALSE(bench.buffer.make_room(10));
  CHECK(bench.part(9, Which::live, 0) == "aa");
}

TEST_CASE("what waited becomes the backlog, behind what was there") {
  Bench bench;
  bench.push({"a"});
  bench.buffer.demote(0);
  bench.push({"b"});
  bench.buffer.demote(0);
  bench.push({"c"});
  CHECK(bench.part(9) == "c");
  CHECK(bench.part(9, Which::backlog) == "a\nb");
  CHECK(bench.buffer.open_from(After::delivered) == 1);
}

TEST_CASE("what is being delivered is not moved") {
  Bench bench;
  bench.push({"a"});
  CHECK(bench.part(1) == "a");
  bench.buffer.demote(0);
  bench.buffer.settle(0, Which::live, 1);
  CHECK(bench.buffer.bytes() == 0);
}

TEST_CASE("a settled batch's memory is used again") {
  Bench bench;
  Batch large;
  large.text().reserve(100000);
  large.text() += "x";
  large.commit('\n', "", 1, {});
  bench.buffer.push(0, std::move(large));
  CHECK(bench.part(1) == "x");
  bench.buffer.settle(0, Which::live, 1);
  Batch blank = bench.buffer.blank();
  CHECK(blank.empty());
  CHECK(blank.text().capacity() >= 100000);
}

}  // namespace
}  // namespace fieldgate::buffer
