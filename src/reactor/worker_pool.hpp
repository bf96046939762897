// Threads for calls that block.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>

namespace fieldgate::reactor {

/// A few threads, started with the first job, that run jobs in their order. Used from one thread.
class WorkerPool {
 public:
  explicit WorkerPool(std::size_t threads) : limit_(threads) {}

  /// Drops the jobs that have not begun and leaves behind the threads that are still in one: a lookup may block for
  /// many seconds, and stopping must not wait for it.
  ~WorkerPool();

  void run(std::function<void()> job);

  /// Drops the jobs that have not begun; returns how many.
  std::size_t drop();

 private:
  struct Shared {
    std::mutex mutex;
    std::condition_variable wake;
    std::deque<std::function<void()>> jobs;
    std::size_t idle = 0;
    bool stopping = false;
  };
  static void work(const std::shared_ptr<Shared>& shared);

  std::size_t limit_;
  std::size_t started_ = 0;
  std::shared_ptr<Shared> shared_ = std::make_shared<Shared>();
};

}  // namespace fieldgate::reactor
