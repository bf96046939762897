// Streaming: writing what there is, and waiting for more, with an eye on the reader.
#include "http/streaming.hpp"

#include <array>

#include <fmt/format.h>

namespace fieldgate::http {

namespace {

/// Sees when the reader leaves. What he says meanwhile is of no interest.
Awaitable<> watch_reader(Channel& channel, std::shared_ptr<Streaming> streaming) {
  std::array<char, 256> said{};
  error_code ec;
  while (!ec) co_await channel.read(asio::buffer(said), ec);
  streaming->reader_gone = true;
  streaming->watching = false;
  streaming->wake.cancel();
}

}  // namespace

Awaitable<> stream_lines(reactor::Reactor& reactor, Channel& channel, std::shared_ptr<Streaming> streaming,
                         Deadline<AnySocket>& deadline, Duration stalled, bool chunked) {
  streaming->watching = true;
  reactor.spawn(watch_reader(channel, streaming));
  error_code ec;
  error_code ignored;
  while (!streaming->reader_gone && !ec) {
    std::string lines = streaming->lines.take();
    if (lines.empty()) {
      deadline.cancel();
      streaming->wake.expires_at(Timer::time_point::max());
      co_await streaming->wake.async_wait(into(ignored));
      continue;
    }
    if (chunked) lines = fmt::format("{:x}\r\n{}\r\n", lines.size(), lines);
    deadline.expires_after(stalled);
    co_await channel.write(lines, ec);
  }
  deadline.cancel();
  streaming->source.reset();
  channel.socket().close(ignored);
  // The watcher uses the channel.
  while (streaming->watching) {
    streaming->wake.expires_at(Timer::time_point::max());
    co_await streaming->wake.async_wait(into(ignored));
  }
}

}  // namespace fieldgate::http
