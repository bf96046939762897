// A connection's socket: TCP, TLS or a Unix socket, read through the reactor's shared scratch, written without waiting.
#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include "message/bytes.hpp"
#include "message/result.hpp"
#include "reactor/reactor.hpp"
#include "transport/socket.hpp"
#include "transport/tls_session.hpp"

namespace fieldgate::transport {

/// One connected peer. While nothing is unfinished it owns no buffer: bytes are read into the reactor's scratch, and
/// only what the protocol has not consumed is kept. A scratch is shared by the whole reactor, so what read() returns is
/// good only until the caller next suspends.
class Stream {
 public:
  /// `write_limit`: bytes that may wait to be sent before the peer counts as stuck.
  Stream(reactor::Reactor& reactor, StreamSocket socket, std::size_t write_limit)
      : reactor_(reactor), socket_(std::move(socket)), write_limit_(write_limit) {}

  /// Speaks TLS from now on. The error says what went wrong. Whoever wants a deadline calls close().
  Awaitable<Result<void>> handshake(std::unique_ptr<TlsSession> session);

  /// Waits until there is something to read, or the end. (Not a coroutine itself: ten thousand idle connections wait
  /// here, and each coroutine more costs each of them its frame.)
  Awaitable<> readable(error_code& ignored) { return socket_.async_wait(StreamSocket::wait_read, into(ignored)); }

  /// What came of one read.
  struct Read {
    Bytes bytes;            ///< everything not yet consumed, what was kept in front
    bool drained = true;    ///< false: there is probably more to read at once
    bool ended = false;     ///< the peer will send no more, or the connection broke
    std::string_view why;   ///< of an end that is not a goodbye: a literal
    std::size_t fresh = 0;  ///< how many of the bytes this read brought
  };
  Read read();

  /// Remembers what is left of the bytes of the last read() after its first `consumed`.
  void keep(Bytes bytes, std::size_t consumed);

  /// What was kept, to be looked at again before anything is read.
  Bytes kept() const { return kept_; }

  /// Sends `bytes`, or keeps what cannot go at once; whoever calls it then waits for writable() and calls flush().
  /// Never blocks and keeps order. Says why the connection must end, if it must: `write_queue` (more than `write_limit`
  /// waits), `reset`, `tls`.
  std::string_view write(Bytes bytes);

  /// Bytes that wait to be sent.
  std::size_t unsent() const { return tls_ ? tls_->output().size() : unsent_ ? unsent_->size() : 0; }

  /// Waits until some of them may go, or the end.
  Awaitable<> writable(error_code& ignored) { return socket_.async_wait(StreamSocket::wait_write, into(ignored)); }

  /// Sends what can go at once. As write().
  std::string_view flush();

  /// Ends the connection; whoever waits in it is woken. Says goodbye first where that needs no waiting.
  void close();
  bool closed() const { return !socket_.is_open(); }

  const TlsSession* tls() const { return tls_.get(); }
  int fd() { return socket_.native_handle(); }

 private:
  Read receive(char* into, std::size_t room);
  Read receive_decrypted(char* into, std::size_t room);
  bool send(Bytes& bytes);

  reactor::Reactor& reactor_;
  StreamSocket socket_;
  std::size_t write_limit_;
  std::string kept_;
  std::unique_ptr<std::string> unsent_;  // without TLS, which has its own; null while there is nothing
  std::unique_ptr<TlsSession> tls_;
};

}  // namespace fieldgate::transport
