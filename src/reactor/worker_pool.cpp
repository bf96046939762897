// WorkerPool: the threads and their queue.
#include "reactor/worker_pool.hpp"

#include <csignal>
#include <utility>

namespace fieldgate::reactor {

WorkerPool::~WorkerPool() {
  const std::scoped_lock lock(shared_->mutex);
  shared_->stopping = true;
  shared_->jobs.clear();
  shared_->wake.notify_all();
}

std::size_t WorkerPool::drop() {
  const std::scoped_lock lock(shared_->mutex);
  const std::size_t dropped = shared_->jobs.size();
  shared_->jobs.clear();
  return dropped;
}

void WorkerPool::run(std::function<void()> job) {
  const std::scoped_lock lock(shared_->mutex);
  shared_->jobs.push_back(std::move(job));
  if (shared_->idle >= shared_->jobs.size() || started_ == limit_) {
    shared_->wake.notify_one();
    return;
  }
  ++started_;
  // Signals are the reactor's: a new thread inherits the mask that is set while it is made.
  sigset_t all;
  sigset_t before;
  sigfillset(&all);
  pthread_sigmask(SIG_BLOCK, &all, &before);
  std::thread(work, shared_).detach();
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

void WorkerPool::work(const std::shared_ptr<Shared>& shared) {
  std::unique_lock lock(shared->mutex);
  while (!shared->stopping) {
    if (shared->jobs.empty()) {
      ++shared->idle;
      shared->wake.wait(lock);
      --shared->idle;
      continue;
    }
    const std::function<void()> job = std::move(shared->jobs.front());
    shared->jobs.pop_front();
    lock.unlock();
    job();
    lock.lock();
  }
}

}  // namespace fieldgate::reactor
