// Proves the file sink: lines, directories, rotation, and whole lines on a full disk.
#include "sink/file.hpp"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zstd.h>

#include <csignal>
#include <fstream>

#include "support/catch.hpp"
#include "support/http_sink.hpp"
#include "support/process.hpp"
#include "support/temp_dir.hpp"

using namespace fieldgate;
using namespace std::chrono_literals;
using sink::Delivery;
using sink::Encoding;
using sink::File;
using sink::FileWriter;
using sink::RotateOptions;
using Bench = test::SinkBench<File>;
using Outcome = Delivery::Outcome;

namespace {

const TimePoint morning = std::chrono::sys_days(std::chrono::year(2026) / 1 / 31) + 8h + 15min + 30s;

std::string content(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::vector<std::string> names(const std::filesystem::path& directory) {
  std::vector<std::string> all;
  for (const auto& entry : std::filesystem::directory_iterator(directory))
    all.push_back(entry.path().filename().string());
  std::sort(all.begin(), all.end());
  return all;
}

/// All members of a compressed file.
std::string unpacked(const std::filesystem::path& path, const std::string& compression) {
  if (compression == "gzip") return test::run({"zcat", path.string()});
  const std::string frames = content(path);
  std::string out(100000, '\0');
  const std::size_t size = ZSTD_decompress(out.data(), out.size(), frames.data(), frames.size());
  REQUIRE(ZSTD_isError(size) == 0);
  out.resize(size);
  return out;
}

/// Files may not grow beyond `bytes` while it lives: the nearest to a full disk that needs no privilege.
struct SizeLimit {
  explicit SizeLimit(rlim_t bytes) {
    ::getrlimit(RLIMIT_FSIZE, &before);
    std::signal(SIGXFSZ, SIG_IGN);
    const rlimit limit{bytes, before.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &limit);
  }
  ~SizeLimit() { ::setrlimit(RLIMIT_FSIZE, &before); }
  rlimit before{};
};

}  // namespace

TEST_CASE("each record is a line; directories are made; nobody else may write") {
  test::TempDir directory;
  Bench bench("path: " + (directory / "a/b/out.ndjson").string());
  CHECK(bench.deliver({"1", "2"}).outcome == Outcome::confirmed);
  CHECK(bench.deliver({"0", "3"}, 1).outcome == Outcome::confirmed);
  CHECK(content(directory / "a/b/out.ndjson") == "1\n2\n3\n");
  struct stat found {};
  REQUIRE(::stat((directory / "a/b/out.ndjson").c_str(), &found) == 0);
  CHECK((found.st_mode & 0777U & ~0640U) == 0);
  CHECK(bench.sink->up());
}

TEST_CASE("an array is one line") {
  test::TempDir directory;
  Bench bench("path: " + (directory / "out").string(), {Encoding::Type::json_array});
  CHECK(bench.deliver({"1", "2"}).outcome == Outcome::confirmed);
  CHECK(content(directory / "out") == "[1,2]\n");
}

TEST_CASE("a path that differs by message keeps every device in its own file, and inside the directory") {
  test::TempDir directory;
  Bench bench("path: \"" + (directory / "{{ device }}.ndjson").string() + "\"");
  bench.add("1", "a");
  bench.add("2", "b");
  bench.add("3", "a");
  bench.add("4", "../../b");
  CHECK(test::run_on(bench.reactor, bench.sink->deliver(bench.content, 0, bench.content.size(), 0)).outcome ==
        Outcome::confirmed);
  CHECK(content(directory / "a.ndjson") == "1\n3\n");
  CHECK(content(directory / "b.ndjson") == "2\n");
  CHECK(names(directory.path()).size() == 3);
  CHECK_FALSE(std::filesystem::exists(directory.path().parent_path() / "b.ndjson"));
}

TEST_CASE("more files than may be open are all written") {
  test::TempDir directory;
  FileWriter writer({});
  for (int round = 0; round < 2; ++round) {
    for (std::size_t file = 0; file < 2 * FileWriter::max_open; ++file) {
      REQUIRE(writer.append(directory / std::to_string(file), "x\n", Instant::now().wall));
    }
  }
  CHECK(writer.sync());
  for (std::size_t file = 0; file < 2 * FileWriter::max_open; ++file)
    CHECK(content(directory / std::to_string(file)) == "x\nx\n");
}

TEST_CASE("a name that leaves no room for the stamp of its rotation is an error, no end") {
  test::TempDir directory;
  RotateOptions options;
  options.max_size = 10;
  FileWriter writer(options);
  const auto path = directory / (std::string(240, 'n') + ".ndjson");
  REQUIRE(writer.append(path, "12345678\n", morning));
  const auto rotated = writer.append(path, "12345678\n", morning);
  REQUIRE_FALSE(rotated);
  CHECK(rotated.error().reason == "path");
}

TEST_CASE("a file that would grow too large is put aside, and the oldest go") {
  test::TempDir directory;
  FileWriter writer(RotateOptions{24h * 36500, 1024, 2});
  const std::string line = std::string(599, 'x') + "\n";
  for (int file = 0; file < 5; ++file) {
    REQUIRE(writer.append(directory / "out.ndjson", line, morning + std::chrono::seconds(file)));
  }
  CHECK(names(directory.path()) ==
        std::vector<std::string>{"out.20260131T081533Z.ndjson", "out.20260131T081534Z.ndjson", "out.ndjson"});
  CHECK(content(directory / "out.ndjson") == line);
}

TEST_CASE("two rotations in one second do not overwrite one another") {
  test::TempDir directory;
  FileWriter writer(RotateOptions{24h * 36500, 1024, 30});
  for (char mark = 'a'; mark < 'd'; ++mark)
    REQUIRE(writer.append(directory / "out", std::string(1000, mark) + "\n", morning));
  CHECK(names(directory.path()) ==
        std::vector<std::string>{"out", "out.20260131T081530Z", "out.20260131T081530Z-0001"});
  CHECK(content(directory / "out")[0] == 'c');
  CHECK(content(directory / "out.20260131T081530Z")[0] == 'a');
  CHECK(content(directory / "out.20260131T081530Z-0001")[0] == 'b');
}

TEST_CASE("a new day is a new file, but an empty one is not put aside") {
  test::TempDir directory;
  FileWriter writer(RotateOptions{});
  REQUIRE(writer.append(directory / "out", "a\n", Instant::now().wall));
  REQUIRE(writer.append(directory / "out", "b\n", Instant::now().wall + 24h));
  CHECK(names(directory.path()).size() == 2);
  CHECK(content(directory / "out") == "b\n");
}

TEST_CASE("files of others with similar names are not removed") {
  test::TempDir directory;
  directory.write("out.important.ndjson", "mine");
  directory.write("out.20260131.ndjson", "mine");
  FileWriter writer(RotateOptions{24h * 36500, 1024, 1});
  for (int file = 0; file < 4; ++file) {
    REQUIRE(
        writer.append(directory / "out.ndjson", std::string(1000, 'x') + "\n", morning + std::chrono::seconds(file)));
  }
  CHECK(std::filesystem::exists(directory / "out.important.ndjson"));
  CHECK(std::filesystem::exists(directory / "out.20260131.ndjson"));
  CHECK(names(directory.path()).size() == 4);
}

TEST_CASE("a write that fails half-way leaves no half line, and passes later") {
  test::TempDir directory;
  Bench bench("path: " + (directory / "out").string());
  REQUIRE(bench.deliver({"first"}).outcome == Outcome::confirmed);
  Delivery delivery;
  {
    SizeLimit limit(1000);
    delivery = bench.deliver({std::string(5000, 'x')});
  }
  CHECK(delivery.outcome == Outcome::retry);
  CHECK(delivery.delivered == 0);
  CHECK_FALSE(bench.sink->up());
  CHECK(content(directory / "out") == "first\n");
  CHECK(bench.deliver({"second"}).outcome == Outcome::confirmed);
  CHECK(content(directory / "out") == "first\nsecond\n");
}

TEST_CASE("half a line that a killed process left gets its end") {
  test::TempDir directory;
  directory.write("out", "{\"half\":");
  Bench bench("path: " + (directory / "out").string());
  CHECK(bench.deliver({"1"}).outcome == Outcome::confirmed);
  CHECK(content(directory / "out") == "{\"half\":\n1\n");
}

TEST_CASE("a file that somebody moved away is begun anew") {
  test::TempDir directory;
  Bench bench("path: " + (directory / "out").string());
  bench.deliver({"1"});
  std::filesystem::rename(directory / "out", directory / "moved");
  bench.deliver({"2"});
  CHECK(content(directory / "moved") == "1\n");
  CHECK(content(directory / "out") == "2\n");
}

TEST_CASE("what is no file, and what cannot be made, is tried again with a reason") {
  test::TempDir directory;
  REQUIRE(::mkfifo((directory / "fifo").c_str(), 0600) == 0);
  Bench fifo("path: " + (directory / "fifo").string());
  Delivery delivery = fifo.deliver({"1"});
  CHECK(delivery.outcome == Outcome::retry);
  CHECK(delivery.text.find("not a regular file") != std::string::npos);
  directory.write("file", "");
  Bench below("path: " + (directory / "file/out").string());
  delivery = below.deliver({"1"});
  CHECK(delivery.outcome == Outcome::retry);
  CHECK(delivery.text.find((directory / "file").string()) != std::string::npos);
}

TEST_CASE("a name that no file can have is rejected, the rest goes on") {
  test::TempDir directory;
  Bench bench("path: \"" + (directory / "{{ device }}{{ device }}").string() + "\"");
  bench.add("1", "a");
  bench.add("2", std::string(200, 'b'));
  bench.add("3", "c");
  Delivery delivery = test::run_on(bench.reactor, bench.sink->deliver(bench.content, 0, bench.content.size(), 0));
  CHECK(delivery.outcome == Outcome::rejected);
  CHECK(delivery.delivered == 1);
  CHECK(delivery.rejected == 1);
  delivery = test::run_on(bench.reactor, bench.sink->deliver(bench.content, 2, bench.content.size(), 0));
  CHECK(delivery.outcome == Outcome::confirmed);
  CHECK(content(directory / "cc") == "3\n");
}

TEST_CASE("a compressed file that a killed process left half a member in is read as a whole after the next batch") {
  for (const std::string compression : {"gzip", "zstd"}) {
    test::TempDir directory;
    const auto path = directory / "out.gz";
    const std::string yaml = "path: " + path.string() + "\ncompression: " + compression;
    Bench(yaml).deliver({"1", "2"});
    const auto whole = std::filesystem::file_size(path);
    Bench(yaml).deliver({std::string(1000, 'x')});
    std::filesystem::resize_file(path, whole + 15);
    if (compression == "gzip") {
      test::Process cut({"zcat", path.string()});  // complains, and exits with an error
      CHECK(cut.wait_for_output("1\n2\n"));
    }
    Bench(yaml).deliver({"3"});
    CHECK(unpacked(path, compression) == "1\n2\n3\n");
  }
}
