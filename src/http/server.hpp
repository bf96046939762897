// A small, strict HTTP server for the operators' side: exact routes, low limits, nothing lenient.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/section.hpp"
#include "config/tls.hpp"
#include "http/fields.hpp"
#include "http/stream.hpp"
#include "message/result.hpp"
#include "reactor/reactor.hpp"

namespace fieldgate::http {

struct ServerRequest {
  std::string method;
  std::string target;  ///< origin form: path and query
  Fields fields;
  std::string body;
  std::vector<std::string> segments;  ///< what stands where the route's path has a `*`, percent-encoding undone once

  std::string_view path() const { return std::string_view(target).substr(0, target.find('?')); }
};

struct ServerResponse {
  unsigned status = 200;
  std::string content_type = "text/plain; charset=utf-8";
  std::string body;
  Fields fields = {};  ///< further ones
};

/// Who may ask on a route, where the server listens on TCP. On a Unix socket whoever can connect may.
enum class Access : std::uint8_t {
  guarded,   ///< who has the token, if there is one
  loopback,  ///< off loopback, who has the token
  open,      ///< everybody
};

/// What a server on TCP has against others than its operators.
struct Protection {
  std::optional<config::TlsServerOptions> tls;
  config::Secret token;  ///< empty: none is asked for
  bool operator==(const Protection&) const = default;
};

/// Listens on a TCP or Unix address. A request is refused as soon as two readers could understand it differently, and
/// the connection with it. On TCP, whatever a page of another origin could make a browser send is refused as well:
/// other names than ours in Host (421, DNS rebinding), another Origin (403), and of what changes anything all but JSON
/// (415) with the field `X-Fieldgate: 1` (403).
class Server {
 public:
  static constexpr std::size_t max_connections = 32;
  static constexpr std::size_t max_head = 8 * 1024;
  static constexpr std::size_t max_body = 1024 * 1024;

  struct Deadlines {
    Duration head = std::chrono::seconds(5);        ///< from a request's first chance to its empty line
    Duration body = std::chrono::seconds(10);       ///< and from there to its end, and to the answer's
    Duration idle = std::chrono::seconds(30);       ///< between requests
    Duration handshake = std::chrono::seconds(10);  ///< of TLS
    Duration stalled = std::chrono::minutes(5);     ///< of a stream that its reader does not read
  };

  using Handler = std::function<ServerResponse(const ServerRequest&)>;

  /// One that waits for something. The answer that is not there in time is 503, and is forgotten when it comes; the
  /// request lives until then.
  using WaitingHandler = std::function<Awaitable<ServerResponse>(const ServerRequest&)>;

  /// Such handlers under way at once; requests above them are answered 503.
  static constexpr std::size_t max_waiting = 64;

  /// Streams at once; requests above them are answered 503.
  static constexpr std::size_t max_streams = 8;

  Server(reactor::Reactor& reactor, config::Address address, Deadlines deadlines, Protection protection = {});
  Server(reactor::Reactor& reactor, config::Address address) : Server(reactor, std::move(address), Deadlines()) {}
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  /// Answers `method` on exactly this path; a segment that is `*` stands for any one that is not empty. Of two routes
  /// that fit, the one with less of these counts. GET answers HEAD too, but for streams. Before `start`.
  void route(std::string method, std::string path, Handler handler, Access access = Access::guarded);

  /// `patience`: how long the answer may take.
  void route_waiting(std::string method, std::string path, WaitingHandler handler, Duration patience = {});

  /// Answers GET with lines for as long as the client reads.
  void route_stream(std::string path, StreamHandler handler);

  /// All routes, as "GET /path/*"; for those who describe them.
  std::vector<std::string> routes() const;

  /// Binds and listens; a Unix socket is its owner's alone (0600) from its first moment on. Reads the files of TLS:
  /// blocks, for the start. The error names the address and what to do.
  Result<void> start();

  /// Closes everything; no handler is called, and nothing that a stream was given lives on afterwards.
  void stop();

  /// The TCP port that was bound (of use where 0 was asked for).
  std::uint16_t port() const;

  /// Hears of each request that the rules of access refuse: a word for the rule, "token" and the like; and, as
  /// "connections", of each connection that is one too many. Before `start`.
  void on_refusal(std::function<void(std::string_view rule)> told);

 private:
  struct State;
  Result<void> set_up_tls(std::vector<std::string>& names);

  reactor::Reactor& reactor_;
  std::shared_ptr<State> state_;
};

}  // namespace fieldgate::http
