// Console: writing without ever waiting in a call.
#include "sink/console.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

namespace fieldgate::sink {

namespace {

/// A pipe that is ready takes so much at once, even if it was opened by others who want it to block (pipe(7)).
constexpr std::size_t chunk = 4096;

/// Another opening of the same pipe or terminal, with flags of its own: O_NONBLOCK on the one we were given would be
/// seen by every program that shares it.
int open_again(int descriptor) {
  const std::string path = "/proc/self/fd/" + std::to_string(descriptor);
  const int own = ::open(path.c_str(), O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
  return own >= 0 ? own : ::fcntl(descriptor, F_DUPFD_CLOEXEC, 3);
}

}  // namespace

Console::Config Console::Config::read(config::Section& section) {
  Config config;
  config.descriptor = section.choice<int>("target", STDOUT_FILENO, "Where lines go.",
                                          {{"stdout", STDOUT_FILENO}, {"stderr", STDERR_FILENO}});
  return config;
}

Console::Console(const Config& config, const Context& context)
    : config_(config),
      encoding_(context.encoding.type),
      timeout_(context.request.timeout),
      reactor_(context.reactor),
      descriptor_(context.reactor.io()),
      patience_(context.reactor.io()),
      turn_(context.reactor.io()) {}

void Console::start() {
  ::signal(SIGPIPE, SIG_IGN);  // a reader that went away is an error of the write, not our end
  struct stat found {};
  if (::fstat(config_.descriptor, &found) != 0) return;
  const bool is_socket = S_ISSOCK(found.st_mode);
  if (!is_socket && !S_ISFIFO(found.st_mode) && ::isatty(config_.descriptor) == 0) return;
  const int own = is_socket ? ::fcntl(config_.descriptor, F_DUPFD_CLOEXEC, 3) : open_again(config_.descriptor);
  error_code ec;
  if (own >= 0) descriptor_.assign(own, ec);
  if (own >= 0 && ec) ::close(own);
  if (own >= 0 && !ec) way_ = is_socket ? Way::socket : Way::nonblocking;
}

Awaitable<Delivery> Console::deliver(const Batch& batch, std::size_t first, std::size_t) {
  while (busy_) co_await turn_.wait();
  busy_ = true;
  Delivery delivery = co_await deliver_alone(batch, first);
  busy_ = false;
  turn_.notify();
  up_ = delivery.outcome == Delivery::Outcome::confirmed;
  co_return delivery;
}

Awaitable<Delivery> Console::deliver_alone(const Batch& batch, std::size_t first) {
  error_code ec;
  std::string_view begun = rest_;
  co_await write(begun, ec);
  rest_.erase(0, rest_.size() - begun.size());

  const bool is_array = encoding_ == Encoding::Type::json_array;
  const std::string_view run = batch.run(first, batch.size());
  const std::array<std::string_view, 3> pieces{is_array ? "[" : "", run, is_array ? "]\n" : "\n"};
  std::size_t written = 0;  // of the run
  for (std::size_t piece = 0; piece < pieces.size() && !ec; ++piece) {
    std::string_view left = pieces[piece];
    co_await write(left, ec);
    if (piece == 1) written = run.size() - left.size();
    if (ec && (piece != 1 || is_array) && left.size() < pieces[piece].size() + piece) {
      // What was begun has to be finished, whatever comes next.
      rest_ = left;
      for (std::size_t next = piece + 1; next < pieces.size(); ++next) rest_ += pieces[next];
      co_return Delivery::done();
    }
  }
  if (!ec) co_return Delivery::done();

  Delivery delivery;
  delivery.outcome = Delivery::Outcome::retry;
  delivery.reason = ec == asio::error::timed_out ? "timeout" : "write";
  delivery.text = std::string(config_.descriptor == STDOUT_FILENO ? "standard output" : "standard error") +
                  (ec == asio::error::timed_out ? " is not read by whoever should" : " cannot be written: " + ec.message());
  for (std::size_t record = first; record < batch.size() && written > 0; ++record) {
    const std::size_t line = batch.record(record).size() + 1;
    ++delivery.delivered;
    if (written < line) {
      rest_.assign(batch.record(record).substr(written)).append("\n");
      break;
    }
    written -= line;
  }
  co_return delivery;
}

long Console::write_some(std::string_view text) const {
  const int descriptor = const_cast<Descriptor&>(descriptor_).native_handle();
  if (way_ == Way::socket) return ::send(descriptor, text.data(), text.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
  return ::write(descriptor, text.data(), std::min(text.size(), chunk));
}

Awaitable<> Console::write(std::string_view& text, error_code& ec) {
  if (way_ == Way::worker) {
    if (!text.empty()) co_await write_on_worker(text, ec);
    co_return;
  }
  while (!text.empty() && !ec) {
    const long written = write_some(text);
    if (written >= 0) {
      text.remove_prefix(static_cast<std::size_t>(written));
    } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
      co_await wait_until_writable(ec);
    } else if (errno != EINTR) {
      ec = error_code(errno, boost::system::system_category());
    }
  }
}

Awaitable<> Console::wait_until_writable(error_code& ec) {
  patience_.expires_after(timeout_);
  patience_.async_wait([this](const error_code& cancelled) {
    if (!cancelled) descriptor_.cancel();
  });
  co_await descriptor_.async_wait(asio::posix::descriptor_base::wait_write, into(ec));
  patience_.cancel();
  if (ec == asio::error::operation_aborted) ec = asio::error::timed_out;
}

Awaitable<> Console::write_on_worker(std::string_view& text, error_code& ec) {
  int error = 0;
  std::function<void()> job = [descriptor = config_.descriptor, &text, &error] {
    while (!text.empty()) {
      const ssize_t written = ::write(descriptor, text.data(), text.size());
      if (written > 0) text.remove_prefix(static_cast<std::size_t>(written));
      if (written < 0 && errno != EINTR) {
        error = errno;
        return;
      }
    }
  };
  co_await reactor_.blocking(std::move(job));
  if (error != 0) ec = error_code(error, boost::system::system_category());
}

Awaitable<> Console::stop(Duration deadline) {
  timeout_ = std::min(timeout_, deadline);
  error_code ignored;
  std::string_view begun = rest_;
  if (!begun.empty()) co_await write(begun, ignored);
  rest_.clear();
  descriptor_.close(ignored);
}

}  // namespace fieldgate::sink
