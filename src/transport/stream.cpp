// Stream: reading into the shared scratch, and what TLS adds to it.
#include "transport/stream.hpp"

#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <span>

namespace fieldgate::transport {

namespace {

/// Up to this much, what was kept is put in front of the scratch again; a longer rest grows where it is kept.
constexpr std::size_t max_copied_back = reactor::Reactor::scratch_size / 2;

/// Ciphertext that is taken at once: a few TLS records, so that it stays in the processor's cache until it is
/// decrypted.
constexpr std::size_t cipher_chunk = 64 * 1024;

}  // namespace

Stream::Read Stream::read() {
  char* scratch = reactor_.scratch().data();
  if (kept_.size() <= max_copied_back) {
    std::memcpy(scratch, kept_.data(), kept_.size());
    Read result = tls_ ? receive_decrypted(scratch + kept_.size(), reactor::Reactor::scratch_size - kept_.size())
                       : receive(scratch + kept_.size(), reactor::Reactor::scratch_size - kept_.size());
    result.fresh = result.bytes.size();
    result.bytes = Bytes(scratch, kept_.size() + result.fresh);
    return result;
  }
  Read result = tls_ ? receive_decrypted(scratch, reactor::Reactor::scratch_size)
                     : receive(scratch, reactor::Reactor::scratch_size);
  result.fresh = result.bytes.size();
  kept_.append(result.bytes);
  result.bytes = kept_;
  return result;
}

Stream::Read Stream::receive(char* into, std::size_t room) {
  const ssize_t received = ::recv(socket_.native_handle(), into, room, MSG_DONTWAIT);
  if (received > 0) {
    const auto size = static_cast<std::size_t>(received);
    return {Bytes(into, size), size < room, false, {}};
  }
  if (received == 0) return {{}, true, true, {}};
  if (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR) return {};
  return {{}, true, true, errno == ETIMEDOUT ? "keepalive" : "reset"};
}

Stream::Read Stream::receive_decrypted(char* into, std::size_t room) {
  static thread_local char cipher_scratch[cipher_chunk];
  // Plaintext is never longer than its ciphertext, so all that is taken finds room.
  Read result = receive(cipher_scratch, std::min(room, cipher_chunk));
  Bytes cipher = result.bytes;
  std::size_t size = 0;
  const auto status = tls_->read(cipher, std::span(into, room), size);
  result.bytes = Bytes(into, size);
  if (status == TlsSession::Status::closed) result.ended = true;
  if (status == TlsSession::Status::failed) result.ended = true, result.why = "tls";
  if (const auto why = flush(); !why.empty()) result.ended = true, result.why = why;
  return result;
}

void Stream::keep(Bytes bytes, std::size_t consumed) {
  if (consumed == bytes.size()) {
    std::string().swap(kept_);  // gives the memory back: an idle connection owns no buffer
  } else if (bytes.data() == kept_.data()) {
    kept_.erase(0, consumed);
  } else {
    kept_.assign(bytes.substr(consumed));
  }
}

Awaitable<Result<void>> Stream::handshake(std::unique_ptr<TlsSession> session) {
  tls_ = std::move(session);
  error_code ignored;
  if (tls_->connects()) {
    Bytes nothing;
    if (tls_->handshake(nothing) == TlsSession::Status::failed) co_return Error{"tls_handshake", tls_->error()};
    if (!flush().empty()) co_return Error{"tls_handshake", "the peer hung up"};
  }
  while (true) {
    co_await readable(ignored);
    if (closed()) co_return Error{"handshake", "it took too long"};
    // No more than one flight at a time: what follows the handshake must stay in the socket for read().
    char* scratch = reactor_.scratch().data();
    Read result = receive(scratch, reactor::Reactor::scratch_size);
    Bytes cipher = result.bytes;
    const auto status = tls_->handshake(cipher);
    const bool sent = flush().empty();
    if (status == TlsSession::Status::failed) co_return Error{"tls_handshake", tls_->error()};
    if (result.ended || !sent) co_return Error{"tls_handshake", "the peer hung up"};
    while (!tls_->output().empty() && !closed()) {
      co_await socket_.async_wait(StreamSocket::wait_write, into(ignored));
      if (closed() || !flush().empty()) co_return Error{"tls_handshake", "the peer hung up"};
    }
    if (status != TlsSession::Status::ready) continue;
    if (!cipher.empty()) {
      std::string plain(cipher.size(), '\0');
      std::size_t size = 0;
      if (tls_->read(cipher, plain, size) == TlsSession::Status::failed)
        co_return Error{"tls_handshake", tls_->error()};
      kept_.assign(plain, 0, size);
    }
    co_return Result<void>();
  }
}

std::string_view Stream::write(Bytes bytes) {
  if (tls_) return tls_->write(bytes) ? flush() : "tls";
  if (unsent_) {
    unsent_->append(bytes);
    return flush();
  }
  if (!send(bytes)) return "reset";
  if (!bytes.empty()) unsent_ = std::make_unique<std::string>(bytes);
  return bytes.size() <= write_limit_ ? "" : "write_queue";
}

std::string_view Stream::flush() {
  if (unsent() == 0) return {};
  std::string& output = tls_ ? tls_->output() : *unsent_;
  Bytes rest = output;
  const bool sent = send(rest);
  if (sent && !rest.empty()) {
    output.erase(0, output.size() - rest.size());
    return rest.size() <= write_limit_ ? "" : "write_queue";
  }
  // Also if it broke: waiting for it to become writable would end at once, again and again.
  std::string().swap(output);
  unsent_.reset();
  return sent ? "" : "reset";
}

/// Takes off the front of `bytes` what went out. False: the connection broke.
bool Stream::send(Bytes& bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(socket_.native_handle(), bytes.data(), bytes.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
    if (sent < 0) return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

void Stream::close() {
  if (closed()) return;
  if (tls_) {
    tls_->close();
    flush();
  }
  error_code ignored;
  socket_.close(ignored);
}

}  // namespace fieldgate::transport
