// The disk buffer's log damaged after a kill: what is whole comes back, what is lost is counted, a torn end is no
// damage.
#include <fstream>
#include <iterator>

#include "buffer/store_file.hpp"
#include "storage/wal.hpp"
#include "support/catch.hpp"
#include "support/temp_dir.hpp"
#include "unit/buffer/store_test_support.hpp"

using namespace fieldgate;
using namespace fieldgate::test;
using buffer::RowId;
namespace fs = std::filesystem;
using State = storage::MendedWal::State;

namespace {

constexpr RowId rows = 12;
constexpr std::uint64_t messages_in_row = 3;
constexpr std::size_t frame = 24 + 8192;

std::string content_of(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

struct Killed {
  std::string file;
  std::string log;
};

/// What a kill leaves of a file whose first half was in it before, and whose second half came one commit a row.
Killed killed() {
  const TempDir dir;
  buffer::StoreFile file(dir / "sink.db", 1 << 22, 8);
  const auto write = [&file](RowId id) {
    buffer::StoreGroup group;
    group.rows.push_back({id, static_cast<std::uint32_t>(id % 2), batch_of(id, messages_in_row, 1500)});
    REQUIRE(file.write(group));
  };
  REQUIRE(file.open());
  for (RowId id = 1; id <= rows / 2; ++id) write(id);
  file.close();
  for (RowId id = rows / 2 + 1; id <= rows; ++id) write(id);
  return {content_of(dir / "sink.db"), content_of(dir / "sink.db-wal")};
}

struct Outcome {
  std::uint64_t delivered = 0;
  std::uint64_t lost = 0;
  std::string damage;
};

Outcome start_with(const Killed& killed) {
  const TempDir dir;
  dir.write("sink.db", killed.file);
  dir.write("sink.db-wal", killed.log);
  buffer::StoreFile file(dir / "sink.db", 1 << 22, 8);
  Result<buffer::Found> found = file.open();
  REQUIRE(found);
  Outcome outcome{.lost = found->corrupt, .damage = found->damage};
  for (const buffer::Extent& extent : found->lanes) {
    const Result<buffer::StorePage> all = file.read({extent.lane, 0, found->next, 1 << 30});
    REQUIRE(all);
    for (const buffer::Row& row : all->rows) {
      CHECK(same_content(*row.batch, *batch_of(row.id, messages_in_row, 1500)));
      outcome.delivered += row.batch->size();
    }
  }
  for (const buffer::StoreDamage& damage : file.take_damage()) outcome.lost += damage.messages;
  if (outcome.damage.find("the log") != std::string::npos) {
    const auto aside = [](const fs::directory_entry& entry) {
      return entry.path().filename().string().find(".damaged-") != std::string::npos;
    };
    CHECK(std::any_of(fs::directory_iterator(dir.path()), fs::directory_iterator(), aside));
  }
  return outcome;
}

constexpr std::uint64_t all = rows * messages_in_row;

}  // namespace

TEST_CASE("a log as a kill leaves it gives all rows back") {
  const Outcome outcome = start_with(killed());
  CHECK(outcome.delivered == all);
  CHECK(outcome.lost == 0);
  CHECK(outcome.damage.empty());
}

TEST_CASE("a flipped bit, a zeroed page and a wiped frame cost what was on them alone, counted") {
  const Killed good = killed();
  const std::size_t frames = (good.log.size() - 32) / frame;
  std::uint64_t mended = 0;
  for (std::size_t i = 0; i < frames; ++i) {
    const std::size_t begin = 32 + i * frame;
    for (const char* what : {"flip in the page", "flip in the header", "zeroed page", "wiped frame"}) {
      Killed bad = good;
      const std::string_view kind = what;
      if (kind == "flip in the page") bad.log[begin + 24 + 4000] = static_cast<char>(bad.log[begin + 24 + 4000] ^ 4);
      if (kind == "flip in the header") bad.log[begin + 3] = static_cast<char>(bad.log[begin + 3] ^ 4);
      if (kind == "zeroed page") bad.log.replace(begin + 24, 8192, 8192, '\0');
      if (kind == "wiped frame") bad.log.replace(begin, frame, frame, '\0');
      INFO(what << ", frame " << i << " of " << frames);
      const bool torn = storage::mend_wal(bad.log).state == State::sound;
      const Outcome outcome = start_with(bad);
      INFO(outcome.damage << " delivered " << outcome.delivered << " lost " << outcome.lost);
      if (torn) {
        // Of the last commit; or the frame that ended the one before it, without which the two look like one.
        CHECK(i + 6 >= frames);
        CHECK(outcome.delivered >= all - (kind == "wiped frame" ? 2 : 1) * messages_in_row);
        continue;
      }
      ++mended;
      CHECK_FALSE(outcome.damage.empty());
      CHECK(outcome.delivered + outcome.lost >= all);
      if (kind == "flip in the header") CHECK(outcome.delivered == all);
      if (outcome.damage.find("cannot be told") == std::string::npos) CHECK(outcome.delivered + outcome.lost == all);
    }
  }
  CHECK(mended > 4 * (frames - 8));
}

TEST_CASE("a log that is something else is put aside, and the loss is told") {
  Killed bad = killed();
  bad.log = "What is this? It is not what was written here, and it is longer than a header.";
  const Outcome outcome = start_with(bad);
  CHECK(outcome.delivered == all / 2);
  CHECK(outcome.lost >= 1);
  CHECK(outcome.damage.find("cannot be read") != std::string::npos);
}
