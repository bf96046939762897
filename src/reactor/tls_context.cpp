// TLS contexts: one place for what is allowed on the wire.
#include "reactor/tls_context.hpp"

#include <cstring>

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

namespace fieldgate::reactor {

namespace {

/// RFC 9325 (BCP 195) 4.2: forward secrecy and AEAD. TLS 1.3 has nothing else.
constexpr const char* default_ciphers = "ECDHE+AESGCM:ECDHE+CHACHA20:!aNULL:!SHA1";

/// No certificate chain of a real fleet is longer.
constexpr int verify_depth = 4;

/// A certificate message beyond this is an attack (RFC 8446 4.4.2 would allow 16 MiB).
constexpr long max_certificate_bytes = 32 * 1024;

Error failure(const std::string& what) { return {"tls", what + ": " + tls_error()}; }

int give_password(char* buffer, int size, int, void* secret) {
  const auto& password = *static_cast<const std::string*>(secret);
  const auto length = std::min(static_cast<std::size_t>(size), password.size());
  password.copy(buffer, length);
  return static_cast<int>(length);
}

Result<void> load_own_certificate(SSL_CTX* context, const config::TlsOptions& options) {
  if (options.crt_file.empty()) return {};
  std::string password = options.key_pass.reveal();
  SSL_CTX_set_default_passwd_cb(context, give_password);
  SSL_CTX_set_default_passwd_cb_userdata(context, &password);
  const auto& key_file = options.key_file.empty() ? options.crt_file : options.key_file;
  Result<void> result;
  if (SSL_CTX_use_certificate_chain_file(context, options.crt_file.c_str()) != 1) {
    result = failure("cannot use the certificate " + options.crt_file.string());
  } else if (SSL_CTX_use_PrivateKey_file(context, key_file.c_str(), SSL_FILETYPE_PEM) != 1) {
    result = failure("cannot use the key " + key_file.string());
  } else if (SSL_CTX_check_private_key(context) != 1) {
    result =
        failure("the key " + key_file.string() + " does not belong to the certificate " + options.crt_file.string());
  }
  SSL_CTX_set_default_passwd_cb_userdata(context, nullptr);
  return result;
}

Result<void> load_revocations(SSL_CTX* context, const config::TlsOptions& options) {
  if (options.crl_file.empty()) return {};
  X509_STORE* store = SSL_CTX_get_cert_store(context);
  X509_LOOKUP* lookup = X509_STORE_add_lookup(store, X509_LOOKUP_file());
  if (lookup == nullptr || X509_load_crl_file(lookup, options.crl_file.c_str(), X509_FILETYPE_PEM) < 1) {
    return failure("cannot use the revocation list " + options.crl_file.string());
  }
  X509_STORE_set_flags(store, X509_V_FLAG_CRL_CHECK | X509_V_FLAG_CRL_CHECK_ALL);
  return {};
}

/// RFC 7301 3.1: each protocol name is preceded by its length.
std::string alpn_wire(const std::vector<std::string>& names) {
  std::string wire;
  for (const std::string& name : names) {
    wire.push_back(static_cast<char>(name.size()));
    wire += name;
  }
  return wire;
}

Result<TlsContext> common(const SSL_METHOD* method, const config::TlsOptions& options) {
  TlsContext context(SSL_CTX_new(method), SSL_CTX_free);
  if (!context) return failure("cannot set up TLS");
  SSL_CTX* raw = context.get();
  SSL_CTX_set_min_proto_version(raw, options.min_version == "1.3" ? TLS1_3_VERSION : TLS1_2_VERSION);
  SSL_CTX_set_options(raw, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_CIPHER_SERVER_PREFERENCE |
                               SSL_OP_IGNORE_UNEXPECTED_EOF);
  SSL_CTX_set_mode(raw, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  SSL_CTX_set_session_cache_mode(raw, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_max_cert_list(raw, max_certificate_bytes);
  SSL_CTX_set_verify_depth(raw, verify_depth);
  const char* ciphers = options.ciphers.empty() ? default_ciphers : options.ciphers.c_str();
  if (SSL_CTX_set_cipher_list(raw, ciphers) != 1) return failure("no TLS cipher in '" + std::string(ciphers) + "'");
  if (auto loaded = load_own_certificate(raw, options); !loaded) return loaded.error();
  if (!options.ca_file.empty() && SSL_CTX_load_verify_locations(raw, options.ca_file.c_str(), nullptr) != 1) {
    return failure("cannot use the CA file " + options.ca_file.string());
  }
  if (auto loaded = load_revocations(raw, options); !loaded) return loaded.error();
  return context;
}

int choose_alpn(SSL*, const unsigned char** out, unsigned char* length, const unsigned char* offered,
                unsigned offered_length, void* wanted) {
  const auto& wire = *static_cast<const std::string*>(wanted);
  unsigned char* chosen = nullptr;
  const int found = SSL_select_next_proto(&chosen, length, reinterpret_cast<const unsigned char*>(wire.data()),
                                          static_cast<unsigned>(wire.size()), offered, offered_length);
  *out = chosen;
  return found == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_ALERT_FATAL;
}

}  // namespace

std::string tls_error() {
  const unsigned long first = ERR_get_error();
  ERR_clear_error();
  if (first == 0) return "no reason given";
  if (ERR_SYSTEM_ERROR(first)) return std::strerror(ERR_GET_REASON(first));
  const char* reason = ERR_reason_error_string(first);
  return reason != nullptr ? reason : "error " + std::to_string(first);
}

Result<TlsContext> tls_server_context(const config::TlsServerOptions& options) {
  auto context = common(TLS_server_method(), options);
  if (!context) return context;
  SSL_CTX* raw = context->get();
  SSL_CTX_set_num_tickets(raw, 0);
  SSL_CTX_set_options(raw, SSL_OP_NO_TICKET);
  using Verify = config::TlsServerOptions::VerifyClient;
  if (options.verify_client != Verify::none) {
    SSL_CTX_set_verify(
        raw, SSL_VERIFY_PEER | (options.verify_client == Verify::require ? SSL_VERIFY_FAIL_IF_NO_PEER_CERT : 0),
        nullptr);
    SSL_CTX_set_client_CA_list(raw, SSL_load_client_CA_file(options.ca_file.c_str()));
  }
  if (!options.alpn.empty()) {
    // Lives as long as the context, which has a slot for such things.
    auto* wire = new std::string(alpn_wire(options.alpn));
    static const int slot = SSL_CTX_get_ex_new_index(
        0, nullptr, nullptr, nullptr,
        [](void*, void* data, CRYPTO_EX_DATA*, int, long, void*) { delete static_cast<std::string*>(data); });
    SSL_CTX_set_ex_data(raw, slot, wire);
    SSL_CTX_set_alpn_select_cb(raw, choose_alpn, wire);
  }
  return context;
}

Result<TlsContext> tls_client_context(const config::TlsClientOptions& options) {
  auto context = common(TLS_client_method(), options);
  if (!context) return context;
  SSL_CTX* raw = context->get();
  if (options.verify_certificate) {
    SSL_CTX_set_verify(raw, SSL_VERIFY_PEER, nullptr);
    if (options.ca_file.empty() && SSL_CTX_set_default_verify_paths(raw) != 1)
      return failure("cannot use the system's CA certificates");
  }
  if (!options.alpn.empty()) {
    const std::string wire = alpn_wire(options.alpn);
    SSL_CTX_set_alpn_protos(raw, reinterpret_cast<const unsigned char*>(wire.data()),
                            static_cast<unsigned>(wire.size()));
  }
  return context;
}

Result<void> tls_set_host(SSL* ssl, const config::TlsClientOptions& options, const std::string& host) {
  const std::string& name = options.server_name.empty() ? host : options.server_name;
  X509_VERIFY_PARAM* verify = SSL_get0_param(ssl);
  const bool is_address = X509_VERIFY_PARAM_set1_ip_asc(verify, name.c_str()) == 1;
  // What SSL_set_tlsext_host_name does, but for its C cast.
  if (!is_address &&
      SSL_ctrl(ssl, SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name, const_cast<char*>(name.c_str())) != 1) {
    return failure("cannot send the name '" + name + "'");
  }
  if (!options.verify_certificate || !options.verify_hostname) {
    X509_VERIFY_PARAM_set1_ip(verify, nullptr, 0);
    return {};
  }
  if (is_address) return {};
  X509_VERIFY_PARAM_set_hostflags(verify, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
  if (SSL_set1_host(ssl, name.c_str()) != 1) return failure("cannot verify the name '" + name + "'");
  return {};
}

}  // namespace fieldgate::reactor
