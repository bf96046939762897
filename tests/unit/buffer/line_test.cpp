// A line: what is near, what lies on disk, what is far.
#include "buffer/line.hpp"

#include "support/catch.hpp"

namespace fieldgate::buffer {
namespace {

Entry entry(RowId id, Receipt receipt, Epoch epoch = 2, std::size_t bytes = 100) {
  auto batch = std::make_shared<Batch>();
  batch->text() = std::string(bytes - 1, 'x');
  batch->commit('\n', "", receipt, {});
  batch->set_epoch(epoch);
  return {id, 0, batch, 0};
}

std::string ids(const std::deque<Entry>& entries) {
  std::string text;
  for (const Entry& e : entries) text += std::to_string(e.id) + " ";
  return text;
}

TEST_CASE("far batches come near up to a limit, but always one") {
  Line line;
  for (RowId id = 1; id <= 4; ++id) line.far.push_back(entry(id, id));
  line.draw_near(50);
  CHECK(ids(line.near) == "1 ");
  line.draw_near(300);
  CHECK(ids(line.near) == "1 2 3 ");
  CHECK(line.near_bytes == 300);
  CHECK(ids(line.far) == "4 ");
}

TEST_CASE("a line behind another keeps the order") {
  Line first;
  first.near.push_back(entry(1, 1));
  first.far.push_back(entry(4, 4));
  Line second;
  second.near.push_back(entry(5, 5));
  second.far.push_back(entry(9, 9));
  SECTION("without gaps") {
    CHECK(first.append(second));
    CHECK(ids(first.near) == "1 ");
    CHECK(ids(first.far) == "4 5 9 ");
  }
  SECTION("with the gap of the first") {
    first.gap = {0, 1, 3, 2, 200, 2};
    CHECK(first.append(second));
    CHECK(first.gap.last == 3);
    CHECK(ids(first.far) == "4 5 9 ");
  }
  SECTION("with the gap of the second") {
    second.gap = {0, 5, 8, 3, 300, 6};
    CHECK(first.append(second));
    CHECK(ids(first.near) == "1 4 5 ");
    CHECK(first.near_bytes == 300);
    CHECK(first.gap.last == 8);
    CHECK(ids(first.far) == "9 ");
  }
  SECTION("with two gaps: not at all") {
    first.gap = {0, 1, 3, 2, 200, 2};
    second.gap = {0, 5, 8, 3, 300, 6};
    CHECK_FALSE(first.append(second));
    CHECK(ids(second.near) == "5 ");
    return;
  }
  CHECK(second.empty());
}

TEST_CASE("the lowest receipt is that of this run") {
  Line line;
  CHECK(line.lowest(2) == all_settled);
  line.near.push_back(entry(1, 100, 1));
  CHECK(line.lowest(2) == all_settled);
  line.far.push_back(entry(9, 30, 2));
  CHECK(line.lowest(2) == 30);
  line.gap = {0, 1, 8, 7, 700, 12};
  CHECK(line.lowest(2) == 12);
}

}  // namespace
}  // namespace fieldgate::buffer
