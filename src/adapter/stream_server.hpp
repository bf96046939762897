// Serving connections: accepting within limits, reading, framing, answering, closing the idle. For `tcp` and `tls`.
#pragma once

#include <list>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <openssl/types.h>

#include "adapter/adapter.hpp"
#include "adapter/entrance.hpp"
#include "adapter/limits.hpp"
#include "protocol/framed.hpp"
#include "reactor/event.hpp"
#include "telemetry/adapter_counters.hpp"
#include "transport/stream.hpp"

namespace fieldgate::adapter {

/// What a stream adapter's YAML says beside its `tls`.
struct StreamOptions {
  config::Address listen;
  bool reuse_port = false;
  int backlog = 4096;
  Duration gather{};
  StreamLimits limits;
  device::SourceOptions source;
  protocol::FramedConfig protocol;

  static StreamOptions read(config::Section& section, bool tls);
  bool operator==(const StreamOptions&) const = default;
};

/// The listener and the connections of one adapter.
class StreamServer {
 public:
  StreamServer(const StreamOptions& options, const Context& context);
  ~StreamServer();

  /// Binds and serves. `tls` is null for plain connections; it outlives the server.
  Result<void> start(router::Inlet* const& inlet, SSL_CTX* tls);
  void stop();
  bool ready() const { return acceptor_ && acceptor_->is_open(); }
  const telemetry::AdapterCounters& counters() const { return counters_; }

 private:
  struct Connection;
  using Connections = std::list<Connection>;

  Awaitable<> accept();
  Awaitable<> slow_down();
  Awaitable<> refuse_for_want_of_descriptors();
  void admit(transport::StreamSocket socket, const asio::generic::stream_protocol::endpoint& peer);
  std::string_view refusal(const asio::ip::address* ip) const;  // null: a local peer
  std::string_view overdue(Connection& connection, std::chrono::steady_clock::time_point now) const;
  Awaitable<> serve(Connections::iterator self);
  Awaitable<bool> shake_hands(Connection& connection);
  bool read_turn(Connection& connection);
  bool take(Connection& connection, Bytes bytes, std::size_t fresh, const Instant& now, bool stalled = false);
  void end(Connections::iterator self);
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
  SSL_CTX* tls_ = nullptr;
  std::optional<transport::Acceptor> acceptor_;
  Connections connections_;
  std::map<std::string, std::int64_t> by_ip_;
  std::size_t handshakes_ = 0;
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
