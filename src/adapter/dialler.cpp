// Dialler: names to addresses, addresses to connections, and patience.
#include "adapter/dialler.hpp"

#include <sys/socket.h>

#include <algorithm>
#include <utility>

#include <boost/asio/local/stream_protocol.hpp>

#include "reactor/deadline.hpp"

namespace fieldgate::adapter {

using std::chrono::steady_clock;
using transport::StreamSocket;

namespace {

/// "press-01 (10.0.0.11:502)", or the address alone.
std::string text_of(const DialOptions::Target& target) {
  return target.name.empty() ? target.address.text() : target.name + " (" + target.address.text() + ")";
}

/// A socket that dials a free port of this machine may get that very port for its own, and then meets itself.
bool met_itself(const StreamSocket& socket) {
  error_code ignored;
  const auto local = socket.local_endpoint(ignored);
  return local.size() > 0 && local.protocol().family() != AF_UNIX && local == socket.remote_endpoint(ignored);
}

}  // namespace

Dialler::Line::Line(const DialOptions::Target& t, const DialOptions& options, asio::io_context& io)
    : target(t), backoff(options.initial, options.max), wait(io) {}

Dialler::Dialler(const DialOptions& options, reactor::Reactor& reactor, const telemetry::Log& log,
                 telemetry::AdapterCounters& counters, Host& host)
    : options_(options), reactor_(reactor), log_(log), counters_(counters), host_(host) {
  for (const DialOptions::Target& target : options_.targets) lines_.emplace_back(target, options_, reactor_.io());
}

void Dialler::start() {
  for (Line& line : lines_) reactor_.spawn(keep(line));
}

void Dialler::stop() {
  stopped_ = true;
  for (Line& line : lines_) {
    line.wait.cancel();
    error_code ignored;
    if (line.dialling != nullptr) line.dialling->close(ignored);
  }
}

Awaitable<> Dialler::keep(Line& line) {
  error_code ignored;
  Duration waited{};
  while (!stopped_) {
    StreamSocket socket(reactor_.io());
    line.dialling = &socket;
    const auto connected = co_await connect(line, socket);
    bool lasted = false;
    line.dialling = nullptr;
    if (stopped_) co_return;
    if (connected) {
      line.failing = false;
      log_.info("connected to {}", text_of(line.target));
      const auto since = steady_clock::now();
      co_await host_.serve(socket, line.target);
      if (stopped_) co_return;
      lasted = steady_clock::now() - since >= std::max(soon, waited);
      if (lasted) line.backoff.reset();
    }
    waited = line.backoff.next(reactor::random_number());
    if (!connected) {
      failed(line, connected.error(), waited);
    } else if (lasted) {
      log_.info("the connection to {} has ended; it is dialled again", text_of(line.target));
    } else {
      log_.limited(telemetry::Level::warn, "lost", "the connection to {} ended soon after it was made",
                   text_of(line.target));
    }
    line.wait.expires_after(waited);
    co_await line.wait.async_wait(into(ignored));
  }
}

Awaitable<Result<void>> Dialler::connect(Line& line, StreamSocket& socket) {
  const config::Address& address = line.target.address;
  if (address.kind == config::Address::Kind::unix_socket)
    co_return co_await try_endpoint(socket, asio::local::stream_protocol::endpoint(address.host), options_.timeout);
  const auto end = steady_clock::now() + options_.timeout;
  const auto found = co_await reactor_.resolve(address.host, options_.timeout);
  if (!found) co_return Error{"resolve", found.error().text};
  Result<void> last = Error{"resolve", "'" + address.host + "' has no address"};
  for (std::size_t i = 0; i < found->size() && !stopped_; ++i) {
    // An address that swallows everything leaves time for the next.
    const auto left = std::chrono::duration_cast<Duration>(end - steady_clock::now());
    const Duration share = std::max(left / static_cast<int>(found->size() - i), Duration(1));
    last = co_await try_endpoint(socket, asio::ip::tcp::endpoint((*found)[i], address.port), share);
    if (last) break;
  }
  co_return last;
}

Awaitable<Result<void>> Dialler::try_endpoint(StreamSocket& socket,
                                              const asio::generic::stream_protocol::endpoint& endpoint,
                                              Duration within) {
  error_code failed;
  socket.close(failed);
  socket.open(endpoint.protocol(), failed);
  if (failed) co_return Error{"connect", failed.message()};
  reactor::Deadline<StreamSocket> deadline(reactor_.io(), socket);
  deadline.expires_after(within);
  co_await socket.async_connect(endpoint, into(failed));
  if (deadline.passed()) co_return Error{"connect_timeout", "no answer within connect_timeout"};
  if (!failed && met_itself(socket)) failed = asio::error::connection_refused;
  if (failed) co_return Error{"connect", failed.message()};
  co_return Result<void>();
}

/// Said when it begins to fail; while it goes on so, of all of them together now and then.
void Dialler::failed(Line& line, const Error& error, Duration next) {
  counters_.rejected.count(error.reason);
  const auto seconds = std::chrono::duration<double>(next).count();
  if (!std::exchange(line.failing, true)) {
    log_.warn("cannot connect to {}: {}; tries again in {:.1f} s, and from then on", text_of(line.target), error.text,
              seconds);
  } else {
    log_.limited(telemetry::Level::warn, "connect", "still cannot connect to {}: {}", text_of(line.target), error.text);
  }
}

}  // namespace fieldgate::adapter
