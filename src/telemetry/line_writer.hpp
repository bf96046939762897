// Writes log lines to a descriptor from a thread of its own, so that a reader who does not read holds nobody up.
#pragma once

#include <array>
#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>

namespace fieldgate::telemetry {

/// A bounded queue of lines and the thread that writes them. Without the thread, lines are written where they are made.
/// spdlog's own asynchronous logger would wake up every ten seconds for nothing (1.10), and waits without end for a
/// descriptor that takes nothing when the process stops. Safe for threads.
class LineWriter {
 public:
  static constexpr std::size_t queue_lines = 512;

  /// Longer lines are cut: the queue is bounded in bytes too.
  static constexpr std::size_t max_line = 8 * 1024;

  explicit LineWriter(int descriptor) : descriptor_(descriptor) {}
  ~LineWriter() { stop(std::chrono::milliseconds(0)); }

  void start();

  /// Writes what is queued, for `grace` at most, and ends the thread.
  void stop(std::chrono::milliseconds grace);

  /// Queues a line, which ends with its line end. If the queue is full, the oldest goes.
  void write(std::string_view line);

  std::uint64_t dropped() const { return dropped_.load(std::memory_order_relaxed); }

 private:
  void work();
  bool put(std::string_view text);
  bool given_up() const;

  const int descriptor_;
  std::atomic<std::uint64_t> dropped_{0};
  std::atomic<std::int64_t> give_up_at_{INT64_MAX};  // steady clock's count
  std::mutex mutex_;
  std::condition_variable wake_;
  std::array<std::string, queue_lines> queue_;
  std::size_t first_ = 0;
  std::size_t size_ = 0;
  bool stopping_ = false;
  std::atomic<bool> running_{false};
  std::thread thread_;
};

}  // namespace fieldgate::telemetry
