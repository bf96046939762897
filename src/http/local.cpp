// The local client: an io_context of its own for each request.
#include "http/local.hpp"

#include <sys/un.h>

#include <array>

#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/buffer_body.hpp>
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

std::string render(std::string_view method, std::string_view target, std::string_view body) {
  std::string request(method);
  request.append(" ").append(target).append(" HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n");
  if (method != "GET") request += "X-Fieldgate: 1\r\nContent-Length: " + std::to_string(body.size()) + "\r\n";
  if (!body.empty()) request += "Content-Type: application/json\r\n";
  return request.append("\r\n").append(body);
}

/// One request under way.
struct Exchange {
  Exchange(const std::filesystem::path& path, std::string_view method, std::string_view target, std::string_view body)
      : socket(io), server(path.string()), request(render(method, target, body)) {}

  /// Connects and asks.
  Awaitable<> ask() {
    co_await socket.async_connect(server, into(ec));
    if (!ec) co_await asio::async_write(socket, asio::buffer(request), into(ec));
  }

  /// Runs `work` to its end; an error where it takes longer.
  Result<void> run(Awaitable<> work, const std::filesystem::path& path, Duration deadline) {
    bool done = false;
    asio::co_spawn(io, std::move(work), [&done](const std::exception_ptr&) { done = true; });
    io.restart();
    io.run_for(deadline);
    if (!done) return Error{"timeout", path.string() + ": no answer in time; the gateway may be too busy, or stuck"};
    if (ec) return failure(path, ec);
    return {};
  }

  asio::io_context io{1};
  Socket socket;
  asio::local::stream_protocol::endpoint server;
  std::string request;
  boost::beast::flat_buffer buffer;
  error_code ec;
};

Awaitable<> fetch(Exchange& exchange, beast_http::response_parser<beast_http::string_body>& parser) {
  co_await exchange.ask();
  if (!exchange.ec) co_await beast_http::async_read(exchange.socket, exchange.buffer, parser, into(exchange.ec));
}

using PartParser = beast_http::response_parser<beast_http::buffer_body>;

Awaitable<> fetch_head(Exchange& exchange, PartParser& parser) {
  co_await exchange.ask();
  if (!exchange.ec) co_await beast_http::async_read_header(exchange.socket, exchange.buffer, parser, into(exchange.ec));
}

/// Hands `part` each part of the body, until the end or until it returns false.
Awaitable<> fetch_body(Exchange& exchange, PartParser& parser, const TakeLine& part) {
  std::array<char, 64 * 1024> bytes{};
  bool wanted = true;
  while (wanted && !exchange.ec && !parser.is_done()) {
    parser.get().body() = {bytes.data(), bytes.size(), true};
    co_await beast_http::async_read_some(exchange.socket, exchange.buffer, parser, into(exchange.ec));
    if (exchange.ec == beast_http::error::need_buffer) exchange.ec = {};
    wanted = part(std::string_view(bytes.data(), bytes.size() - parser.get().body().size));
  }
}

bool is_too_long(const std::filesystem::path& socket) {
  return socket.native().size() >= sizeof(sockaddr_un::sun_path);
}

Error too_long(const std::filesystem::path& socket) {
  return {"io", socket.string() + ": a socket's path has at most 107 bytes"};
}

/// Cuts lines out of what comes in parts.
class Liner {
 public:
  explicit Liner(const TakeLine& take) : take_(take) {}

  bool operator()(std::string_view part) {
    while (!part.empty()) {
      const std::size_t end = part.find('\n');
      rest_.append(part.substr(0, end));
      if (end == std::string_view::npos) return true;
      part.remove_prefix(end + 1);
      const std::string line = std::exchange(rest_, {});
      if (!line.empty() && !take_(line)) return false;
    }
    return true;
  }

 private:
  const TakeLine& take_;
  std::string rest_;
};

}  // namespace

Result<LocalAnswer> ask_local(const std::filesystem::path& socket, std::string_view method, std::string_view target,
                              const LocalLimits& limits, std::string_view body) {
  if (is_too_long(socket)) return too_long(socket);
  beast_http::response_parser<beast_http::string_body> parser;
  parser.body_limit(limits.max_body);
  Exchange exchange(socket, method, target, body);
  if (auto done = exchange.run(fetch(exchange, parser), socket, limits.deadline); !done) return done.error();
  return LocalAnswer{static_cast<unsigned>(parser.get().result_int()), std::move(parser.get().body())};
}

Result<LocalAnswer> read_local(const std::filesystem::path& socket, std::string_view target, const TakeLine& take,
                               const LocalLimits& limits) {
  if (is_too_long(socket)) return too_long(socket);
  PartParser parser;
  parser.body_limit(boost::none);
  Exchange exchange(socket, "GET", target, {});
  if (auto done = exchange.run(fetch_head(exchange, parser), socket, limits.deadline); !done) return done.error();
  LocalAnswer answer{static_cast<unsigned>(parser.get().result_int()), {}};
  const TakeLine keep = [&](std::string_view part) {
    answer.body.append(part);
    return answer.body.size() < limits.max_body;
  };
  Liner lines(take);
  const TakeLine cut = [&](std::string_view part) { return lines(part); };
  const bool ok = answer.status == 200;
  constexpr auto forever = std::chrono::hours(24 * 365);
  auto done = exchange.run(fetch_body(exchange, parser, ok ? cut : keep), socket, ok ? forever : limits.deadline);
  if (!done) return Error{ok ? "ended" : done.error().reason, done.error().text};
  return answer;
}

}  // namespace fieldgate::http
