// Commands on disks that refuse, hang and lie: what is told as queued is on disk, and nothing goes out twice.
#include <sqlite3.h>

#include <atomic>
#include <future>

#include "device/command_store.hpp"
#include "support/crash_vfs.hpp"
#include "unit/device/commands_run.hpp"

namespace fieldgate::device {
namespace {

using protocol::holds;
using test::CrashVfs;
using Kind = CrashVfs::Kind;

constexpr const char* on = R"({"id":"1","command":"relay","args":{"state":"on"}})";
constexpr const char* hello = "{\"id\":\"7\"}\n";
constexpr const char* answer = "{\"id\":\"7\",\"ok\":1}\n";

struct Fault {
  const char* name;
  Kind kind;
  int code;
  bool in_part;
};

const Fault faults[] = {{"a full disk", Kind::write, SQLITE_FULL, true},
                        {"writes that fail", Kind::write, SQLITE_IOERR_WRITE, false},
                        {"syncs that fail", Kind::sync, SQLITE_IOERR_FSYNC, false}};

/// Returns how often it has struck.
std::shared_ptr<const std::atomic<int>> begin(CrashVfs& vfs, const Fault& fault) {
  const auto times = std::make_shared<std::atomic<int>>(0);
  vfs.on_operation([fault, times](Kind kind, const std::string&) -> CrashVfs::Verdict {
    if (kind != fault.kind) return {};
    ++*times;
    return {fault.code, fault.in_part, 0ms};
  });
  return times;
}
void mend(CrashVfs& vfs) { vfs.on_operation({}); }

bool until_idle(Run& run) {
  return test::run_until(run.reactor, [&run] { return run.commands->waiting() == 0; });
}
bool counts(const Run& run, const std::string& line) { return holds(run.metrics.prometheus(), line + "\n"); }

/// Operations hang from the beginning of this one's life to its end.
struct Hang {
  explicit Hang(CrashVfs& vfs) : vfs_(vfs) {
    vfs.on_operation([ended = ended_, hanging = hanging_](Kind, const std::string&) -> CrashVfs::Verdict {
      ++*hanging;
      ended.wait();
      return {};
    });
  }
  ~Hang() {
    mend(vfs_);
    end_.set_value();
  }
  Hang(const Hang&) = delete;
  Hang& operator=(const Hang&) = delete;
  bool hangs() const { return *hanging_ > 0; }

 private:
  CrashVfs& vfs_;
  std::promise<void> end_;
  std::shared_future<void> ended_ = end_.get_future().share();
  std::shared_ptr<std::atomic<int>> hanging_ = std::make_shared<std::atomic<int>>(0);
};

TEST_CASE("what a disk does not take is refused, stays refused, and may be given again") {
  for (const Fault& fault : faults) {
    DYNAMIC_SECTION(fault.name) {
      const test::TempDir folder;
      CrashVfs vfs;
      {
        Run run(folder / "commands.db");
        run.submit(R"({"command":"relay","args":{"state":"before"}})");
        REQUIRE(run.until_told("queued "));
        const auto times = begin(vfs, fault);
        run.submit(on);
        REQUIRE(run.until_told("queued refused "));
        CHECK(run.last.error.starts_with("disk: it cannot be kept: "));
        run.submit(R"({"command":"now"})");
        run.say(hello);
        run.say("{\"id\":\"8\"}\n");  // messages go on
        CHECK(run.receipt == 2);
        CHECK(run.heard.empty());
        // The file is closed on a bad disk too: then what was not taken is found in the log when it is opened again.
        REQUIRE(test::run_until(run.reactor, [&, before = times->load()] { return *times > before; }));
        mend(vfs);
        REQUIRE(run.until_heard("RELAY before\n"));
        run.say(answer);
        REQUIRE(until_idle(run));
        run.stop();
      }
      Run run(folder / "commands.db");
      run.say(hello);
      run.submit(R"({"command":"now"})");
      REQUIRE(run.until_told("queued sent "));
      CHECK(run.heard == "NOW\n");
      CHECK(run.commands->waiting() <= 1);  // the end of this one may still be being written
      run.submit(on);
      REQUIRE(run.until_heard("NOW\nRELAY on\n"));
      run.say(answer);
      REQUIRE(run.until_told("queued sent queued sent answered "));
      run.stop();
    }
  }
}

TEST_CASE("a disk that fails before a command is marked as sent holds it back; then it goes out once") {
  for (const Fault& fault : faults) {
    DYNAMIC_SECTION(fault.name) {
      const test::TempDir folder;
      CrashVfs vfs;
      {
        Run run(folder / "commands.db");
        run.submit(on);
        REQUIRE(run.until_told("queued "));
        begin(vfs, fault);
        run.say(hello);
        run.submit(R"({"id":"2","command":"relay","args":{"state":"off"}})");
        REQUIRE(run.until_told("queued refused "));
        CHECK(run.heard.empty());
        mend(vfs);
        REQUIRE(run.until_heard("RELAY on\n"));
        run.say(answer);
        REQUIRE(until_idle(run));
        CHECK(run.told_text == "queued refused sent answered ");
        run.stop();
      }
      Run run(folder / "commands.db");
      run.say(hello);
      run.submit(on);
      REQUIRE(run.until_told("answered "));
      CHECK(run.heard.empty());
      run.stop();
    }
  }
}

TEST_CASE("a kill while the disk fails sends nothing twice") {
  for (const Fault& fault : faults) {
    DYNAMIC_SECTION(fault.name) {
      const test::TempDir folder;
      CrashVfs vfs;
      {
        Run run(folder / "commands.db");
        run.say(hello);
        run.submit(on);
        REQUIRE(run.until_heard("RELAY on\n"));
        begin(vfs, fault);
        run.say(answer);
        REQUIRE(run.until_told("queued sent answered "));
        run.submit(R"({"command":"soon"})");
        REQUIRE(run.until_told("queued sent answered refused "));
        run.stop();  // it can write nothing any more
      }
      mend(vfs);
      Run run(folder / "commands.db");
      run.say(hello);
      run.submit(R"({"command":"now"})");
      REQUIRE(run.until_heard("NOW\n"));
      REQUIRE(until_idle(run));
      run.stop();
    }
  }
}

TEST_CASE("a disk that hangs holds nothing up but commands, which are refused after a while and never sent") {
  const test::TempDir folder;
  CrashVfs vfs;
  Run run(folder / "commands.db");
  run.submit(R"({"id":"0","command":"relay","args":{"state":"before"}})");
  REQUIRE(run.until_told("queued "));
  {
    const Hang hang(vfs);
    run.submit(on);
    REQUIRE(test::run_until(run.reactor, [&] { return hang.hangs(); }));
    run.say("{\"id\":\"8\"}\n");
    CHECK(run.receipt == 1);
    CHECK(run.told_text == "queued ");
    REQUIRE(run.find("0").size() == 1);  // what is open can be asked for all the same
    REQUIRE(run.until_told("queued refused "));
    CHECK(run.last.error == "disk: it does not answer");
  }
  run.say(hello);
  REQUIRE(run.until_heard("RELAY before\n"));
  run.say(answer);
  REQUIRE(until_idle(run));
  CHECK(run.told_text == "queued refused sent answered ");
  CHECK(run.find("1").front().state == CommandState::refused);
  run.stop();
}

TEST_CASE("a disk that hangs when the gateway starts takes no command, and says so") {
  const test::TempDir folder;
  CrashVfs vfs;
  std::optional<Hang> hang(std::in_place, vfs);
  Run run(folder / "commands.db");
  run.say(hello);
  run.submit(on);
  REQUIRE(run.until_told("refused "));
  CHECK(run.last.error == "disk: it does not answer");
  hang.reset();
  run.submit(R"({"command":"now"})");
  REQUIRE(run.until_heard("NOW\n"));
  REQUIRE(run.until_told("refused queued sent "));
  run.stop();
}

TEST_CASE("a damaged file is put aside and counted, and commands go on in another") {
  const test::TempDir folder;
  const auto file = folder / "commands.db";
  {
    Run run(file);
    run.submit(on);
    REQUIRE(run.until_told("queued "));
    run.stop();
  }
  folder.write("commands.db", std::string(20'000, 'x'));
  Run run(file);
  run.say(hello);
  run.submit(R"({"command":"now"})");
  REQUIRE(run.until_heard("NOW\n"));
  REQUIRE(run.until_told("queued sent "));
  CHECK(counts(run, "fieldgate_commands_damaged_total 1"));
  std::size_t aside = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder.path()))
    aside += entry.path().filename().string().starts_with("commands.db.damaged-") ? 1 : 0;
  CHECK(aside == 1);
  run.stop();
}

TEST_CASE("ended commands that are forgotten before their time are counted") {
  const test::TempDir folder;
  const auto file = folder / "commands.db";
  constexpr std::int64_t count = 1100;
  {
    auto store = CommandStore::open(file);
    REQUIRE(store);
    REQUIRE(store->database().run("BEGIN"));
    KeptCommand command;
    command.status.final = true;
    command.status.state = CommandState::answered;
    command.status.changed = Instant::now().wall;
    command.status.data = '"' + std::string(CommandRequest::max_size - 2, 'x') + '"';
    for (command.status.number = 1; command.status.number <= count; ++command.status.number)
      REQUIRE(store->put(command));
    REQUIRE(store->database().run("COMMIT"));
  }
  Run run(file);
  const std::int64_t kept = CommandBounds().bytes / (static_cast<std::int64_t>(CommandRequest::max_size) + 500);
  REQUIRE(test::run_until(
      run.reactor, [&] { return counts(run, "fieldgate_commands_forgotten_total " + std::to_string(count - kept)); }));
  run.stop();
}

}  // namespace
}  // namespace fieldgate::device
