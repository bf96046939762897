// The gateway's folder.
#include "storage/data_dir.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <fstream>

#include "support/catch.hpp"
#include "support/temp_dir.hpp"

using namespace fieldgate;
using namespace fieldgate::test;
using storage::DataDir;

namespace {

unsigned mode_of(const std::filesystem::path& path) {
  struct stat status {};
  REQUIRE(::stat(path.c_str(), &status) == 0);
  return status.st_mode & 0777;
}

}  // namespace

TEST_CASE("the folder is made, and only its owner can look into it") {
  const TempDir dir;
  const Result<DataDir> data = DataDir::open(dir / "deep/data");
  REQUIRE(data);
  CHECK(mode_of(dir / "deep/data") == 0700);
  CHECK(mode_of(dir / "deep/data/buffers") == 0700);
  CHECK(mode_of(dir / "deep/data/lock") == 0600);
  CHECK(data->buffer("cloud") == dir / "deep/data/buffers/cloud.db");
}

TEST_CASE("one process has the folder, and another is told which") {
  const TempDir dir;
  {
    Result<DataDir> data = DataDir::open(dir.path());
    REQUIRE(data);
    const DataDir moved = std::move(*data);
    const Result<DataDir> second = DataDir::open(dir.path());
    REQUIRE_FALSE(second);
    CHECK(second.error().reason == "locked");
    CHECK(second.error().text.find("process " + std::to_string(::getpid())) != std::string::npos);
  }
  CHECK(DataDir::open(dir.path()));
}

TEST_CASE("a folder that cannot be had is named, with what to do") {
  const TempDir dir;
  dir.write("file", "x");
  const Result<DataDir> data = DataDir::open(dir / "file");
  REQUIRE_FALSE(data);
  CHECK(data.error().text.find((dir / "file").string()) != std::string::npos);
  CHECK(data.error().text.find("gateway.data_dir") != std::string::npos);
  CHECK_FALSE(DataDir::open(dir / "file/below"));
}

TEST_CASE("runs are counted up from 1") {
  const TempDir dir;
  for (const Epoch expected : {1U, 2U, 3U}) {
    Result<DataDir> data = DataDir::open(dir.path());
    REQUIRE(data);
    std::string damage;
    const Result<Epoch> epoch = data->next_epoch(damage);
    REQUIRE(epoch);
    CHECK(*epoch == expected);
    CHECK(damage.empty());
  }
  CHECK(mode_of(dir / "epoch") == 0600);
  CHECK_FALSE(std::filesystem::exists(dir / "epoch.new"));
}

TEST_CASE("a damaged number is set aside, and the count goes on from the clock") {
  for (const char* text :
       {"", "garbage", "epoch 7\nepoch 3\n", "epoch 0\nepoch 0\n", "epoch 4294967295\nepoch 4294967295\n"}) {
    const TempDir dir;
    Result<DataDir> data = DataDir::open(dir.path());
    REQUIRE(data);
    dir.write("epoch", text);
    std::string damage;
    const Result<Epoch> epoch = data->next_epoch(damage);
    REQUIRE(epoch);
    CHECK(*epoch > 1'600'000'000);
    CHECK(std::filesystem::exists(dir / ("epoch.damaged-" + std::to_string(*epoch))));
    CHECK(damage.find("epoch.damaged-" + std::to_string(*epoch)) != std::string::npos);
    CHECK(*data->next_epoch(damage) == *epoch + 1);
  }
}

TEST_CASE("a folder or a pipe in the number's place is set aside as well") {
  const TempDir dir;
  Result<DataDir> data = DataDir::open(dir.path());
  REQUIRE(data);
  const bool is_pipe = GENERATE(true, false);
  if (is_pipe) {
    REQUIRE(::mkfifo((dir / "epoch").c_str(), 0600) == 0);
  } else {
    std::filesystem::create_directory(dir / "epoch");
  }
  std::string damage;
  const Result<Epoch> epoch = data->next_epoch(damage);
  REQUIRE(epoch);
  CHECK(*epoch > 1'600'000'000);
  CHECK_FALSE(damage.empty());
}

TEST_CASE("a number that is gone while messages are there goes on from the clock") {
  const TempDir dir;
  Result<DataDir> data = DataDir::open(dir.path());
  REQUIRE(data);
  std::ofstream(data->buffer("cloud")) << "x";
  std::string damage;
  const Result<Epoch> epoch = data->next_epoch(damage);
  REQUIRE(epoch);
  CHECK(*epoch > 1'600'000'000);
}
