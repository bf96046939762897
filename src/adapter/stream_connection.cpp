// StreamServer::Connection: sending without waiting, and the life that sends the rest.
#include "adapter/stream_connection.hpp"

namespace fieldgate::adapter {

using std::chrono::steady_clock;

void StreamServer::Connection::write(Bytes bytes, Bytes) {
  const bool gone = broken || stream.closed();
  sent(gone ? std::string_view() : stream.write(bytes));
}

void StreamServer::Connection::close(std::string_view reason) {
  if (stream.closed()) return;
  server.counters_.rejected.count(reason);
  why = reason;
  close();
}

void StreamServer::Connection::look_again() {
  const Bytes kept = stream.kept();
  if (!stream.closed() && !kept.empty()) server.take(*this, kept, 0, Instant::now());
}

void StreamServer::Connection::send_rest() {
  if (stream.unsent() > 0) sent({});
}

/// Goes on after bytes went out, or some did not; `fault`: why the connection must end.
void StreamServer::Connection::sent(std::string_view fault) {
  if (!fault.empty()) server.give_up(*this, fault);
  if (stream.unsent() > 0 && !stream.closed() && !wait_to_send().sending) {
    outgoing->sending = true;
    outgoing->progress = steady_clock::now();
    server.reactor_.spawn(send_when_writable());
  }
  if (outgoing) outgoing->moved.notify();
}

StreamServer::Connection::Outgoing& StreamServer::Connection::wait_to_send() {
  if (!outgoing) outgoing = std::make_unique<Outgoing>(server.reactor_.io());
  return *outgoing;
}

Awaitable<> StreamServer::Connection::send_when_writable() {
  error_code ignored;
  while (!stream.closed() && stream.unsent() > 0) {
    co_await stream.writable(ignored);
    if (stream.closed() || stream.unsent() == 0) break;
    const std::size_t before = stream.unsent();
    const std::string_view fault = stream.flush();
    if (stream.unsent() < before) outgoing->progress = steady_clock::now();
    if (!fault.empty()) server.give_up(*this, fault);
  }
  outgoing->sending = false;
  outgoing->moved.notify();
  if (!outgoing->awaited) outgoing.reset();
}

void StreamServer::Connection::close() {
  stream.close();
  wake();
}

Awaitable<> StreamServer::Connection::moved() {
  wait_to_send().awaited = true;
  co_await outgoing->moved.wait();
  outgoing->awaited = false;
  if (!outgoing->sending) outgoing.reset();
}

}  // namespace fieldgate::adapter
