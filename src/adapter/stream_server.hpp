// Serving connections, accepted or dialled: reading, framing, answering, closing the idle. For `tcp` and `tls`.
#pragma once

#include <list>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include <openssl/types.h>

#include "adapter/adapter.hpp"
#include "adapter/dialler.hpp"
#include "adapter/entrance.hpp"
#include "adapter/limits.hpp"
#include "config/tls.hpp"
#include "protocol/framed.hpp"
#include "reactor/event.hpp"
#include "telemetry/adapter_counters.hpp"
#include "transport/stream.hpp"

namespace fieldgate::adapter {

/// What a stream adapter's YAML says beside its `tls`.
struct StreamOptions {
  config::Address listen;  ///< where nothing is dialled
  DialOptions dial;
  bool reuse_port = false;
  int backlog = 4096;
  Duration gather{};
  StreamLimits limits;
  device::SourceOptions source;
  protocol::FramedConfig protocol;

  static StreamOptions read(config::Section& section, bool tls);
  bool dials() const { return !dial.targets.empty(); }
  bool operator==(const StreamOptions&) const = default;
};

/// TLS of an adapter. What it points to outlives the server.
struct StreamTls {
  SSL_CTX* context = nullptr;                          ///< null: plain connections
  const config::TlsClientOptions* outbound = nullptr;  ///< of what is dialled
};

/// The listener or dialler, and the connections, of one adapter.
class StreamServer final : private Dialler::Host {
 public:
  StreamServer(const StreamOptions& options, const Context& context);
  ~StreamServer();

  /// Binds, or dials, and serves.
  Result<void> start(router::Inlet* const& inlet, const StreamTls& tls);
  void stop();
  /// Whether it listens; devices that cannot be dialled are no fault of the gateway's.
  bool ready() const { return !stopping_ && (dialler_ || (acceptor_ && acceptor_->is_open())); }
  const telemetry::AdapterCounters& counters() const { return counters_; }

 private:
  struct Connection;
  using Connections = std::list<Connection>;

  // stream_accept.cpp: taking connections in
  Result<void> listen();
  Awaitable<> accept();
  Awaitable<> slow_down();
  Awaitable<> refuse_for_want_of_descriptors();
  void admit(transport::StreamSocket socket, const asio::generic::stream_protocol::endpoint& peer);
  std::string_view refusal(const asio::ip::address* ip) const;  // null: a local peer
  Awaitable<> serve(transport::StreamSocket& socket, const DialOptions::Target& target) override;
  Connections::iterator take_in(transport::StreamSocket socket, const DialOptions::Target* target);

  // stream_server.cpp: serving them
  std::string_view overdue(Connection& connection, std::chrono::steady_clock::time_point now) const;
  Awaitable<> serve(Connections::iterator self);
  Awaitable<bool> shake_hands(Connection& connection);
  bool read_turn(Connection& connection);
  bool take(Connection& connection, Bytes bytes, std::size_t fresh, const Instant& now, bool stalled = false);
  void end(Connections::iterator self);
  bool held_back(const Connection& connection) const;
  void pause(Connection& connection);
  Awaitable<> end_pauses();
  Awaitable<> sweep();
  void close(Connection& connection, std::string_view limit);
  void give_up(Connection& connection, std::string_view why);
  Awaitable<> next_gathering();

  StreamOptions options_;
  reactor::Reactor& reactor_;
  telemetry::Log log_;
  telemetry::AdapterCounters counters_;
  Entrance entrance_;
  protocol::Framed protocol_;
  std::string name_;
  StreamTls tls_;
  std::optional<transport::Acceptor> acceptor_;
  std::optional<Dialler> dialler_;
  Connections connections_;
  std::map<std::string, std::int64_t> by_ip_;
  std::size_t handshakes_ = 0;
  std::set<std::pair<std::chrono::steady_clock::time_point, Connection*>> paused_;  // until then
  Timer pause_;
  bool pausing_ = false;
  reactor::Event handshake_done_;
  reactor::Event gathered_;
  bool gathering_ = false;
  bool sweeping_ = false;
  bool stopping_ = false;
  int reserve_fd_ = -1;
  double accept_tokens_ = 0;
  std::chrono::steady_clock::time_point accept_refilled_;
};

}  // namespace fieldgate::adapter
