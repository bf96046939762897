// TLS without sockets: OpenSSL's own client against our accepting side.
#include "transport/tls_session.hpp"

#include <openssl/bio.h>
#include <openssl/ssl.h>

#include "reactor/tls_context.hpp"
#include "support/catch.hpp"
#include "support/tls_files.hpp"

namespace fieldgate::transport {
namespace {

using Status = TlsSession::Status;

const test::TlsFiles& files() {
  static const test::TlsFiles made;
  return made;
}

config::TlsServerOptions server_options() {
  config::TlsServerOptions options;
  options.crt_file = files().server.crt_file;
  options.key_file = files().server.key_file;
  return options;
}

/// A client whose bytes go through strings.
class Client {
 public:
  explicit Client(const test::Identity* identity = nullptr) : context_(SSL_CTX_new(TLS_client_method()), SSL_CTX_free) {
    if (identity) {
      SSL_CTX_use_certificate_chain_file(context_.get(), identity->crt_file.c_str());
      SSL_CTX_use_PrivateKey_file(context_.get(), identity->key_file.c_str(), SSL_FILETYPE_PEM);
    }
    ssl_ = SSL_new(context_.get());
    SSL_set_bio(ssl_, BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem()));
    SSL_set_connect_state(ssl_);
  }
  ~Client() { SSL_free(ssl_); }
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  void take(std::string& bytes) {
    BIO_write(SSL_get_rbio(ssl_), bytes.data(), static_cast<int>(bytes.size()));
    bytes.clear();
    SSL_do_handshake(ssl_);
  }
  std::string give() {
    std::string bytes(BIO_ctrl_pending(SSL_get_wbio(ssl_)), '\0');
    if (!bytes.empty()) BIO_read(SSL_get_wbio(ssl_), bytes.data(), static_cast<int>(bytes.size()));
    return bytes;
  }
  std::string read() {
    std::string text(100000, '\0');
    std::size_t size = 0;
    std::size_t done = 0;
    while (SSL_read_ex(ssl_, text.data() + size, text.size() - size, &done) == 1) size += done;
    return text.substr(0, size);
  }
  void write(std::string_view text) { SSL_write(ssl_, text.data(), static_cast<int>(text.size())); }
  void shut_down() { SSL_shutdown(ssl_); }

 private:
  std::unique_ptr<SSL_CTX, void (*)(SSL_CTX*)> context_;
  SSL* ssl_ = nullptr;
};

/// Both sides talk until the server's is done, `step` bytes at a time.
Status shake_hands(TlsSession& server, Client& client, std::size_t step = 100000) {
  for (int round = 0; round < 20; ++round) {
    client.take(server.output());
    std::string flight = client.give();
    Bytes rest = flight;
    while (!rest.empty()) {
      Bytes piece = rest.substr(0, step);
      rest.remove_prefix(piece.size());
      const Status status = server.handshake(piece);
      if (status == Status::ready) REQUIRE(rest.empty());
      if (status != Status::more) return status;
    }
  }
  return Status::more;
}

std::string read_all(TlsSession& server, Bytes cipher, Status& status) {
  std::string plain(100000, '\0');
  std::size_t size = 0;
  status = server.read(cipher, plain, size);
  return plain.substr(0, size);
}

TEST_CASE("a handshake and data, however the bytes are cut") {
  const std::size_t step = GENERATE(1U, 7U, 100000U);
  auto context = reactor::tls_server_context(server_options());
  REQUIRE(context);
  TlsSession server(context->get());
  Client client;
  REQUIRE(shake_hands(server, client, step) == Status::ready);
  CHECK(server.common_name().empty());
  client.take(server.output());
  client.write("hello ");
  client.write("gateway");
  const std::string cipher = client.give();
  std::string plain;
  for (std::size_t at = 0; at < cipher.size(); at += step) {
    Status status = Status::more;
    plain += read_all(server, Bytes(cipher).substr(at, step), status);
    REQUIRE(status == Status::more);
  }
  CHECK(plain == "hello gateway");
}

TEST_CASE("what is written comes decrypted at the other side, in any length") {
  auto context = reactor::tls_server_context(server_options());
  REQUIRE(context);
  TlsSession server(context->get());
  Client client;
  REQUIRE(shake_hands(server, client) == Status::ready);
  client.take(server.output());
  const std::string large(50000, 'x');
  CHECK(server.write("hello "));
  CHECK(server.write(large));
  CHECK(server.write(""));
  client.take(server.output());
  CHECK(client.read() == "hello " + large);
}

TEST_CASE("a goodbye is told from a failure") {
  auto context = reactor::tls_server_context(server_options());
  TlsSession server(context->get());
  Client client;
  REQUIRE(shake_hands(server, client) == Status::ready);
  client.take(server.output());
  client.shut_down();
  Status status = Status::more;
  read_all(server, client.give(), status);
  CHECK(status == Status::closed);
}

TEST_CASE("what is not TLS fails with a reason, and never crashes") {
  auto context = reactor::tls_server_context(server_options());
  TlsSession server(context->get());
  Bytes http = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";
  CHECK(server.handshake(http) == Status::failed);
  CHECK(server.error().find("http request") != std::string::npos);
  TlsSession other(context->get());
  Bytes zeros("\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 16);
  CHECK(other.handshake(zeros) == Status::failed);
}

TEST_CASE("a changed byte of a record fails") {
  auto context = reactor::tls_server_context(server_options());
  TlsSession server(context->get());
  Client client;
  REQUIRE(shake_hands(server, client) == Status::ready);
  client.take(server.output());
  client.write("hello");
  std::string cipher = client.give();
  cipher.back() = static_cast<char>(cipher.back() ^ 1);
  Status status = Status::more;
  CHECK(read_all(server, cipher, status).empty());
  CHECK(status == Status::failed);
}

TEST_CASE("a client certificate is verified and gives its name") {
  config::TlsServerOptions options = server_options();
  options.ca_file = files().ca.crt_file;
  options.verify_client = config::TlsServerOptions::VerifyClient::require;
  auto context = reactor::tls_server_context(options);
  REQUIRE(context);
  {
    TlsSession server(context->get());
    Client client(&files().client);
    REQUIRE(shake_hands(server, client) == Status::ready);
    CHECK(server.common_name() == "device-1");
  }
  {
    TlsSession server(context->get());
    Client stranger(&files().other_client);
    CHECK(shake_hands(server, stranger) == Status::failed);
    CHECK(server.error().find("certificate") != std::string::npos);
  }
  {
    TlsSession server(context->get());
    Client nobody;
    CHECK(shake_hands(server, nobody) == Status::failed);
  }
}

TEST_CASE("a name that could mean something in a topic is no name") {
  config::TlsServerOptions options = server_options();
  options.ca_file = files().ca.crt_file;
  options.verify_client = config::TlsServerOptions::VerifyClient::require;
  auto context = reactor::tls_server_context(options);
  TlsSession server(context->get());
  const test::Identity sly = files().sign("sly", files().ca, "/CN=a#b");
  Client client(&sly);
  REQUIRE(shake_hands(server, client) == Status::ready);
  CHECK(server.common_name().empty());
}

TEST_CASE("a file that is no certificate is named in the error") {
  config::TlsServerOptions options = server_options();
  options.crt_file = files().directory().write("junk.pem", "junk");
  const auto context = reactor::tls_server_context(options);
  REQUIRE_FALSE(context);
  CHECK(context.error().text.find("junk.pem") != std::string::npos);
}

}  // namespace
}  // namespace fieldgate::transport
