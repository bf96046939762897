// The local client: an io_context of its own for the length of one request.
#include "http/local.hpp"

#include <sys/un.h>

#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>

#include "reactor/asio.hpp"

namespace fieldgate::http {

namespace {

namespace beast_http = boost::beast::http;
using Socket = asio::basic_stream_socket<asio::local::stream_protocol, asio::io_context::executor_type>;

Error failure(const std::filesystem::path& socket, const error_code& ec) {
  const bool absent = ec == boost::system::errc::no_such_file_or_directory || ec == asio::error::connection_refused;
  const bool denied = ec == asio::error::access_denied || ec == boost::system::errc::operation_not_permitted;
  return {absent ? "absent" : denied ? "permission" : "io", socket.string() + ": " + ec.message()};
}

/// The whole exchange; `ec` says how it ended.
Awaitable<> exchange(Socket& socket, const asio::local::stream_protocol::endpoint& server, std::string_view request,
                     beast_http::response_parser<beast_http::string_body>& parser, error_code& ec) {
  co_await socket.async_connect(server, into(ec));
  if (ec) co_return;
  co_await asio::async_write(socket, asio::buffer(request), into(ec));
  if (ec) co_return;
  boost::beast::flat_buffer buffer;
  co_await beast_http::async_read(socket, buffer, parser, into(ec));
}

}  // namespace

Result<LocalAnswer> ask_local(const std::filesystem::path& socket, std::string_view method, std::string_view target,
                              const LocalLimits& limits) {
  if (socket.native().size() >= sizeof(sockaddr_un::sun_path)) {
    return Error{"io", socket.string() + ": a socket's path has at most 107 bytes"};
  }
  std::string request(method);
  request.append(" ").append(target).append(" HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n");
  request.append(method == "GET" ? "\r\n" : "Content-Length: 0\r\n\r\n");
  beast_http::response_parser<beast_http::string_body> parser;
  parser.body_limit(limits.max_body);
  asio::io_context io(1);
  Socket connection(io);
  const asio::local::stream_protocol::endpoint server(socket.string());
  error_code ec;
  bool done = false;
  asio::co_spawn(io, exchange(connection, server, request, parser, ec),
                 [&done](const std::exception_ptr&) { done = true; });
  io.run_for(limits.deadline);
  if (!done) return Error{"timeout", socket.string() + ": no answer in time; the gateway may be too busy, or stuck"};
  if (ec) return failure(socket, ec);
  return LocalAnswer{static_cast<unsigned>(parser.get().result_int()), std::move(parser.get().body())};
}

}  // namespace fieldgate::http
