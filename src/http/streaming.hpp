// A stream on its way to its reader.
#pragma once

#include <memory>
#include <string_view>

#include "http/channel.hpp"
#include "http/deadline.hpp"
#include "http/stream.hpp"
#include "reactor/reactor.hpp"

namespace fieldgate::http {

/// One stream: what is to be written, who fills it, and whether its reader is still there.
struct Streaming {
  explicit Streaming(asio::io_context& io) : wake(io), lines([this] { wake.cancel(); }) {}

  Timer wake;
  bool reader_gone = false;
  bool watching = false;
  Lines lines;
  std::shared_ptr<void> source;  // ends before the lines
};

/// Writes lines to the reader until he is gone, or has read nothing for `stalled`. Closes the socket. `chunked`: as
/// HTTP/1.1 has it; else the end of the connection is the end. The head has been written.
Awaitable<> stream_lines(reactor::Reactor& reactor, Channel& channel, std::shared_ptr<Streaming> streaming,
                         Deadline<AnySocket>& deadline, Duration stalled, bool chunked);

}  // namespace fieldgate::http
