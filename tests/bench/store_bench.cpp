// What durability costs: the disk buffer's file beside a bare append-and-fdatasync log, on the same disk at the same
// time.
//
// store_bench [FOLDER] [SECONDS] [BATCH_BYTES] [GROUP]
// GROUP: how many batches wait for a commit at most.
// Alternates between the two, and prints the medians, their ratio, and the bytes that went to the disk for each byte of
// payload (insert and erase included).
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "buffer/store.hpp"
#include "reactor/reactor.hpp"

using namespace fieldgate;
using Clock = std::chrono::steady_clock;

namespace {

constexpr std::size_t max_size = 256 * 1024 * 1024;
constexpr std::size_t backlog = 64;  // batches that wait for their sink

struct Figures {
  double bytes_per_second = 0;
  double written_per_byte = 0;
};

/// Bytes that this process had written to block devices, the kernel's write-back included.
std::uint64_t disk_bytes() {
  std::ifstream io("/proc/self/io");
  std::string name;
  std::uint64_t value = 0;
  while (io >> name >> value) {
    if (name == "write_bytes:") return value;
  }
  return 0;
}

std::shared_ptr<const Batch> make_batch(std::size_t bytes) {
  auto batch = std::make_shared<Batch>();
  for (std::size_t i = 0; batch->bytes() + 256 <= bytes; ++i) {
    batch->text().append(200, static_cast<char>('a' + i % 26)).append(std::to_string(i));
    batch->commit('\n', {}, i + 1, Clock::now());
  }
  return batch;
}

/// Keeps the store supplied: as production does, what comes during a commit goes with the next.
struct StoreLoad final : buffer::Store::Listener {
  StoreLoad(reactor::Reactor& to, const std::filesystem::path& file, std::shared_ptr<const Batch> what,
            std::size_t group, Clock::duration how_long)
      : reactor(to), batch(std::move(what)), waiting(group), time(how_long), store(to, file, max_size, 1, *this) {}

  void opened(const buffer::Found& found) override {
    next = found.next;
    first = found.next;
    done = found.next - 1;
    start = Clock::now();
    fill();
  }
  void committed(buffer::RowId last) override {
    while (done < last) {
      ++done;
      bytes += batch->bytes();
      if (done >= first + backlog) store.erase(done - backlog);
    }
    took = Clock::now() - start;
    if (took < time) return fill();
    if (next != done + 1) return;
    for (buffer::RowId id = done - backlog + 1; id <= done; ++id) store.erase(id);
    store.close([this] { reactor.stop(); });
  }
  void fill() {
    while (next <= done + waiting) {
      store.insert({next, 0, batch});
      ++next;
    }
  }
  void failing(const Error& error) override {
    std::fprintf(stderr, "%s\n", error.text.c_str());
    std::exit(1);
  }
  void healthy() override {}
  void damaged(std::uint32_t, std::uint64_t, const std::string&) override {}

  reactor::Reactor& reactor;
  std::shared_ptr<const Batch> batch;
  std::size_t waiting;
  Clock::duration time;
  Clock::time_point start;
  std::chrono::duration<double> took{};
  buffer::RowId next = 1;
  buffer::RowId done = 0;
  buffer::RowId first = 1;
  std::uint64_t bytes = 0;
  buffer::Store store;
};

Figures run_store(const std::filesystem::path& folder, std::shared_ptr<const Batch> batch, std::size_t waiting,
                  Clock::duration time) {
  const std::filesystem::path file = folder / "bench.db";
  const std::uint64_t before = disk_bytes();
  double bytes = 0;
  double seconds = 0;
  {
    reactor::Reactor reactor;
    const auto running = asio::make_work_guard(reactor.io());
    StoreLoad load(reactor, file, std::move(batch), waiting, time);
    reactor.run();
    bytes = static_cast<double>(load.bytes);
    seconds = load.took.count();
  }
  return {bytes / seconds, static_cast<double>(disk_bytes() - before) / bytes};
}

/// The same group commits, on a file that only grows: the least that durability can cost.
Figures run_log(const std::filesystem::path& folder, const Batch& batch, std::size_t waiting, Clock::duration time) {
  const std::filesystem::path file = folder / "bench.log";
  const int log = ::open(file.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  const std::uint64_t before = disk_bytes();
  const auto start = Clock::now();
  std::uint64_t bytes = 0;
  while (Clock::now() < start + time) {
    for (std::size_t i = 0; i < waiting; ++i) {
      const std::string_view text = batch.parts().text;
      if (::write(log, text.data(), text.size()) != static_cast<ssize_t>(text.size())) std::exit(1);
      bytes += text.size();
    }
    if (::fdatasync(log) != 0) std::exit(1);
  }
  const std::chrono::duration<double> took = Clock::now() - start;
  ::close(log);
  std::filesystem::remove(file);
  return {static_cast<double>(bytes) / took.count(),
          static_cast<double>(disk_bytes() - before) / static_cast<double>(bytes)};
}

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

}  // namespace

int main(int argc, char** argv) {
  const std::filesystem::path folder = argc > 1 ? argv[1] : std::filesystem::temp_directory_path();
  const double seconds = argc > 2 ? std::atof(argv[2]) : 2;
  const std::size_t batch_bytes = argc > 3 ? std::strtoull(argv[3], nullptr, 10) : 64 * 1024;
  const std::size_t group = argc > 4 ? std::strtoull(argv[4], nullptr, 10) : 4;
  const auto time = std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(seconds));
  const std::shared_ptr<const Batch> batch = make_batch(batch_bytes);
  std::vector<double> store;
  std::vector<double> log;
  std::vector<double> written;
  for (int round = 0; round < 7; ++round) {
    const Figures one = run_store(folder, batch, group, time);
    const Figures other = run_log(folder, *batch, group, time);
    store.push_back(one.bytes_per_second);
    log.push_back(other.bytes_per_second);
    written.push_back(one.written_per_byte);
    std::printf("store %7.1f MB/s, %.2f bytes to disk per byte; log %7.1f MB/s, %.2f\n", one.bytes_per_second / 1e6,
                one.written_per_byte, other.bytes_per_second / 1e6, other.written_per_byte);
  }
  std::filesystem::remove(folder / "bench.db");
  std::printf("median: store %.1f MB/s, log %.1f MB/s, ratio %.2f; bytes to disk per byte %.2f\n", median(store) / 1e6,
              median(log) / 1e6, median(store) / median(log), median(written));
  return 0;
}
