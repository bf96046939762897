// Sealed batches in lanes.
#include "buffer/memory.hpp"

#include "support/catch.hpp"

namespace fieldgate::buffer {
namespace {

Batch batch(std::initializer_list<Receipt> receipts) {
  Batch b;
  for (const Receipt receipt : receipts) {
    b.text() += "x";
    b.commit('\n', "", receipt, {});
  }
  return b;
}

TEST_CASE("batches of a lane keep their order") {
  Memory memory(2);
  memory.push(0, batch({1}));
  memory.push(0, batch({3}));
  memory.push(1, batch({2}));
  CHECK(memory.front(0)->receipt(0) == 1);
  memory.pop(0);
  CHECK(memory.front(0)->receipt(0) == 3);
  CHECK(memory.front(1)->receipt(0) == 2);
  memory.pop(0);
  CHECK(memory.front(0) == nullptr);
}

TEST_CASE("the oldest batch is given up, but never the one at the front of its lane") {
  Memory memory(2);
  memory.push(0, batch({1}));
  CHECK_FALSE(memory.take_oldest());
  memory.push(0, batch({5}));
  memory.push(1, batch({2}));
  memory.push(1, batch({4, 6}));
  const Batch* on_its_way = memory.front(1);
  const auto taken = memory.take_oldest();
  REQUIRE(taken);
  CHECK(taken->receipt(0) == 4);
  CHECK(memory.front(1) == on_its_way);
  CHECK(memory.take_oldest()->receipt(0) == 5);
  CHECK_FALSE(memory.take_oldest());
}

TEST_CASE("a delivered batch's memory is used again") {
  Memory memory(1);
  Batch large = batch({1});
  large.text().reserve(100000);
  memory.push(0, std::move(large));
  memory.pop(0);
  Batch blank = memory.blank();
  CHECK(blank.empty());
  CHECK(blank.text().capacity() >= 100000);
}

}  // namespace
}  // namespace fieldgate::buffer
