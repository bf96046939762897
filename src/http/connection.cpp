// Connection: from a name to a stream of bytes.
#include "http/connection.hpp"

#include <sys/socket.h>

#include <boost/asio/ssl/error.hpp>
#include <boost/beast/http/error.hpp>

#include <openssl/bio.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include "http/response_parser.hpp"
#include "message/json.hpp"
#include "reactor/certificate.hpp"

namespace fieldgate::http {

Awaitable<Result<void>> Connection::open(Duration timeout) {
  const Url& first = origin_.proxy ? *origin_.proxy : origin_.url;
  const auto began = Timer::clock_type::now();
  auto addresses = co_await reactor_.resolve(first.host, timeout);
  if (!addresses) co_return Error{"dns", origin_.url.origin() + ": " + addresses.error().text};
  const auto spent = std::chrono::duration_cast<Duration>(Timer::clock_type::now() - began);
  deadline_.expires_after(std::max(timeout - spent, Duration(1)));
  auto connected = co_await connect(std::move(*addresses), first.port);
  if (!connected) co_return connected;
  if (origin_.proxy && origin_.url.tls) {
    auto through = co_await tunnel();
    if (!through) co_return through;
  }
  // Not as a conditional expression: GCC 12 awaits both of its sides.
  if (origin_.url.tls) co_return co_await shake_hands();
  co_return Result<void>();
}

Awaitable<Result<void>> Connection::connect(std::vector<asio::ip::address> addresses, std::uint16_t port) {
  error_code ec = asio::error::host_not_found;
  for (std::size_t tried = 0; tried < addresses.size() && !deadline_.passed(); ++tried) {
    error_code ignored;
    socket_.close(ignored);
    const asio::ip::tcp::endpoint endpoint(addresses[tried], port);
    socket_.open(endpoint.protocol(), ec);
    if (ec) continue;
    // An address that swallows everything leaves time for the next.
    Deadline<Socket> attempt(reactor_.io(), socket_);
    const std::size_t left = addresses.size() - tried;
    if (left > 1) attempt.expires_after(deadline_.left() / static_cast<int>(left));
    co_await socket_.async_connect(endpoint, into(ec));
    if (!ec) break;
  }
  if (ec) co_return failure(ec, "connect");
  error_code ignored;
  socket_.set_option(asio::ip::tcp::no_delay(true), ignored);
  socket_.set_option(asio::socket_base::keep_alive(true), ignored);
  co_return Result<void>();
}

Awaitable<Result<void>> Connection::tunnel() {
  const Url& proxy = *origin_.proxy;
  const Url& url = origin_.url;
  const std::string host = url.host.find(':') == std::string::npos ? url.host : "[" + url.host + "]";
  const std::string target = host + ":" + std::to_string(url.port);
  std::string head = "CONNECT " + target + " HTTP/1.1\r\nHost: " + target + "\r\n";
  if (!proxy.user_info.empty()) {
    head += "Proxy-Authorization: Basic ";
    json::append_base64(head, proxy.user_info.reveal());
    head += "\r\n";
  }
  head += "\r\n";
  error_code ec;
  const Pieces pieces{asio::buffer(head)};
  co_await write(pieces, ec);
  ResponseParser parser;
  parser.skip(true);
  std::string received;
  while (!ec && !parser.is_header_done()) {
    std::array<char, 1024> part{};
    const std::size_t got = co_await read(asio::buffer(part), ec);
    received.append(part.data(), got);
    if (ec) break;
    received.erase(0, parser.put(asio::buffer(received), ec));
    if (ec == boost::beast::http::error::need_more) ec = {};
  }
  if (ec) co_return failure(ec, "proxy");
  const unsigned status = parser.response().status;
  if (status / 100 == 2 && received.empty()) co_return Result<void>();
  co_return Error{"proxy", "the proxy " + proxy.origin() + " does not let through to " + url.origin() +
                               ": it answered " + std::to_string(status) +
                               (status == 407 ? "; put user and password into the proxy's URL" : "")};
}

Awaitable<Result<void>> Connection::shake_hands() {
  SSL_CTX_up_ref(origin_.tls.get());
  context_.emplace(origin_.tls.get());
  tls_.emplace(socket_, *context_);
  auto named = reactor::tls_set_host(tls_->native_handle(), origin_.tls_options, origin_.url.host);
  if (!named) co_return named;
  error_code ec;
  co_await tls_->async_handshake(asio::ssl::stream_base::client, into(ec));
  certificate_end_ = reactor::peer_certificate_end(tls_->native_handle());
  if (!ec) co_return Result<void>();
  Error error = failure(ec, "tls");
  const long verdict = SSL_get_verify_result(tls_->native_handle());
  if (verdict != X509_V_OK && !deadline_.passed()) {
    error.text =
        origin_.url.origin() + ": the server's certificate is refused: " + X509_verify_cert_error_string(verdict);
  }
  co_return error;
}

bool Connection::still_quiet() {
  char byte = 0;
  const ssize_t got = ::recv(socket_.native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
  return got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK);
}

Awaitable<std::size_t> Connection::read(asio::mutable_buffer into_buffer, error_code& ec) {
  if (tls_) co_return co_await tls_->async_read_some(into_buffer, into(ec));
  co_return co_await socket_.async_read_some(into_buffer, into(ec));
}

Awaitable<> Connection::write(Pieces pieces, error_code& ec) {
  if (tls_) {
    co_await asio::async_write(*tls_, pieces, into(ec));
  } else {
    plain_sent_ += co_await asio::async_write(socket_, pieces, into(ec));
  }
}

std::uint64_t Connection::sent() {
  if (!tls_) return plain_sent_;
  // Asio carries what OpenSSL writes here to the socket.
  return plain_sent_ + BIO_number_written(SSL_get_wbio(tls_->native_handle()));
}

void Connection::close() {
  deadline_.cancel();
  error_code ignored;
  socket_.close(ignored);
}

Error Connection::failure(const error_code& ec, std::string_view what) const {
  const std::string who = origin_.url.origin() + (origin_.proxy ? " by the proxy " + origin_.proxy->origin() : "");
  if (deadline_.passed()) return {"timeout", who + ": no answer within request.timeout"};
  if (ec == asio::error::eof || ec == boost::beast::http::error::end_of_stream || ec == asio::error::connection_reset ||
      ec == asio::error::broken_pipe) {
    const std::string_view reason = what == "tls" ? "tls" : "closed";
    return {reason,
            who + (what == "tls" ? ": closed the connection instead of a TLS handshake" : ": closed the connection")};
  }
  if (what == "connect") return {"connect", who + ": cannot connect: " + ec.message()};
  if (what == "tls") return {"tls", who + ": TLS failed: " + ec.message()};
  if (what == "proxy") return {"proxy", who + ": the proxy's answer is none: " + ec.message()};
  if (ec.category() == boost::beast::http::make_error_code(boost::beast::http::error::need_more).category()) {
    return {"protocol", who + ": the answer is not HTTP: " + ec.message()};
  }
  return {"closed", who + ": " + ec.message()};
}

}  // namespace fieldgate::http
