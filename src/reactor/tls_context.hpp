// OpenSSL contexts out of the `tls:` options.
#pragma once

#include <memory>
#include <string>

#include <openssl/types.h>

#include "config/tls.hpp"
#include "message/result.hpp"

namespace fieldgate::reactor {

using TlsContext = std::shared_ptr<SSL_CTX>;

/// TLS 1.2 and up, ECDHE with AEAD only, no renegotiation, no compression, no session tickets. Reads the files: blocks.
Result<TlsContext> tls_server_context(const config::TlsServerOptions& options);

/// The same for the connecting side; verification of the name is per connection: see `tls_set_host`.
Result<TlsContext> tls_client_context(const config::TlsClientOptions& options);

/// Sets SNI and, if the options want it verified, the name (or address) that the server's certificate must carry.
Result<void> tls_set_host(SSL* ssl, const config::TlsClientOptions& options, const std::string& host);

/// The oldest error in OpenSSL's queue as text, and empties the queue.
std::string tls_error();

}  // namespace fieldgate::reactor
