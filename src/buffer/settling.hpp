// The face that whoever keeps messages shows to those who wait for them to be settled.
#pragma once

#include <vector>

#include "message/receipt.hpp"
#include "reactor/event.hpp"

namespace fieldgate::buffer {

/// Keeps messages until they are settled: delivered, expired, dropped and counted, or a dead letter on disk. An outlet,
/// and the dead letters. Lives on the reactor's thread; nothing is allocated per message.
class Settling {
 public:
  virtual ~Settling() = default;

  /// A watermark: below it no message of this run that came here is open; `all_settled` where none is. Never falls.
  virtual Receipt open_from(After after) const = 0;

  /// An answer waits until what has come so far is stored, or delivered: nothing may wait for a fuller batch.
  virtual void hurry(After after) = 0;

  /// `event`, which outlives this, is notified whenever a watermark may have moved.
  void watch(reactor::Event& event) { watchers_.push_back(&event); }

 protected:
  void moved() const {
    for (reactor::Event* watcher : watchers_) watcher->notify();
  }

 private:
  std::vector<reactor::Event*> watchers_;
};

}  // namespace fieldgate::buffer
