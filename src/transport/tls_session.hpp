// TLS without a socket: ciphertext in, plaintext out, and the other way round.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include <openssl/types.h>

#include "config/tls.hpp"
#include "message/bytes.hpp"

namespace fieldgate::transport {

/// One side of a TLS connection. OpenSSL reads straight out of the caller's bytes through a BIO of our own,
/// so a session keeps no buffers but OpenSSL's record buffer, and that only while a record is unfinished
/// (SSL_MODE_RELEASE_BUFFERS): 2,000 idle connections must fit into an edge box.
class TlsSession {
 public:
  enum class Status : unsigned char {
    more,    ///< all input was used; go on when there is more
    ready,   ///< of handshake(): it is complete
    closed,  ///< the peer said goodbye
    failed,  ///< beyond repair; `error()` says why
  };

  /// The side that was connected to.
  explicit TlsSession(SSL_CTX* context);
  /// The side that connects, to `host`: a name or an address.
  TlsSession(SSL_CTX* context, const config::TlsClientOptions& options, const std::string& host);
  ~TlsSession();
  TlsSession(const TlsSession&) = delete;
  TlsSession& operator=(const TlsSession&) = delete;

  /// Goes on with the handshake, or begins it. `cipher` is what came; whatever is left of it in the end (early
  /// application data) stays in it, for read().
  Status handshake(Bytes& cipher);

  /// Decrypts from `cipher`, taking off what was used, into `plain`; `size` grows by what was written. `more` also when
  /// `plain` is full and `cipher` is not yet empty.
  Status read(Bytes& cipher, std::span<char> plain, std::size_t& size);

  /// Encrypts `plain` into output(). False: it failed beyond repair.
  bool write(Bytes plain);

  /// Says goodbye (close_notify), where the handshake is complete.
  void close();

  /// Ciphertext to be sent to the peer; whoever sends it clears it.
  std::string& output() { return output_; }
  const std::string& output() const { return output_; }

  /// Why it failed, for the log.
  const std::string& error() const { return error_; }

  /// Whether it speaks first.
  bool connects() const { return connects_; }

  /// The CN of the peer's verified certificate; empty if there is none, or it is not a plain name of up to 128 bytes.
  const std::string& common_name() const { return common_name_; }

  /// Its first subject alternative name that is a DNS name, URI or e-mail address; empty as above.
  const std::string& alternative_name() const { return alternative_name_; }

 private:
  friend struct TlsBio;
  Status fail();
  void take_identity();
  void take_alternative_name(const X509* certificate);

  std::unique_ptr<SSL, void (*)(SSL*)> ssl_;
  bool connects_ = false;
  bool broken_ = false;  // before it began
  Bytes input_;          // of the call in progress
  std::string output_;
  std::string error_;
  std::string common_name_;
  std::string alternative_name_;
};

}  // namespace fieldgate::transport
