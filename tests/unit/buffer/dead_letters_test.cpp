// Proves the dead letters: durable before they count as settled, bounded, delivered again, and never in the way.
#include "buffer/dead_letters.hpp"

#include <fstream>
#include <optional>

#include "buffer/dead_letter_file.hpp"
#include "support/catch.hpp"
#include "support/reactor.hpp"
#include "support/temp_dir.hpp"
#include "unit/config/reading.hpp"

using namespace fieldgate;
using namespace fieldgate::buffer;
using namespace std::chrono_literals;

namespace {

DeadLetter letter(Receipt receipt, std::string component = "sink cloud", std::string record = "{}") {
  DeadLetter letter;
  letter.component = std::move(component);
  letter.reason = "status_400";
  letter.record = std::move(record);
  letter.receipt = receipt;
  return letter;
}

/// The sink's side of a replay: what it was handed, and whether it has stored it.
struct Sink : Settling {
  Receipt open_from(After) const override { return open; }
  void hurry(After) override {}
  void store_all() {
    open = all_settled;
    moved();
  }
  Receipt open = 0;
  std::vector<std::string> records;
};

struct Bench {
  explicit Bench(std::filesystem::path path, DeadLetterOptions options = {}) {
    letters = std::make_unique<DeadLetters>(reactor, std::move(path), options, 3, metrics, telemetry::Log("test"));
  }

  template <class T>
  T wait(Awaitable<T> work) {
    std::optional<T> result;
    REQUIRE(test::run_to_end(reactor, keep(std::move(work), result)));
    REQUIRE(result);
    return std::move(*result);
  }
  template <class T>
  static Awaitable<> keep(Awaitable<T> work, std::optional<T>& result) {
    result.emplace(co_await std::move(work));
  }
  std::vector<DeadLetter> list(DeadLetterQuery query = {}) {
    auto found = wait(letters->list(std::move(query)));
    REQUIRE(found);
    return *found;
  }
  bool flush() {
    REQUIRE(test::run_to_end(reactor, letters->flushed(20s)));
    return letters->open_from(After::stored) == all_settled;
  }
  bool until(const std::function<bool()>& condition) { return test::run_until(reactor, condition); }
  bool has(const std::string& sample) { return metrics.prometheus().find(sample + "\n") != std::string::npos; }

  /// Takes letters of a component back, with receipts from 100 on.
  void take(const std::string& component, Sink& sink) {
    letters->on_replay(
        component,
        [this, &sink](const DeadLetter& each) {
          sink.records.push_back(each.record);
          return ++last;
        },
        sink, After::stored);
  }

  telemetry::Metrics metrics;
  reactor::Reactor reactor;
  std::unique_ptr<DeadLetters> letters;
  Receipt last = 100;
};

}  // namespace

TEST_CASE("a letter is open until it is on disk") {
  const test::TempDir dir;
  Bench bench(dir / "letters.db");
  Sink watcher;
  reactor::Event event(bench.reactor.io());
  bench.letters->watch(event);
  CHECK(bench.letters->open_from(After::stored) == all_settled);
  bench.letters->add(letter(8));
  bench.letters->add(letter(5));
  CHECK(bench.letters->open_from(After::stored) == 5);
  CHECK(bench.letters->open_from(After::delivered) == 5);
  CHECK(bench.letters->open_from(After::received) == all_settled);
  REQUIRE(test::run_to_end(bench.reactor, event.wait()));
  CHECK(bench.flush());
  CHECK(bench.list().size() == 2);
  CHECK(bench.list()[0].epoch == 3);
  CHECK(bench.list()[0].died > TimePoint{});
  CHECK(bench.has("fieldgate_dead_letters 2"));
}

TEST_CASE("letters without a receipt, and of another run, hold up nobody") {
  const test::TempDir dir;
  Bench bench(dir / "letters.db");
  bench.letters->add(letter(0, "adapter meters"));
  DeadLetter earlier = letter(4);
  earlier.epoch = 2;
  bench.letters->add(earlier);
  CHECK(bench.letters->open_from(After::stored) == all_settled);
  bench.flush();
  CHECK(bench.list()[1].epoch == 2);
}

TEST_CASE("what was added is there after a stop and a start") {
  const test::TempDir dir;
  {
    Bench bench(dir / "letters.db");
    for (Receipt receipt = 1; receipt <= 500; ++receipt) bench.letters->add(letter(receipt));
    REQUIRE(test::run_to_end(bench.reactor, bench.letters->close(20s)));
  }
  Bench bench(dir / "letters.db");
  CHECK(bench.list({"", "", 0, 1000}).size() == 500);
}

TEST_CASE("a purge counts") {
  const test::TempDir dir;
  Bench bench(dir / "letters.db");
  bench.letters->add(letter(1));
  bench.letters->add(letter(2, "sink b"));
  bench.flush();
  CHECK(*bench.wait(bench.letters->purge({"sink b", "", 0, 100})) == 1);
  CHECK(bench.has("fieldgate_dead_letters_removed_total{reason=\"purged\"} 1"));
  CHECK(bench.has("fieldgate_dead_letters 1"));
}

TEST_CASE("the oldest go above max_size, and that is counted") {
  const test::TempDir dir;
  DeadLetterOptions options;
  options.max_size = 64 * 1024;
  Bench bench(dir / "letters.db", options);
  for (Receipt receipt = 1; receipt <= 10; ++receipt) {
    bench.letters->add(letter(receipt, "sink cloud", std::string(10000, 'r')));
  }
  bench.flush();
  const auto left = bench.list();
  REQUIRE(left.size() == 6);
  CHECK(left.front().receipt == 5);
  CHECK(bench.has("fieldgate_dead_letters_removed_total{reason=\"max_size\"} 4"));
}

TEST_CASE("a letter larger than all room for them is lost and counted, not waited for") {
  const test::TempDir dir;
  DeadLetterOptions options;
  options.max_size = 64 * 1024;
  Bench bench(dir / "letters.db", options);
  bench.letters->add(letter(1, "sink cloud", std::string(70000, 'r')));
  CHECK(bench.letters->open_from(After::stored) == all_settled);
  CHECK(bench.has("fieldgate_dead_letters_lost_total 1"));
}

TEST_CASE("without a data_dir letters are lost, and counted") {
  Bench bench({});
  bench.letters->add(letter(1));
  CHECK(bench.letters->open_from(After::stored) == all_settled);
  CHECK(bench.has("fieldgate_dead_letters_lost_total 1"));
  CHECK_FALSE(bench.wait(bench.letters->list({})));
  CHECK(test::run_to_end(bench.reactor, bench.letters->close(20s)));
}

TEST_CASE("while the disk refuses, some letters wait in memory, and are written when it takes them") {
  const test::TempDir dir;
  Bench bench(dir / "later/letters.db");  // the folder is not there yet
  Receipt receipt = 0;
  while (!bench.wait(bench.letters->list({})).error().text.empty() && receipt < 1) {
    bench.letters->add(letter(++receipt));
  }
  while (!bench.has("fieldgate_dead_letters_lost_total 1") && receipt < 5000) bench.letters->add(letter(++receipt));
  CHECK(receipt == 1001);  // a thousand is what memory holds
  CHECK(bench.letters->open_from(After::stored) == 1);
  std::filesystem::create_directory(dir / "later");
  CHECK(bench.flush());
  CHECK(bench.list({"", "", 0, 5000}).size() == 1000);
}

TEST_CASE("a stop does not wait for a disk that refuses longer than it may") {
  const test::TempDir dir;
  Bench bench(dir / "never/letters.db");
  bench.letters->add(letter(1));
  REQUIRE(test::run_to_end(bench.reactor, bench.letters->close(50ms)));
  CHECK(bench.has("fieldgate_dead_letters_lost_total 1"));
}

TEST_CASE("a damaged file is put aside, and another begun") {
  const test::TempDir dir;
  dir.write("letters.db", std::string(100000, 'g'));
  Bench bench(dir / "letters.db");
  bench.letters->add(letter(1));
  CHECK(bench.flush());
  CHECK(bench.list().size() == 1);
  CHECK(bench.has("fieldgate_dead_letters_removed_total{reason=\"corrupt\"} 1"));
  std::size_t damaged = 0;
  for (const auto& entry : std::filesystem::directory_iterator(dir.path())) {
    if (entry.path().filename().string().starts_with("letters.db.damaged-")) ++damaged;
  }
  CHECK(damaged == 1);
}

TEST_CASE("damage that is found while the file is in use is put aside too") {
  const test::TempDir dir;
  {
    Bench bench(dir / "letters.db");
    for (Receipt receipt = 1; receipt <= 1500; ++receipt) {
      bench.letters->add(letter(receipt, "sink cloud", std::string(3000, 'r')));
    }
    REQUIRE(test::run_to_end(bench.reactor, bench.letters->close(20s)));
  }
  Bench bench(dir / "letters.db");
  REQUIRE(bench.until([&] { return bench.has("fieldgate_dead_letters 1500"); }));
  {
    // More than the cache holds of what opening has read.
    std::fstream file(dir / "letters.db", std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(20 * 4096);
    file << std::string(1400 * 4096, '\x7f');
  }
  CHECK_FALSE(bench.wait(bench.letters->list({"", "", 0, 5000})));
  bench.letters->add(letter(1));
  CHECK(bench.flush());
  CHECK(bench.list().size() == 1);
  CHECK(bench.has("fieldgate_dead_letters_removed_total{reason=\"corrupt\"} 1500"));
}

TEST_CASE("a letter is delivered again, and is removed once its sink has stored it") {
  const test::TempDir dir;
  Bench bench(dir / "letters.db");
  Sink cloud;
  bench.take("sink cloud", cloud);
  bench.letters->add(letter(1, "sink cloud", "one"));
  bench.letters->add(letter(2, "sink cloud", "two"));
  bench.letters->add(letter(3, "sink gone", "three"));
  bench.letters->add(letter(0, "adapter meters", "four"));
  bench.flush();
  const auto replayed = bench.wait(bench.letters->replay({}));
  REQUIRE(replayed);
  CHECK(replayed->marked == 2);
  CHECK(replayed->frames == 1);
  CHECK(replayed->absent == 1);
  REQUIRE(bench.until([&] { return cloud.records.size() == 2; }));
  CHECK(cloud.records == std::vector<std::string>{"one", "two"});
  CHECK(bench.list().size() == 4);  // not stored: still there, in case of a crash
  cloud.store_all();
  REQUIRE(bench.until([&] { return bench.has("fieldgate_dead_letters_removed_total{reason=\"replayed\"} 2"); }));
  CHECK(bench.list().size() == 2);
  CHECK(cloud.records.size() == 2);
}

TEST_CASE("a sink that can take no letter just now is asked again, and holds up no other") {
  const test::TempDir dir;
  Bench bench(dir / "letters.db");
  Sink full;
  Sink other;
  other.open = all_settled;
  int asked = 0;
  bench.letters->on_replay(
      "sink full", [&](const DeadLetter&) { return ++asked < 2 ? Receipt{0} : Receipt{200}; }, full, After::stored);
  bench.take("sink other", other);
  bench.letters->add(letter(1, "sink full"));
  bench.letters->add(letter(2, "sink other"));
  bench.flush();
  CHECK(bench.wait(bench.letters->replay({}))->marked == 2);
  CHECK(bench.until([&] { return bench.has("fieldgate_dead_letters_removed_total{reason=\"replayed\"} 1"); }));
  CHECK(bench.until([&] { return asked == 2; }));
}

TEST_CASE("letters that were marked while no gateway ran are delivered at its start") {
  const test::TempDir dir;
  {
    auto file = DeadLetterFile::open(dir / "letters.db", {});
    REQUIRE(file);
    std::vector<DeadLetter> some(3, letter(9));
    for (DeadLetter& each : some) each.died = Instant::now().wall;
    REQUIRE(file->insert(some, Instant::now().wall));
    REQUIRE(*file->mark({}, "sink cloud") == 3);
  }
  Bench bench(dir / "letters.db");
  Sink cloud;
  cloud.open = all_settled;
  bench.take("sink cloud", cloud);
  CHECK(bench.until([&] { return bench.has("fieldgate_dead_letters_removed_total{reason=\"replayed\"} 3"); }));
  CHECK(cloud.records.size() == 3);
}

TEST_CASE("many marked letters are handed over in parts, each once") {
  const test::TempDir dir;
  Bench bench(dir / "letters.db");
  Sink cloud;
  cloud.open = all_settled;
  bench.take("sink cloud", cloud);
  for (Receipt receipt = 1; receipt <= 450; ++receipt) bench.letters->add(letter(receipt));
  bench.flush();
  CHECK(bench.wait(bench.letters->replay({}))->marked == 450);
  CHECK(bench.until([&] { return bench.has("fieldgate_dead_letters 0"); }));
  CHECK(cloud.records.size() == 450);
}

TEST_CASE("the options of the dead letters and their defaults") {
  DeadLetterOptions options;
  const auto read = [&](config::Section& root) { options = DeadLetterOptions::read(root); };
  CHECK(config::Reading("{}", read).printed.empty());
  CHECK(options.max_size == 64 * 1024 * 1024);
  CHECK(options.max_age == std::chrono::hours(24 * 30));
  CHECK(config::Reading("dead_letters: { max_size: 1MiB, max_age: 7d }", read).printed.empty());
  CHECK(options.max_size == 1024 * 1024);
  CHECK(options.max_age == std::chrono::hours(24 * 7));
  CHECK_FALSE(config::Reading("dead_letters: { max_size: 1KiB }", read).printed.empty());
}
