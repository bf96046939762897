// A thread of one's own for calls that block: a file's, a database's.
#pragma once

#include <functional>
#include <memory>

#include "reactor/asio.hpp"

namespace fieldgate::reactor {

class Reactor;
class WorkerPool;

/// Runs blocking jobs one after the other on a thread that nobody else has to wait for. Used from the reactor's thread.
/// Destroying it drops the jobs that have not begun and does not wait for the one that has: what jobs use they must own
/// (by shared pointers), and `busy` tells whether any is under way.
class Worker {
 public:
  explicit Worker(Reactor& reactor);
  ~Worker();
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  /// Runs `job` on the thread, then `done` on the reactor, unless the worker has gone by then.
  void run(std::function<void()> job, std::function<void()> done);

  /// Runs `job` and resumes when it is done.
  Awaitable<> run(std::function<void()> job);

  bool busy() const;

 private:
  struct State;
  Reactor& reactor_;
  std::unique_ptr<WorkerPool> thread_;
  std::shared_ptr<State> state_;
};

}  // namespace fieldgate::reactor
