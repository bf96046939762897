// One connection of a stream server: what is read of it, and what is sent.
#pragma once

#include <chrono>
#include <memory>

#include "adapter/stream_server.hpp"
#include "reactor/event.hpp"
#include "transport/transport.hpp"

namespace fieldgate::adapter {

/// From its acceptance to its end. Idle, it owns no buffer, and nothing of what sending takes.
struct StreamServer::Connection final : transport::Transport {
  Connection(StreamServer& owner, transport::StreamSocket socket)
      : server(owner), stream(owner.reactor_, std::move(socket), owner.options_.limits.write_queue) {}

  /// An answer to the device.
  void write(Bytes bytes, Bytes to) override;
  /// The protocol ends it.
  void close(std::string_view reason) override;
  void look_again() override;

  /// Has what is unsent sent, if anything is.
  void send_rest();

  /// Ends it; whoever waits in it is woken.
  void close();

  /// Has whoever waits in it look again.
  void wake() {
    if (outgoing) outgoing->moved.notify();
  }

  /// Whether its device was over its rate, so that it is not read for now. Costs a look at the clock only where it ever
  /// was.
  bool paused() const {
    const auto until = protocol->paused_until();
    return until != std::chrono::steady_clock::time_point() && until > std::chrono::steady_clock::now();
  }

  /// Whether answers are still to go out.
  bool answers_due() const { return !broken && (protocol->answers_wait() || stream.unsent() > 0); }

  /// Whether bytes wait for the device, none of which it has taken since `time`.
  bool stuck_since(std::chrono::steady_clock::time_point time) const { return sending() && outgoing->progress < time; }

  /// Whether a life of its own still sends; it must end before the connection does.
  bool sending() const { return outgoing && outgoing->sending; }

  /// Returns when something has gone out, or the connection was closed.
  Awaitable<> moved();

  StreamServer& server;
  transport::Stream stream;
  std::unique_ptr<protocol::Protocol> protocol;
  Origin origin;
  const DialOptions::Target* target = nullptr;  // that it was dialled to; null: it was accepted
  std::chrono::steady_clock::time_point last_byte;
  std::chrono::steady_clock::time_point progress;  // when the frame in hand was begun, or the handshake
  std::string_view why = "closed";                 // it ended, a literal
  bool handshaking = false;
  bool ended = false;   // the peer will send no more
  bool broken = false;  // nor can it be sent anything
  bool counted_by_ip = false;

 private:
  struct Outgoing {
    explicit Outgoing(asio::io_context& io) : moved(io) {}
    reactor::Event moved;
    std::chrono::steady_clock::time_point progress;
    bool sending = false;
    bool awaited = false;
  };

  void sent(std::string_view fault);
  Awaitable<> send_when_writable();
  Outgoing& wait_to_send();

  std::unique_ptr<Outgoing> outgoing;  // while bytes are unsent, or somebody waits for them
};

}  // namespace fieldgate::adapter
