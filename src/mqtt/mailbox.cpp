// Mailbox: the one lock between the threads, held for moments only.
#include "mqtt/mailbox.hpp"

#include <algorithm>

namespace fieldgate::mqtt {
namespace {

// Paho's sending thread misses what is handed over just as it goes to sleep, and sleeps for a second then (its
// condition variable has no state). Handing over anything more wakes it: after a millisecond without an outcome, and
// twice again later.
constexpr auto first_nudge = std::chrono::milliseconds(1);
constexpr int most_nudges = 3;

}  // namespace

void Mailbox::close() {
  drain_ = nullptr;
  const std::lock_guard lock(mutex_);
  closed_ = true;
}

void Mailbox::take(Arrived& arrived) {
  const std::lock_guard lock(mutex_);
  wake_posted_ = false;
  std::swap(arrived, arrived_);
}

void Mailbox::take(Inbox& inbox) {
  const std::lock_guard lock(mutex_);
  pressure_told_ = false;
  std::swap(inbox, inbox_);
}

std::size_t Mailbox::inbox_bytes() {
  const std::lock_guard lock(mutex_);
  return inbox_.bytes();
}

void Mailbox::limit(std::size_t receive_maximum) {
  const std::lock_guard lock(mutex_);
  limit_ = std::clamp<std::size_t>(receive_maximum, 1, window_);
}

void Mailbox::publish(std::shared_ptr<Bundle> bundle) {
  const std::lock_guard lock(mutex_);
  bundle->mailbox_ = this;
  bundle->open_ = bundle->size();
  queue_.push_back(bundle.get());
  outstanding_.push_back(std::move(bundle));
  wake_worker();
}

void Mailbox::work(std::function<void()> job) {
  const std::lock_guard lock(mutex_);
  jobs_.push_back(std::move(job));
  wake_worker();
}

void Mailbox::quit() {
  const std::lock_guard lock(mutex_);
  quit_ = true;
  wake_worker();
}

std::uint64_t Mailbox::progress() {
  const std::lock_guard lock(mutex_);
  return progress_;
}

bool Mailbox::outstanding() {
  const std::lock_guard lock(mutex_);
  return !outstanding_.empty();
}

bool Mailbox::next(std::function<void()>& job, std::vector<Bundle::Item*>& run) {
  job = nullptr;
  run.clear();
  std::unique_lock lock(mutex_);
  for (;;) {
    if (!jobs_.empty()) {
      job = std::move(jobs_.front());
      jobs_.pop_front();
      return true;
    }
    if (quit_) return false;
    while (!queue_.empty() && !wants_room_ && in_flight_ < limit_) {
      Bundle& bundle = *queue_.front();
      run.push_back(&bundle.items_[next_item_]);
      ++in_flight_;
      if (++next_item_ == bundle.size()) {
        queue_.pop_front();
        next_item_ = 0;
      }
    }
    if (!run.empty()) {
      nudges_ = 0;
      return true;
    }
    wants_room_ = !queue_.empty();
    if (sleep_worker(lock)) return true;
  }
}

/// Sleeps until there may be something to do. True: publications are under way and nothing moves, so Paho is to be
/// nudged.
bool Mailbox::sleep_worker(std::unique_lock<std::mutex>& lock) {
  if (nudged_at_ != settled_count_) nudges_ = 0;
  nudged_at_ = settled_count_;
  const bool watches = in_flight_ > 0 && nudges_ < most_nudges;
  worker_sleeps_ = true;
  bool timed_out = false;
  if (watches) {
    timed_out = worker_.wait_for(lock, first_nudge * (1 << 2 * nudges_)) == std::cv_status::timeout;
  } else {
    worker_.wait(lock);
  }
  worker_sleeps_ = false;
  if (timed_out && wants_room_ && in_flight_ < limit_) {
    // Half of the window would have been a good gulp. But a broker without TCP_NODELAY holds acknowledgements back
    // until we send, for the 40 ms that our kernel holds back its own.
    wants_room_ = false;
    return false;
  }
  if (!timed_out || nudged_at_ != settled_count_) return false;
  ++nudges_;
  return true;
}

void Mailbox::lose_all() {
  const std::lock_guard lock(mutex_);
  for (const auto& bundle : outstanding_) {
    for (Bundle::Item& item : bundle->items_) {
      if (item.outcome == Bundle::pending) item.outcome = Bundle::lost;
    }
    bundle->open_ = 0;
    arrived_.settled.push_back(bundle);
  }
  outstanding_.clear();
  queue_.clear();
  next_item_ = 0;
  in_flight_ = 0;
  wants_room_ = false;
  if (!arrived_.settled.empty()) wake();
}

void Mailbox::post(Event event) {
  const std::lock_guard lock(mutex_);
  arrived_.events.push_back(std::move(event));
  wake();
}

// The reactor hears of whole bundles only: waking it for each acknowledgement would cost more than the acknowledgement.
void Mailbox::settle(Bundle::Item& item, int outcome) {
  const std::lock_guard lock(mutex_);
  if (item.outcome != Bundle::pending) return;
  item.outcome = outcome;
  ++settled_count_;
  if (outcome >= 0) ++progress_;
  --in_flight_;
  if (wants_room_ && in_flight_ <= limit_ / 2) {
    wants_room_ = false;
    wake_worker();
  }
  if (--item.bundle->open_ > 0) return;
  const auto found = std::find_if(outstanding_.begin(), outstanding_.end(),
                                  [&item](const auto& bundle) { return bundle.get() == item.bundle; });
  arrived_.settled.push_back(std::move(*found));
  outstanding_.erase(found);
  wake();
}

void Mailbox::deliver(const Incoming& message) {
  const std::lock_guard lock(mutex_);
  if (message.payload.size() > max_message_) {
    ++arrived_.too_large;
    return wake();
  }
  if (inbox_.bytes() + message.size() > inbox_limit_) {
    ++arrived_.dropped;
    return wake();
  }
  const bool was_empty = inbox_.empty();
  inbox_.add(message);
  const bool half_full = !pressure_told_ && inbox_.bytes() > inbox_limit_ / 2;
  if (half_full) {
    pressure_told_ = true;
    arrived_.events.push_back({.kind = Event::Kind::pressure});
  }
  // One that grows was told of when it began, and is taken as soon as it is wanted.
  if (was_empty || half_full) wake();
}

// Under the lock, so that after `close` nobody is about to post.
void Mailbox::wake() {
  if (wake_posted_ || closed_) return;
  wake_posted_ = true;
  asio::post(io_, [self = shared_from_this()] {
    if (self->drain_) self->drain_();
  });
}

void Mailbox::wake_worker() {
  if (worker_sleeps_) worker_.notify_one();
}

}  // namespace fieldgate::mqtt
