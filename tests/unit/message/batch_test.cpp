#include "message/batch.hpp"

#include "support/catch.hpp"

using namespace fieldgate;

namespace {

void add(Batch& batch, std::string_view record, std::string_view key, Receipt receipt) {
  batch.text().append(record);
  batch.commit('\n', key, receipt, {});
}

Batch three() {
  Batch batch;
  for (std::size_t i = 1; i <= 3; ++i) add(batch, "{" + std::string(i, 'x') + "}", std::string(i, 'k'), i * 10);
  return batch;
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

TEST_CASE("a batch is put together again out of its parts, with its times moved") {
  const Batch batch = three();
  const auto again = Batch::restore(batch.parts(), 7, std::chrono::seconds(5));
  REQUIRE(again);
  CHECK(again->size() == batch.size());
  CHECK(again->epoch() == 7);
  for (std::size_t i = 0; i < batch.size(); ++i) {
    CHECK(again->record(i) == batch.record(i));
    CHECK(again->key(i) == batch.key(i));
    CHECK(again->receipt(i) == batch.receipt(i));
    CHECK((again->received(i) - batch.received(i)) == std::chrono::seconds(5));
  }
}

TEST_CASE("parts that do not fit are no batch") {
  const Batch batch = three();
  const Batch::Parts parts = batch.parts();
  CHECK_FALSE(Batch::restore({parts.text, parts.keys, {}}, 1, {}));
  CHECK_FALSE(Batch::restore({parts.text, parts.keys, parts.records.substr(1)}, 1, {}));
  CHECK_FALSE(Batch::restore({parts.text.substr(1), parts.keys, parts.records}, 1, {}));
  CHECK_FALSE(Batch::restore({parts.text, parts.keys.substr(1), parts.records}, 1, {}));
  const std::string backwards = std::string(parts.records.substr(24, 24)) + std::string(parts.records.substr(0, 24));
  CHECK_FALSE(Batch::restore({parts.text, parts.keys, backwards}, 1, {}));
}

TEST_CASE("records are taken over from another batch, with a mark behind their first byte") {
  const Batch batch = three();
  Batch joined;
  joined.append(batch, 1, 3);
  joined.append(batch, 0, 1, "mark");
  REQUIRE(joined.size() == 3);
  CHECK(joined.record(0) == batch.record(1));
  CHECK(joined.key(1) == batch.key(2));
  CHECK(joined.record(2) == std::string(batch.record(0)).insert(1, "mark"));
  CHECK(joined.receipt(2) == batch.receipt(0));
}
