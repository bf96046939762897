// Ends the waits of a socket when their time is up.
#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>

#include "message/time.hpp"
#include "reactor/asio.hpp"

namespace fieldgate::reactor {

/// Closes `socket` when the time is up, so that whatever waits on it ends with an error. One timer for a whole request,
/// not one for each read. Lives as long as the socket.
template <class Socket>
class Deadline {
 public:
  Deadline(asio::io_context& io, Socket& socket) : timer_(io), state_(std::make_shared<State>(State{&socket})) {}
  ~Deadline() { state_->socket = nullptr; }
  Deadline(const Deadline&) = delete;
  Deadline& operator=(const Deadline&) = delete;

  /// Starts anew.
  void expires_after(Duration duration) {
    timer_.expires_after(duration);
    const std::uint64_t round = ++state_->round;
    timer_.async_wait([state = state_, round](const error_code& ec) {
      if (ec || state->socket == nullptr || state->round != round) return;
      state->passed = true;
      error_code ignored;
      state->socket->close(ignored);
    });
  }

  void cancel() {
    ++state_->round;
    timer_.cancel();
  }

  /// Whether it closed the socket, ever.
  bool passed() const { return state_->passed; }

  Duration left() const {
    return std::max(Duration(0), std::chrono::duration_cast<Duration>(timer_.expiry() - Timer::clock_type::now()));
  }

 private:
  struct State {
    Socket* socket;
    std::uint64_t round = 0;
    bool passed = false;
  };
  Timer timer_;
  std::shared_ptr<State> state_;
};

}  // namespace fieldgate::reactor
