// The thread that makes all calls into Paho for one client.
#pragma once

#include <future>
#include <memory>

#include "mqtt/session.hpp"

namespace fieldgate::mqtt {

/// Owns the session, on its thread. What is asked for here is done in its order, behind what Paho is blocked by; how it
/// went comes by the mailbox.
class Worker {
 public:
  explicit Worker(std::shared_ptr<Mailbox> mailbox);
  /// Ends the session and the thread. Paho may be blocked for seconds, by another client's name lookup under its global
  /// lock: then, after a moment, the thread is left to end by itself. It shares nothing with us but the mailbox.
  ~Worker();

  void open(Plan plan);
  /// Ends the session; the event `closed` says when that was done.
  void close();
  void subscribe(std::size_t index, Subscription subscription, bool want_retained);

 private:
  struct Thread;
  std::shared_ptr<Mailbox> mailbox_;
  std::shared_ptr<Thread> thread_;
  std::future<void> ended_;
};

}  // namespace fieldgate::mqtt
