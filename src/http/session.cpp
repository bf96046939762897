// A session: request, answer, and again, each within its time.
#include "http/session.hpp"

#include <array>
#include <optional>

#include <boost/beast/http/error.hpp>
#include <boost/beast/http/status.hpp>

#include <fmt/format.h>

#include "http/date.hpp"
#include "http/deadline.hpp"
#include "http/guard.hpp"
#include "http/request_parser.hpp"

namespace fieldgate::http {

namespace {

namespace beast_http = boost::beast::http;

std::string head_of(const ServerResponse& response, std::string_view length, bool keep_alive) {
  const auto reason = beast_http::obsolete_reason(beast_http::int_to_status(response.status));
  std::string text = fmt::format(
      "HTTP/1.1 {} {}\r\nDate: {}\r\nContent-Type: {}\r\n{}Cache-Control: no-store\r\n"
      "X-Content-Type-Options: nosniff\r\n{}",
      response.status, std::string_view(reason.data(), reason.size()), to_date(Instant::now().wall),
      response.content_type, length, keep_alive ? "" : "Connection: close\r\n");
  for (const auto& [name, value] : response.fields) {
    if (is_token(name) && is_field_value(value)) text += fmt::format("{}: {}\r\n", name, value);
  }
  return text + "\r\n";
}

std::string render(const ServerResponse& response, bool head_only, bool keep_alive) {
  std::string text = head_of(response, fmt::format("Content-Length: {}\r\n", response.body.size()), keep_alive);
  if (!head_only) text += response.body;
  return text;
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

Asker asker_of(Channel& channel) {
  error_code ignored;
  Asker asker{channel.is_secure(), {}, {}};
  asker.address = network_of(channel.socket().remote_endpoint(ignored));
  asker.local_address = address_of(channel.socket().local_endpoint(ignored));
  return asker;
}

/// Serves what comes on one connection; `buffer_` keeps what is behind a request.
class Session {
 public:
  Session(reactor::Reactor& reactor, std::shared_ptr<Service> service, AnySocket& socket)
      : reactor_(reactor),
        shared_(std::move(service)),
        service_(*shared_),
        channel_(socket, service_.tls.get()),
        asker_(asker_of(channel_)),
        deadline_(reactor.io(), socket) {}

  Awaitable<> run() {
    error_code ec;
    deadline_.expires_after(service_.deadlines.handshake);
    co_await channel_.shake_hands(ec);
    bool keep = !ec && !service_.stopped;
    while (keep) keep = co_await serve_one();
  }

 private:
  /// Reads more; false at the end of the connection.
  Awaitable<bool> more() {
    error_code ec;
    const std::size_t got = co_await channel_.read(asio::buffer(part_), ec);
    if (ec || service_.stopped) co_return false;
    buffer_.append(part_.data(), got);
    co_return true;
  }

  Awaitable<bool> refuse(unsigned status, std::string_view why) {
    error_code ec;
    const std::string text = render(refusal(status, why), false, false);
    co_await channel_.write(text, ec);
    if (!ec) co_await channel_.close_gently();
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
        co_await channel_.write("HTTP/1.1 100 Continue\r\n\r\n", ec);
        if (ec) co_return false;
      }
      if (!co_await more()) co_return false;
    }
    greeted_ = false;
    co_return co_await answer(parser);
  }

  /// Writes the answer; whether another request may follow.
  Awaitable<bool> answer(RequestParser& parser) {
    ServerRequest& request = parser.request();
    const bool head_only = request.method == "HEAD";
    const bool keep = parser.keep_alive();
    Found found = find(request);
    if (found.route != nullptr && found.route->stream) {
      co_return co_await stream(*found.route, request, parser.is_1_1());
    }
    if (found.route != nullptr && found.route->now) found.answer = found.route->now(request);
    if (found.route != nullptr && found.route->later)
      found.answer = co_await ask_route(*found.route, std::move(request));
    if (service_.stopped) co_return false;
    const std::string text = render(found.answer, head_only, keep);
    error_code ec;
    co_await channel_.write(text, ec);
    if (!ec && !keep && channel_.is_secure()) co_await channel_.close_gently();
    co_return !ec && keep && !service_.stopped;
  }

  /// Notes once a request that it waits for 100 (RFC 9110 10.1.1); false if it expects anything else.
  bool greet(RequestParser& parser) {
    if (greeted_) return true;
    greeted_ = true;
    const std::string_view expect = find_field(parser.request().fields, "Expect");
    continue_ = same_name(expect, "100-continue");
    return continue_ || expect.empty();
  }

  /// Who answers, or the answer that nobody does.
  struct Found {
    const Route* route = nullptr;
    ServerResponse answer;
  };

  Found find(ServerRequest& request) {
    std::string_view rule;
    std::optional<ServerResponse> refused;
    if (service_.guard) refused = service_.guard->refuse(request, asker_, rule);
    if (refused) return refuse_by(rule, std::move(*refused));
    bool well_formed = true;
    const auto* methods = service_.routes.find(request.path(), request.segments, well_formed);
    if (methods == nullptr) return {nullptr, refusal(404, "There is nothing here.")};
    const auto method = methods->find(request.method == "HEAD" ? std::string_view("GET") : request.method);
    if (method == methods->end() || (method->second.stream && request.method != "GET")) return refuse_method(*methods);
    const auto now = std::chrono::steady_clock::now();
    if (service_.guard) refused = service_.guard->refuse(request, method->second.access, asker_, now, rule);
    if (refused) return refuse_by(rule, std::move(*refused));
    if (!well_formed) return {nullptr, refusal(400, "The path's percent-encoding is malformed.")};
    return {&method->second, {}};
  }

  static Found refuse_method(const Routes::Methods& methods) {
    ServerResponse response = refusal(405, "Not with this method.");
    std::string known;
    for (const auto& [name, route] : methods) known += (known.empty() ? "" : ", ") + name;
    response.fields.emplace_back("Allow", std::move(known));
    return {nullptr, std::move(response)};
  }

  Found refuse_by(std::string_view rule, ServerResponse answer) {
    if (service_.refused) service_.refused(rule);
    return {nullptr, std::move(answer)};
  }

  /// What the route says, within the time that it has.
  Awaitable<ServerResponse> ask_route(const Route& route, ServerRequest request) {
    if (service_.waiting >= Server::max_waiting) co_return refusal(503, "Too much waits for an answer already.");
    auto pending = std::make_shared<Pending>(reactor_.io(), std::move(request));
    if (route.patience > Duration::zero()) deadline_.expires_after(route.patience);
    pending->done.expires_after(deadline_.left() * 9 / 10);  // the rest is for saying so
    ++service_.waiting;
    reactor_.spawn(ask(shared_, route, pending));
    error_code ignored;
    if (!pending->response) co_await pending->done.async_wait(into(ignored));
    deadline_.expires_after(service_.deadlines.body);
    if (!pending->response) co_return refusal(503, "The answer took too long.");
    co_return std::move(*pending->response);
  }

  /// Lines until the reader leaves; nothing may follow.
  Awaitable<bool> stream(const Route& route, const ServerRequest& request, bool chunked) {
    if (service_.streams.size() >= Server::max_streams) co_return co_await refuse(503, "Too many read already.");
    auto streaming = std::make_shared<Streaming>(reactor_.io());
    StreamAnswer answer = route.stream(request, streaming->lines);
    if (!answer.source) {
      const std::string text = render(*answer.refusal, false, false);
      error_code ec;
      co_await channel_.write(text, ec);
      if (!ec) co_await channel_.close_gently();
      co_return false;
    }
    streaming->source = std::move(answer.source);
    co_await write_stream(std::move(streaming), chunked);
    co_return false;
  }

  Awaitable<> write_stream(std::shared_ptr<Streaming> streaming, bool chunked) {
    service_.streams.insert(streaming.get());
    const std::string head =
        head_of({200, "application/x-ndjson", "", {}}, chunked ? "Transfer-Encoding: chunked\r\n" : "", false);
    error_code ec;
    co_await channel_.write(head, ec);
    if (!ec) {
      co_await stream_lines(reactor_, channel_, streaming, deadline_, service_.deadlines.stalled, chunked);
    }
    streaming->source.reset();
    service_.streams.erase(streaming.get());
  }

  reactor::Reactor& reactor_;
  std::shared_ptr<Service> shared_;
  Service& service_;
  Channel channel_;
  const Asker asker_;
  Deadline<AnySocket> deadline_;
  std::string buffer_;
  std::array<char, 4096> part_{};
  bool first_ = true;
  bool greeted_ = false;
  bool continue_ = false;
};

}  // namespace

Awaitable<> serve(reactor::Reactor& reactor, std::shared_ptr<Service> service, AnySocket socket) {
  service->sessions.insert(&socket);
  {
    Session session(reactor, service, socket);
    co_await session.run();
  }
  service->sessions.erase(&socket);
}

}  // namespace fieldgate::http
