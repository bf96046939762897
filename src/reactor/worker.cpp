// Worker: jobs out, results home.
#include "reactor/worker.hpp"

#include <utility>

#include "reactor/home.hpp"
#include "reactor/worker_pool.hpp"

namespace fieldgate::reactor {

/// What jobs under way still see of a worker that has gone.
struct Worker::State {
  int jobs = 0;
  bool gone = false;
};

Worker::Worker(Reactor& reactor)
    : reactor_(reactor), thread_(std::make_unique<WorkerPool>(1)), state_(std::make_shared<State>()) {}

Worker::~Worker() {
  state_->gone = true;
  reactor_.jobs_ -= static_cast<int>(thread_->drop());
}

bool Worker::busy() const { return state_->jobs > 0; }

void Worker::run(std::function<void()> job, std::function<void()> done) {
  ++state_->jobs;
  ++reactor_.jobs_;
  // What the reactor's side owns must die there: it goes with the handler, and comes back with it.
  auto finish = [&reactor = reactor_, state = state_, done = std::move(done)] {
    --reactor.jobs_;
    --state->jobs;
    if (!state->gone) done();
  };
  thread_->run([home = reactor_.home_, job = std::move(job), finish = std::move(finish)]() mutable {
    job();
    job = nullptr;
    home->post(std::move(finish));
  });
}

Awaitable<> Worker::run(std::function<void()> job) {
  auto handover = std::make_shared<Handover>(reactor_.io());
  const std::weak_ptr<Handover> waiting = handover;
  run(std::move(job), [waiting] { Handover::finish(waiting); });
  error_code ignored;
  while (!handover->finished) co_await handover->done.async_wait(into(ignored));
}

}  // namespace fieldgate::reactor
