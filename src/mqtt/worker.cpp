// Worker: a loop over the mailbox.
#include "mqtt/worker.hpp"

#include <csignal>
#include <thread>
#include <vector>

namespace fieldgate::mqtt {
namespace {

constexpr auto patience = std::chrono::seconds(1);

/// No signal is for this thread, nor for those that Paho starts from it.
class SignalsBlocked {
 public:
  SignalsBlocked() {
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before_);
  }
  ~SignalsBlocked() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
  SignalsBlocked(const SignalsBlocked&) = delete;
  SignalsBlocked& operator=(const SignalsBlocked&) = delete;

 private:
  sigset_t before_;
};

}  // namespace

/// What the thread has for itself; jobs run on it too.
struct Worker::Thread {
  std::shared_ptr<Mailbox> mailbox;
  std::unique_ptr<Session> session;

  void run() {
    std::function<void()> job;
    std::vector<Bundle::Item*> items;
    while (mailbox->next(job, items)) {
      if (job) {
        job();
      } else if (items.empty()) {
        nudge();
      } else if (session) {
        session->publish(items);
      } else {
        for (Bundle::Item* item : items) mailbox->settle(*item, Bundle::lost);
      }
    }
    end_session();
  }

  void end_session() {
    const std::uint64_t number = session ? session->number() : 0;
    session.reset();
    mailbox->lose_all();
    mailbox->post({.kind = Event::Kind::closed, .session = number});
  }
};

Worker::Worker(std::shared_ptr<Mailbox> mailbox) : mailbox_(std::move(mailbox)), thread_(std::make_shared<Thread>()) {
  thread_->mailbox = mailbox_;
  std::promise<void> ending;
  ended_ = ending.get_future();
  const SignalsBlocked blocked;
  std::thread([thread = thread_, end = std::move(ending)]() mutable {
    thread->run();
    end.set_value();
  }).detach();
}

Worker::~Worker() {
  mailbox_->quit();
  ended_.wait_for(patience);
}

void Worker::open(Plan plan) {
  mailbox_->work([thread = thread_.get(), plan = std::move(plan)]() mutable {
    thread->session.reset();
    thread->session = std::make_unique<Session>(thread->mailbox, std::move(plan));
    thread->session->open();
  });
}

void Worker::close() {
  mailbox_->work([thread = thread_.get()] { thread->end_session(); });
}

void Worker::subscribe(std::size_t index, Subscription subscription, bool want_retained) {
  mailbox_->work([thread = thread_.get(), index, subscription = std::move(subscription), want_retained] {
    if (thread->session) thread->session->subscribe(index, subscription, want_retained);
  });
}

}  // namespace fieldgate::mqtt
