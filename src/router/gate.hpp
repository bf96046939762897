// The gate between adapters and a full buffer.
#pragma once

#include "reactor/event.hpp"

namespace fieldgate::router {

/// Closed while a buffer with `when_full: block` is above its high-water mark. Adapters look at it after every frame,
/// and wait for it before they read on.
class Gate {
 public:
  explicit Gate(asio::io_context& io) : opened_(io) {}

  bool open() const { return open_; }
  void close() { open_ = false; }
  void reopen() {
    if (open_) return;
    open_ = true;
    opened_.notify();
  }

  /// Returns once it is open.
  Awaitable<> wait() {
    while (!open_) co_await opened_.wait();
  }

 private:
  reactor::Event opened_;
  bool open_ = true;
};

}  // namespace fieldgate::router
