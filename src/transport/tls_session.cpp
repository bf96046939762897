// TlsSession: OpenSSL driven through a BIO that owns nothing.
#include "transport/tls_session.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <new>

#include "reactor/tls_context.hpp"

namespace fieldgate::transport {

/// The BIO's methods: reads come out of the session's input view, writes go to its output.
struct TlsBio {
  static int read(BIO* bio, char* out, std::size_t size, std::size_t* done) {
    auto& session = *static_cast<TlsSession*>(BIO_get_data(bio));
    BIO_clear_retry_flags(bio);
    *done = std::min(size, session.input_.size());
    if (*done == 0) {
      BIO_set_retry_read(bio);
      return 0;
    }
    session.input_.copy(out, *done);
    session.input_.remove_prefix(*done);
    return 1;
  }

  static int write(BIO* bio, const char* bytes, std::size_t size, std::size_t* done) {
    static_cast<TlsSession*>(BIO_get_data(bio))->output_.append(bytes, size);
    *done = size;
    return 1;
  }

  static long control(BIO*, int command, long, void*) { return command == BIO_CTRL_FLUSH ? 1 : 0; }

  static int create(BIO* bio) {
    BIO_set_init(bio, 1);
    return 1;
  }

  static const BIO_METHOD* methods() {
    static const std::unique_ptr<BIO_METHOD, void (*)(BIO_METHOD*)> table = [] {
      BIO_METHOD* m = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "fieldgate");
      BIO_meth_set_read_ex(m, read);
      BIO_meth_set_write_ex(m, write);
      BIO_meth_set_ctrl(m, control);
      BIO_meth_set_create(m, create);
      return std::unique_ptr<BIO_METHOD, void (*)(BIO_METHOD*)>(m, BIO_meth_free);
    }();
    return table.get();
  }
};

namespace {

constexpr std::size_t max_common_name = 128;

/// What a device may be called by its certificate: nothing that could mean anything in a topic, a path or a log.
bool is_plain_name(std::string_view name) {
  const auto plain = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("._:@- ").find(c) != Bytes::npos;
  };
  return !name.empty() && name.size() <= max_common_name && std::all_of(name.begin(), name.end(), plain);
}

}  // namespace

TlsSession::TlsSession(SSL_CTX* context) : ssl_(SSL_new(context), SSL_free) {
  BIO* bio = BIO_new(TlsBio::methods());
  if (!ssl_ || bio == nullptr) throw std::bad_alloc();
  BIO_set_data(bio, this);
  SSL_set_bio(ssl_.get(), bio, bio);
  SSL_set_accept_state(ssl_.get());
}

TlsSession::TlsSession(SSL_CTX* context, const config::TlsClientOptions& options, const std::string& host)
    : TlsSession(context) {
  connects_ = true;
  SSL_set_connect_state(ssl_.get());
  if (const auto named = reactor::tls_set_host(ssl_.get(), options, host); !named) {
    error_ = named.error().text;
    broken_ = true;
  }
}

TlsSession::~TlsSession() = default;

TlsSession::Status TlsSession::handshake(Bytes& cipher) {
  if (broken_) return Status::failed;
  ERR_clear_error();
  input_ = cipher;
  const int result = SSL_do_handshake(ssl_.get());
  cipher = input_;
  if (result == 1) {
    take_identity();
    return Status::ready;
  }
  const int why = SSL_get_error(ssl_.get(), result);
  return why == SSL_ERROR_WANT_READ ? Status::more : fail();
}

TlsSession::Status TlsSession::read(Bytes& cipher, std::span<char> plain, std::size_t& size) {
  ERR_clear_error();
  input_ = cipher;
  Status status = Status::more;
  while (size < plain.size()) {
    std::size_t done = 0;
    if (SSL_read_ex(ssl_.get(), plain.data() + size, plain.size() - size, &done) == 1) {
      size += done;
      continue;
    }
    const int why = SSL_get_error(ssl_.get(), 0);
    if (why == SSL_ERROR_ZERO_RETURN) status = Status::closed;
    if (why != SSL_ERROR_ZERO_RETURN && why != SSL_ERROR_WANT_READ) status = fail();
    break;
  }
  cipher = input_;
  return status;
}

bool TlsSession::write(Bytes plain) {
  ERR_clear_error();
  input_ = {};
  while (!plain.empty()) {
    std::size_t done = 0;
    if (SSL_write_ex(ssl_.get(), plain.data(), plain.size(), &done) != 1) {
      fail();
      return false;
    }
    plain.remove_prefix(done);
  }
  return true;
}

void TlsSession::close() {
  if (SSL_is_init_finished(ssl_.get())) SSL_shutdown(ssl_.get());
}

TlsSession::Status TlsSession::fail() {
  const long verify = SSL_get_verify_result(ssl_.get());
  error_ = reactor::tls_error();
  if (verify != X509_V_OK) error_ += std::string(": ") + X509_verify_cert_error_string(verify);
  return Status::failed;
}

void TlsSession::take_identity() {
  const X509* certificate = SSL_get0_peer_certificate(ssl_.get());
  if (certificate == nullptr || SSL_get_verify_result(ssl_.get()) != X509_V_OK) return;
  take_alternative_name(certificate);
  const X509_NAME* subject = X509_get_subject_name(certificate);
  const int index = X509_NAME_get_index_by_NID(subject, NID_commonName, -1);
  if (index < 0) return;
  unsigned char* text = nullptr;
  const int length = ASN1_STRING_to_UTF8(&text, X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, index)));
  if (length > 0) {
    const std::string_view name(reinterpret_cast<const char*>(text), static_cast<std::size_t>(length));
    if (is_plain_name(name)) common_name_ = name;
  }
  OPENSSL_free(text);
}

/// RFC 5280 4.2.1.6.
void TlsSession::take_alternative_name(const X509* certificate) {
  const auto free = [](GENERAL_NAMES* names) { GENERAL_NAMES_free(names); };
  const std::unique_ptr<GENERAL_NAMES, decltype(free)> names(
      static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr)), free);
  for (int i = 0; names && i < sk_GENERAL_NAME_num(names.get()) && alternative_name_.empty(); ++i) {
    int type = 0;
    const void* const value = GENERAL_NAME_get0_value(sk_GENERAL_NAME_value(names.get(), i), &type);
    if (type != GEN_DNS && type != GEN_URI && type != GEN_EMAIL) continue;
    const auto* const text = static_cast<const ASN1_IA5STRING*>(value);
    const std::string_view name(reinterpret_cast<const char*>(ASN1_STRING_get0_data(text)),
                                static_cast<std::size_t>(ASN1_STRING_length(text)));
    if (is_plain_name(name)) alternative_name_ = name;
  }
}

}  // namespace fieldgate::transport
