// LineWriter: the queue, and writes that can be given up.
#include "telemetry/line_writer.hpp"

#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

namespace fieldgate::telemetry {

namespace {

/// A pipe that polls as writable takes this much without blocking (pipe(7), PIPE_BUF).
constexpr std::size_t chunk = 4096;

/// How long a blocked writer waits before it looks whether it should stop.
constexpr int patience_ms = 100;

/// Capacity that a place in the queue may keep.
constexpr std::size_t keep_capacity = 512;

}  // namespace

void LineWriter::start() {
  if (thread_.joinable()) return;
  stopping_ = false;
  give_up_at_ = INT64_MAX;
  // Signals are the reactor's: no thread of ours may take them.
  sigset_t all;
  sigset_t before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  thread_ = std::thread([this] { work(); });
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  running_ = true;
}

void LineWriter::stop(std::chrono::milliseconds grace) {
  if (!thread_.joinable()) return;
  give_up_at_ = (std::chrono::steady_clock::now() + grace).time_since_epoch().count();
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_one();
  thread_.join();
  running_ = false;
  const std::lock_guard lock(mutex_);
  dropped_ += size_;
  size_ = 0;
}

void LineWriter::write(std::string_view line) {
  std::string shortened;
  if (line.size() > max_line) {
    shortened.assign(line.substr(0, max_line)).append("...\n");
    line = shortened;
  }
  if (!running_) {
    put(line);
    return;
  }
  {
    const std::lock_guard lock(mutex_);
    if (size_ == queue_lines) {
      first_ = (first_ + 1) % queue_lines;
      --size_;
      ++dropped_;
    }
    queue_[(first_ + size_) % queue_lines].assign(line);
    ++size_;
  }
  wake_.notify_one();
}

void LineWriter::work() {
  std::string line;
  for (;;) {
    {
      std::unique_lock lock(mutex_);
      while (size_ == 0 && !stopping_) wake_.wait(lock);
      if (size_ == 0 || given_up()) return;
      line.swap(queue_[first_]);
      if (queue_[first_].capacity() > keep_capacity) std::string().swap(queue_[first_]);
      first_ = (first_ + 1) % queue_lines;
      --size_;
    }
    if (!put(line)) ++dropped_;
  }
}

bool LineWriter::given_up() const {
  const auto at = give_up_at_.load();
  return at != INT64_MAX && std::chrono::steady_clock::now().time_since_epoch().count() >= at;
}

bool LineWriter::put(std::string_view text) {
  while (!text.empty()) {
    pollfd wait{descriptor_, POLLOUT, 0};
    const int ready = ::poll(&wait, 1, patience_ms);
    if (ready == 0 && given_up()) return false;
    if (ready <= 0) {
      if (ready < 0 && errno != EINTR) return false;
      continue;
    }
    const ssize_t written = ::write(descriptor_, text.data(), std::min(text.size(), chunk));
    if (written > 0) {
      text.remove_prefix(static_cast<std::size_t>(written));
    } else if (errno != EINTR && errno != EAGAIN) {
      return false;  // nobody is there to tell; the counter knows
    }
  }
  return true;
}

}  // namespace fieldgate::telemetry
