// The reactor: the one io_context and what belongs to it. The face of this room. It returns errors, it does not log.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "message/result.hpp"
#include "message/time.hpp"
#include "reactor/asio.hpp"

namespace fieldgate::reactor {

class Worker;
class WorkerPool;

/// Runs everything of Fieldgate but the blocking calls, on one thread.
class Reactor {
 public:
  Reactor();
  ~Reactor();
  Reactor(const Reactor&) = delete;
  Reactor& operator=(const Reactor&) = delete;

  asio::io_context& io() { return io_; }

  /// Runs until `stop`. Called once.
  void run() { io_.run(); }
  void stop() { io_.stop(); }

  /// Where whoever was woken reads into. Good until the reader next suspends: the whole reactor shares it.
  std::span<char> scratch() { return {scratch_.get(), scratch_size}; }
  static constexpr std::size_t scratch_size = 256 * 1024;

  /// Starts a life: `work` runs until it returns. An exception out of it is a bug and ends the process.
  void spawn(Awaitable<> work);

  /// Addresses of `host` (a name or a literal) by a thread of its own, since a lookup can block for seconds. After
  /// `deadline` the answer is an error; the lookup ends when it ends. The last good answer stands in for a failed
  /// lookup.
  Awaitable<Result<std::vector<asio::ip::address>>> resolve(std::string host, Duration deadline);

  /// Runs `job` on the worker thread and resumes here when it is done. For calls that block, and for long computations.
  Awaitable<> blocking(std::function<void()> job);

  /// Whether such a call, or a job of any Worker, is under way: what it uses must not be destroyed before it returns.
  bool busy() const { return jobs_ > 0; }

 private:
  friend class Worker;
  struct Home;
  struct Cache;

  asio::io_context io_{1};
  int jobs_ = 0;
  std::unique_ptr<char[]> scratch_;
  std::shared_ptr<Home> home_;
  std::unique_ptr<Worker> worker_;
  std::unique_ptr<WorkerPool> resolvers_;
  std::unique_ptr<Cache> cache_;
};

/// Waits for `duration`, or until cancelled.
Awaitable<> sleep(Duration duration);

}  // namespace fieldgate::reactor
