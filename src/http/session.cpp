// A session: request, answer, and again, each within its time.
#include "http/session.hpp"

#include <array>
#include <optional>

#include <boost/beast/http/error.hpp>
#include <boost/beast/http/status.hpp>

#include <fmt/format.h>

#include "http/date.hpp"
#include "http/deadline.hpp"
#include "http/request_parser.hpp"

namespace fieldgate::http {

namespace {

namespace beast_http = boost::beast::http;

std::string render(const ServerResponse& response, bool head_only, bool keep_alive) {
  const auto reason = beast_http::obsolete_reason(beast_http::int_to_status(response.status));
  std::string text = fmt::format(
      "HTTP/1.1 {} {}\r\nDate: {}\r\nContent-Type: {}\r\nContent-Length: {}\r\nCache-Control: no-store\r\n"
      "X-Content-Type-Options: nosniff\r\n{}\r\n",
      response.status, std::string_view(reason.data(), reason.size()), to_date(Instant::now().wall),
      response.content_type, response.body.size(), keep_alive ? "" : "Connection: close\r\n");
  if (!head_only) text += response.body;
  return text;
}

/// A client that is still sending must not lose the answer to a reset: says that no more comes, and reads a little on.
Awaitable<> close_gently(AnySocket& socket) {
  error_code ec;
  socket.shutdown(asio::socket_base::shutdown_send, ec);
  std::array<char, 4096> rest{};
  std::size_t budget = 64 * 1024;
  while (!ec && budget > 0) {
    const std::size_t got = co_await socket.async_read_some(asio::buffer(rest), into(ec));
    budget -= std::min(budget, got);
  }
}

ServerResponse plain(unsigned status, std::string text) {
  ServerResponse response;
  response.status = status;
  response.body = std::move(text);
  return response;
}

/// Who answers a request, or why nobody does.
struct Found {
  const Route* route = nullptr;
  ServerResponse refusal;
};

Found find_route(const Service& service, const ServerRequest& request) {
  const std::string_view host = find_field(request.fields, "Host");
  if (!host.empty() && !is_loopback_name(host)) return {nullptr, plain(421, "this server is not called that\n")};
  const std::string_view origin = find_field(request.fields, "Origin");
  if (!origin.empty() && origin != "http://" + std::string(host)) {
    return {nullptr, plain(403, "not from another origin\n")};
  }
  const std::string_view name = request.path();
  auto path = service.routes.find(name);
  if (path == service.routes.end() && name.find('/') != std::string_view::npos && !name.ends_with('/')) {
    path = service.routes.find(std::string(name.substr(0, name.rfind('/'))) + "/*");
  }
  if (path == service.routes.end()) return {nullptr, plain(404, "there is nothing here\n")};
  const auto method =
      path->second.find(request.method == "HEAD" ? std::string_view("GET") : std::string_view(request.method));
  if (method == path->second.end()) return {nullptr, plain(405, "not with this method\n")};
  return {&method->second, {}};
}

/// A request whose handler waits; the session may give it up before.
struct Pending {
  Pending(asio::io_context& io, ServerRequest what) : request(std::move(what)), done(io) {}
  ServerRequest request;
  std::optional<ServerResponse> response;
  Timer done;
};

Awaitable<> ask(std::shared_ptr<Service> service, const Route& route, std::shared_ptr<Pending> pending) {
  pending->response = co_await route.later(pending->request);
  --service->waiting;
  pending->done.cancel();
}

/// Serves what comes on one connection; `buffer_` keeps what is behind a request.
class Session {
 public:
  Session(reactor::Reactor& reactor, std::shared_ptr<Service> service, AnySocket& socket)
      : reactor_(reactor),
        shared_(std::move(service)),
        service_(*shared_),
        socket_(socket),
        deadline_(reactor.io(), socket) {}

  Awaitable<> run() {
    bool keep = true;
    while (keep) keep = co_await serve_one();
  }

 private:
  /// Reads more; false at the end of the connection.
  Awaitable<bool> more() {
    error_code ec;
    const std::size_t got = co_await socket_.async_read_some(asio::buffer(part_), into(ec));
    if (ec || service_.stopped) co_return false;
    buffer_.append(part_.data(), got);
    co_return true;
  }

  Awaitable<bool> refuse(unsigned status, std::string_view why) {
    ServerResponse response;
    response.status = status;
    response.body.append(why).append("\n");
    const std::string text = render(response, false, false);
    error_code ec;
    co_await asio::async_write(socket_, asio::buffer(text), into(ec));
    if (!ec) co_await close_gently(socket_);
    co_return false;
  }

  /// One request and its answer; whether another may follow.
  Awaitable<bool> serve_one() {
    if (buffer_.empty()) {
      deadline_.expires_after(first_ ? service_.deadlines.head : service_.deadlines.idle);
      if (!co_await more()) co_return false;
    }
    if (!first_) deadline_.expires_after(service_.deadlines.head);
    first_ = false;
    std::size_t end = 0;
    while ((end = buffer_.find("\r\n\r\n")) == std::string::npos && buffer_.size() <= Server::max_head) {
      if (buffer_.find("\n\n") != std::string::npos) co_return co_await refuse(400, "a line does not end with CR LF");
      if (!co_await more()) co_return false;
    }
    deadline_.expires_after(service_.deadlines.body);
    if (end > Server::max_head) co_return co_await refuse(400, "the head is too large");
    const std::string_view fault = find_fault(std::string_view(buffer_).substr(0, end + 4));
    if (!fault.empty()) co_return co_await refuse(400, fault);
    co_return co_await read_and_answer();
  }

  Awaitable<bool> read_and_answer() {
    RequestParser parser(Server::max_body);
    error_code ec;
    for (;;) {
      buffer_.erase(0, parser.put(asio::buffer(buffer_), ec));
      if (ec == beast_http::error::need_more) ec = {};
      if (ec == beast_http::error::body_limit) co_return co_await refuse(400, "the body is too large");
      if (ec) co_return co_await refuse(400, "the request is malformed");
      if (parser.is_done()) break;
      if (buffer_.size() > Server::max_head) co_return co_await refuse(400, "a chunk's head is too large");
      if (parser.is_header_done() && !greet(parser)) co_return co_await refuse(417, "only 100-continue is expected");
      if (continue_) {
        continue_ = false;
        co_await asio::async_write(socket_, asio::buffer(std::string_view("HTTP/1.1 100 Continue\r\n\r\n")), into(ec));
        if (ec) co_return false;
      }
      if (!co_await more()) co_return false;
    }
    greeted_ = false;
    const bool head_only = parser.request().method == "HEAD";
    const ServerResponse response = co_await answer(std::move(parser.request()));
    if (service_.stopped) co_return false;
    const std::string text = render(response, head_only, parser.keep_alive());
    co_await asio::async_write(socket_, asio::buffer(text), into(ec));
    co_return !ec && parser.keep_alive() && !service_.stopped;
  }

  /// Notes once a request that it waits for 100 (RFC 9110 10.1.1); false if it expects anything else.
  bool greet(RequestParser& parser) {
    if (greeted_) return true;
    greeted_ = true;
    const std::string_view expect = find_field(parser.request().fields, "Expect");
    continue_ = same_name(expect, "100-continue");
    return continue_ || expect.empty();
  }

  /// What the route says, within the time that is left.
  Awaitable<ServerResponse> answer(ServerRequest request) {
    const Found found = find_route(service_, request);
    if (found.route == nullptr) co_return found.refusal;
    if (found.route->now) co_return found.route->now(request);
    if (service_.waiting >= Server::max_waiting) co_return plain(503, "too much waits for an answer already\n");
    auto pending = std::make_shared<Pending>(reactor_.io(), std::move(request));
    pending->done.expires_after(deadline_.left() * 9 / 10);  // the rest is for saying so
    ++service_.waiting;
    reactor_.spawn(ask(shared_, *found.route, pending));
    error_code ignored;
    if (!pending->response) co_await pending->done.async_wait(into(ignored));
    deadline_.expires_after(service_.deadlines.body);
    if (!pending->response) co_return plain(503, "the answer took too long\n");
    co_return std::move(*pending->response);
  }

  reactor::Reactor& reactor_;
  std::shared_ptr<Service> shared_;
  Service& service_;
  AnySocket& socket_;
  Deadline<AnySocket> deadline_;
  std::string buffer_;
  std::array<char, 4096> part_{};
  bool first_ = true;
  bool greeted_ = false;
  bool continue_ = false;
};

}  // namespace

bool is_loopback_host(std::string_view host) {
  if (same_name(host, "localhost")) return true;
  error_code ec;
  const auto address = asio::ip::make_address(std::string(host), ec);
  return !ec && address.is_loopback();
}

bool is_loopback_name(std::string_view host) {
  if (!host.starts_with('[')) return is_loopback_host(host.substr(0, host.find(':')));
  const std::size_t end = host.find(']');
  if (end == std::string_view::npos || (end + 1 != host.size() && host[end + 1] != ':')) return false;
  return is_loopback_host(host.substr(1, end - 1));
}

Awaitable<> serve(reactor::Reactor& reactor, std::shared_ptr<Service> service, AnySocket socket) {
  service->sessions.insert(&socket);
  {
    Session session(reactor, service, socket);
    co_await session.run();
  }
  service->sessions.erase(&socket);
}

}  // namespace fieldgate::http
