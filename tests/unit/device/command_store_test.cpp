// The file of the commands: what is kept of those that ended, and damage that must not pass for what was written.
#include "device/command_store.hpp"

#include <fstream>
#include <iterator>

#include "support/catch.hpp"
#include "support/temp_dir.hpp"

namespace fieldgate::device {
namespace {

using namespace std::chrono_literals;

const TimePoint noon = TimePoint(1'700'000'000s);

KeptCommand command(std::int64_t number, bool final = false, std::string content = R"({"state":"closed"})") {
  KeptCommand made;
  made.status.number = number;
  made.status.final = final;
  made.status.state = final ? CommandState::answered : CommandState::queued;
  made.status.accepted = made.status.changed = noon;
  made.status.request.id = "id-" + std::to_string(number);
  made.status.request.device = "7";
  made.status.request.name = "relay";
  made.status.request.from = "api";
  made.status.request.content = std::move(content);
  made.key = "i" + made.status.request.id;
  return made;
}

CommandStore opened(const std::filesystem::path& file) {
  auto store = CommandStore::open(file);
  if (!store) FAIL(store.error().text);
  return std::move(*store);
}

std::string content_of(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

/// What a look at the file says of it: nothing where it is taken for sound.
std::string reason(const std::filesystem::path& file) {
  auto store = CommandStore::open(file);
  if (!store) return std::string(store.error().reason);
  const auto open = store->open_commands();
  return open ? "" : std::string(open.error().reason);
}

TEST_CASE("what was put is found again, by number, by id, by device, and as one that was seen") {
  const test::TempDir folder;
  {
    CommandStore store = opened(folder / "commands.db");
    for (std::int64_t number = 1; number <= 3; ++number) REQUIRE(store.put(command(number, number == 2)));
  }
  CommandStore store = opened(folder / "commands.db");
  REQUIRE(store.open_commands()->size() == 2);
  CHECK((*store.open_commands())[1].status.number == 3);
  CHECK(*store.last_number() == 3);
  CHECK(store.find("id-2", 0)->front().state == CommandState::answered);
  CHECK(store.find({}, 3)->front().request.content == R"({"state":"closed"})");
  CHECK(store.of_device("7", 2)->size() == 2);
  CHECK((*store.seen(command(2), noon))->number == 2);
  CHECK_FALSE(*store.seen(command(2), noon + 1s));
}

TEST_CASE("of those that ended the oldest go when there are too many, or too many bytes of them, and are counted") {
  CommandStore store = opened({});
  for (std::int64_t number = 1; number <= 10; ++number) REQUIRE(store.put(command(number, number != 1)));
  CHECK(*store.purge(noon, {100, 1'000'000}) == 0);
  CHECK(*store.purge(noon, {5, 1'000'000}) == 4);
  CHECK(store.of_device("7", 100)->size() == 6);
  CHECK(store.of_device("7", 100)->back().number == 1);  // it has not ended
  CHECK(*store.purge(noon, {100, 1100}) == 3);
  CHECK(*store.purge(noon + 1s) == 0);  // these were due to go
  CHECK(store.of_device("7", 100)->size() == 1);
}

TEST_CASE("a command that a flipped bit has changed is damage, wherever the bit is") {
  const test::TempDir folder;
  const std::string needle = R"({"state":"closed","mark":"0123456789"})";
  {
    CommandStore store = opened(folder / "commands.db");
    REQUIRE(store.put(command(1, false, needle)));
  }
  std::string content = content_of(folder / "commands.db");
  const std::size_t at = content.find(needle);
  REQUIRE(at != std::string::npos);
  REQUIRE(reason(folder / "commands.db").empty());
  for (const std::size_t place : {at, at + 12, at + needle.size() - 1}) {
    std::string damaged = content;
    damaged[place] = static_cast<char>(damaged[place] ^ 4);
    folder.write("commands.db", damaged);
    CHECK(reason(folder / "commands.db") == "corrupt");
  }
}

TEST_CASE("an index that has lost an id is damage: else a repeated command would be run again") {
  const test::TempDir folder;
  {
    CommandStore store = opened(folder / "commands.db");
    REQUIRE(store.put(command(1, true)));
  }
  std::string content = content_of(folder / "commands.db");
  // The key stands in the table and in the index.
  std::size_t changed = 0;
  for (std::size_t at = content.find("iid-1"); at != std::string::npos; at = content.find("iid-1", at + 1)) {
    std::string damaged = content;
    damaged[at + 4] = '2';
    folder.write("commands.db", damaged);
    auto store = CommandStore::open(folder / "commands.db");
    CHECK((!store && store.error().reason == "corrupt"));
    ++changed;
  }
  CHECK(changed == 2);
}

TEST_CASE("damage in the midst of the log is no end of it") {
  const test::TempDir folder;
  std::string log;
  {
    CommandStore store = opened(folder / "commands.db");
    for (std::int64_t number = 1; number <= 8; ++number) REQUIRE(store.put(command(number)));
    log = content_of(folder / "commands.db-wal");
    std::filesystem::copy_file(folder / "commands.db", folder / "killed.db");
  }
  folder.write("killed.db-wal", log);
  CHECK(reason(folder / "killed.db").empty());
  std::filesystem::copy_file(folder / "commands.db", folder / "damaged.db");
  log[log.size() / 2] = static_cast<char>(log[log.size() / 2] ^ 1);
  folder.write("damaged.db-wal", log);
  CHECK(reason(folder / "damaged.db") == "corrupt");
}

TEST_CASE("what is no file of commands is damage") {
  const test::TempDir folder;
  folder.write("commands.db", std::string(8192, 'x'));
  CHECK(reason(folder / "commands.db") == "corrupt");
  std::filesystem::create_directory(folder / "folder.db");
  CHECK(reason(folder / "folder.db") == "corrupt");
}

}  // namespace
}  // namespace fieldgate::device
