// Console: writing without ever waiting in a call.
#include "sink/console.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
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
  return ::open(path.c_str(), O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
}

/// An epoll round `descriptor`; -1 if it cannot be waited for. (Waiting by Asio itself would set O_NONBLOCK on it.)
int make_waiter(int descriptor) {
  const int waiter = ::epoll_create1(EPOLL_CLOEXEC);
  epoll_event event{};
  event.events = EPOLLOUT;
  if (waiter >= 0 && ::epoll_ctl(waiter, EPOLL_CTL_ADD, descriptor, &event) == 0) return waiter;
  if (waiter >= 0) ::close(waiter);
  return -1;
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
      writable_(context.reactor.io()),
      patience_(context.reactor.io()),
      turn_(context.reactor.io()),
      target_(config.descriptor) {}

Console::~Console() {
  if (way_ == Way::own) ::close(target_);
}

void Console::start() {
  ::signal(SIGPIPE, SIG_IGN);  // a reader that went away is an error of the write, not our end
  struct stat found {};
  if (::fstat(config_.descriptor, &found) != 0) return;
  Way way = S_ISSOCK(found.st_mode) ? Way::socket : Way::shared;
  const int own = way == Way::shared && (S_ISFIFO(found.st_mode) || ::isatty(target_) == 1) ? open_again(target_) : -1;
  if (own >= 0) {
    way = Way::own;
    target_ = own;
  }
  const int waiter = make_waiter(target_);
  error_code ec;
  if (waiter >= 0) writable_.assign(waiter, ec);
  if (writable_.is_open()) {
    way_ = way;
  } else if (own >= 0) {
    ::close(own);
    target_ = config_.descriptor;
  }
}

Awaitable<Delivery> Console::deliver(const Batch& batch, std::size_t first, std::size_t last, std::size_t) {
  while (busy_) co_await turn_.wait();
  busy_ = true;
  Delivery delivery = co_await deliver_alone(batch, first, last);
  busy_ = false;
  turn_.notify();
  up_ = delivery.outcome == Delivery::Outcome::confirmed;
  co_return delivery;
}

Awaitable<Delivery> Console::deliver_alone(const Batch& batch, std::size_t first, std::size_t last) {
  const bool is_array = encoding_ == Encoding::Type::json_array;
  std::string text = is_array ? "[" : "";
  text.append(batch.run(first, last)).append(is_array ? "]\n" : "\n");
  std::string_view left = text;
  error_code ec;
  if (text.starts_with(begun_)) {
    left.remove_prefix(begun_written_);
  } else {  // the line was given up meanwhile, but it must not stand there without an end
    std::string_view end = std::string_view(begun_).substr(begun_written_);
    co_await write(end, ec);
    begun_written_ = begun_.size() - end.size();
    if (ec) co_return failed(ec);
  }
  begun_.clear();
  begun_written_ = 0;
  co_await write(left, ec);
  if (!ec) co_return Delivery::done();

  Delivery delivery = failed(ec);
  std::size_t written = text.size() - left.size();
  std::string_view rest = text;
  for (std::size_t record = first; !is_array && record < last; ++record) {
    const std::size_t line = batch.record(record).size() + 1;
    if (written < line) {
      rest = rest.substr(0, line);
      break;
    }
    ++delivery.delivered;
    written -= line;
    rest.remove_prefix(line);
  }
  if (written > 0) {
    begun_ = rest;
    begun_written_ = written;
  }
  co_return delivery;
}

Delivery Console::failed(const error_code& ec) const {
  const bool late = ec == asio::error::timed_out;
  Delivery delivery;
  delivery.outcome = Delivery::Outcome::retry;
  delivery.reason = late ? "timeout" : "write";
  delivery.text = config_.descriptor == STDOUT_FILENO ? "standard output" : "standard error";
  delivery.text += late ? " is not read by whoever should" : " cannot be written: " + ec.message();
  return delivery;
}

long Console::write_some(std::string_view text) const {
  if (way_ == Way::socket) return ::send(target_, text.data(), text.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
  pollfd ready{target_, POLLOUT, 0};
  if (way_ == Way::shared && ::poll(&ready, 1, 0) == 0) {
    errno = EAGAIN;
    return -1;
  }
  return ::write(target_, text.data(), std::min(text.size(), chunk));
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
    error_code ignored;
    if (!cancelled) writable_.cancel(ignored);
  });
  co_await writable_.async_wait(asio::posix::descriptor_base::wait_read, into(ec));
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
  std::string_view end = std::string_view(begun_).substr(begun_written_);
  if (!end.empty()) co_await write(end, ignored);
  begun_.clear();
  begun_written_ = 0;
  writable_.close(ignored);
}

}  // namespace fieldgate::sink
