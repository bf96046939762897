#include "message/batch.hpp"

#include "support/catch.hpp"

using namespace fieldgate;

namespace {

void add(Batch& batch, std::string_view record, std::string_view key, Receipt receipt) {
  batch.text().append(record);
  batch.commit('\n', key, receipt, {});
}

}  // namespace

TEST_CASE("records stand back to back, each with its key and number") {
  Batch batch;
  CHECK(batch.empty());
  add(batch, "one", "k/1", 7);
  add(batch, "", "", 8);
  add(batch, "three", "k/3", 9);
  REQUIRE(batch.size() == 3);
  CHECK(batch.record(0) == "one");
  CHECK(batch.record(1) == "");
  CHECK(batch.record(2) == "three");
  CHECK(batch.key(0) == "k/1");
  CHECK(batch.key(1) == "");
  CHECK(batch.key(2) == "k/3");
  CHECK(batch.receipt(2) == 9);
  CHECK(batch.bytes() == 4 + 1 + 6 + 3 + 3);
}

TEST_CASE("a run goes out with separators between its records and none behind") {
  Batch batch;
  for (const char* record : {"a", "b", "c", "d"}) add(batch, record, "", 0);
  CHECK(batch.run(0, 4) == "a\nb\nc\nd");
  CHECK(batch.run(1, 3) == "b\nc");
  CHECK(batch.run(2, 2) == "");
}

TEST_CASE("a record that was begun can be undone") {
  Batch batch;
  add(batch, "kept", "k", 1);
  batch.text().append("begun");
  batch.rollback();
  add(batch, "next", "n", 2);
  CHECK(batch.run(0, 2) == "kept\nnext");
  batch.clear();
  CHECK(batch.empty());
  CHECK(batch.bytes() == 0);
}
