// Client: requests and answers over a connection that is kept.
#include "http/client.hpp"

#include <algorithm>
#include <utility>

#include <boost/beast/http/error.hpp>

#include <fmt/format.h>

#include "http/connection.hpp"
#include "http/response_parser.hpp"
#include "message/json.hpp"

namespace fieldgate::http {

namespace {

constexpr int max_interim = 8;
constexpr std::size_t read_size = 16 * 1024;

/// Whatever filled them: nothing passes that could end a line or begin another request.
Result<void> check(const Request& request) {
  const auto is_graph = [](char c) { return c > 0x20 && c < 0x7F; };
  if (!is_token(request.method)) return Error{"request", "a request's method cannot be written"};
  if (!request.target.starts_with('/') || !std::all_of(request.target.begin(), request.target.end(), is_graph)) {
    return Error{"request", "a request's path has spaces or control characters"};
  }
  if (request.fields == nullptr) return {};
  for (const auto& [name, value] : *request.fields) {
    if (!is_token(name) || !is_field_value(value)) {
      return Error{"request", "the header '" + (is_token(name) ? name : std::string("?")) + "' has control characters"};
    }
  }
  return {};
}

std::string head_of(const Request& request, const Origin& origin) {
  const bool absolute = origin.proxy && !origin.url.tls;  // RFC 9112 3.2.2
  std::size_t length = 0;
  for (const std::string_view piece : request.body) length += piece.size();
  std::string head = fmt::format("{} {}{} HTTP/1.1\r\nHost: {}\r\n", request.method,
                                 absolute ? origin.url.origin() : "", request.target, origin.url.authority());
  if (absolute && !origin.proxy->user_info.empty()) {
    head += "Proxy-Authorization: Basic ";
    json::append_base64(head, origin.proxy->user_info.reveal());
    head += "\r\n";
  }
  if (request.fields != nullptr) {
    for (const auto& [name, value] : *request.fields) head.append(name).append(": ").append(value).append("\r\n");
  }
  if (length > 0 || request.method != "GET") head += fmt::format("Content-Length: {}\r\n", length);
  return head + "\r\n";
}

/// Reads into `parser` until it is done; `buffer` keeps what is behind. `any` becomes true with the first byte.
Awaitable<> read_response(Connection& connection, ResponseParser& parser, std::string& buffer, bool& any,
                          error_code& ec) {
  std::string part(read_size, '\0');
  while (!parser.is_done() && !parser.is_huge()) {
    if (!buffer.empty()) {
      buffer.erase(0, parser.put(asio::buffer(buffer), ec));
      if (ec && ec != boost::beast::http::error::need_more) co_return;
      if (parser.is_done() || parser.is_huge()) break;
      if (buffer.size() > Client::keep_body) {  // a head, or the head of a chunk, without an end
        ec = boost::beast::http::error::buffer_overflow;
        co_return;
      }
    }
    ec = {};
    const std::size_t got = co_await connection.read(asio::buffer(part), ec);
    any = any || got > 0;
    buffer.append(part, 0, got);
    if (ec == asio::error::eof && any) {
      ec = {};
      if (!parser.got_some())
        ec = boost::beast::http::error::end_of_stream;  // an interim answer, and nothing behind it
      if (!ec) parser.put_eof(ec);
      if (!ec && !parser.is_done()) ec = boost::beast::http::error::partial_message;
    }
    if (ec) co_return;
  }
  ec = {};
}

}  // namespace

Client::Client(reactor::Reactor& reactor, Origin origin) : reactor_(reactor), origin_(std::move(origin)) {}

Client::~Client() = default;

void Client::close() {
  if (connection_) connection_->close();
}

std::optional<TimePoint> Client::peer_certificate_end() const {
  return connection_ ? connection_->peer_certificate_end() : std::nullopt;
}

std::uint64_t Client::take_sent() {
  const std::uint64_t all = sent_ + (connection_ ? connection_->sent() : 0);
  return all - std::exchange(taken_, all);
}

Awaitable<Result<Response>> Client::send(Request request, Duration timeout) {
  if (auto checked = check(request); !checked) co_return checked.error();
  const auto began = Timer::clock_type::now();
  const bool kept = connection_ && connection_->is_open() && connection_->still_quiet();
  if (kept) {
    bool untouched = true;
    auto answer = co_await exchange(request, timeout, untouched);
    if (answer || !untouched || connection_->deadline().passed()) co_return answer;
  }
  const auto spent = std::chrono::duration_cast<Duration>(Timer::clock_type::now() - began);
  if (connection_) sent_ += connection_->sent();
  connection_ = std::make_unique<Connection>(reactor_, origin_);
  auto opened = co_await connection_->open(timeout - spent);
  if (!opened) {
    connection_->close();
    co_return opened.error();
  }
  bool untouched = true;
  co_return co_await exchange(request, connection_->deadline().left(), untouched);
}

Awaitable<Result<Response>> Client::exchange(Request request, Duration timeout, bool& untouched) {
  Connection& connection = *connection_;
  connection.deadline().expires_after(timeout);
  const std::string head = head_of(request, origin_);
  error_code write_error;
  const Connection::Pieces pieces{asio::buffer(head), asio::buffer(request.body[0]), asio::buffer(request.body[1]),
                                  asio::buffer(request.body[2])};
  co_await connection.write(pieces, write_error);
  // A server may answer and close before it has read everything: what it said counts.
  error_code ec;
  std::string buffer;
  bool any = false;
  for (int interim = 0; interim <= max_interim && !ec; ++interim) {
    ResponseParser parser;
    co_await read_response(connection, parser, buffer, any, ec);
    untouched = !any;
    if (ec || parser.response().status / 100 == 1) continue;
    if (!parser.keep_alive() || !parser.is_done() || !buffer.empty() || write_error) {
      connection.close();
    } else {
      connection.deadline().cancel();
    }
    co_return std::move(parser.response());
  }
  if (!ec) ec = boost::beast::http::error::bad_status;
  const Error error = connection.failure(write_error && untouched ? write_error : ec, "exchange");
  connection.close();
  co_return error;
}

}  // namespace fieldgate::http
