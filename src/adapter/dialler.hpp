// Dialling devices: one connection to each address, made again whenever it is lost.
#pragma once

#include <list>
#include <string>
#include <vector>

#include "config/section.hpp"
#include "reactor/backoff.hpp"
#include "reactor/reactor.hpp"
#include "telemetry/adapter_counters.hpp"
#include "telemetry/log.hpp"
#include "transport/socket.hpp"

namespace fieldgate::adapter {

/// Where an adapter dials, and how patiently.
struct DialOptions {
  struct Target {
    std::string name;  ///< {{ peer.name }}; empty where `connect` is one address
    config::Address address;
    /// That a certificate must carry; empty: none is known.
    std::string host() const { return address.kind == config::Address::Kind::tcp ? address.host : std::string(); }
    bool operator==(const Target&) const = default;
  };
  std::vector<Target> targets;  ///< none: the adapter listens
  Duration initial = std::chrono::seconds(1);
  Duration max = std::chrono::minutes(1);
  Duration timeout = std::chrono::seconds(10);  ///< for the name and the connection together

  /// Reads `connect`, `reconnect` and `connect_timeout`.
  static DialOptions read(config::Section& adapter);
  bool operator==(const DialOptions&) const = default;
};

/// Keeps each target connected. Each has a life of its own, so that a dead one delays no other.
class Dialler {
 public:
  /// Serves what has been dialled.
  class Host {
   public:
    /// Takes the socket, and returns when the connection is over.
    virtual Awaitable<> serve(transport::StreamSocket& socket, const DialOptions::Target& target) = 0;

   protected:
    ~Host() = default;
  };

  /// A connection that is lost sooner counts as one that failed: the next waits longer.
  static constexpr Duration soon = std::chrono::seconds(10);

  /// All of them outlive it.
  Dialler(const DialOptions& options, reactor::Reactor& reactor, const telemetry::Log& log,
          telemetry::AdapterCounters& counters, Host& host);

  void start();
  /// Nothing is dialled any more; connections that were made are the host's to end.
  void stop();

 private:
  struct Line {
    Line(const DialOptions::Target& t, const DialOptions& options, asio::io_context& io);
    const DialOptions::Target& target;
    reactor::Backoff backoff;
    Timer wait;
    transport::StreamSocket* dialling = nullptr;  // while it is
    bool failing = false;                         // it has been said
  };

  Awaitable<> keep(Line& line);
  Awaitable<Result<void>> connect(Line& line, transport::StreamSocket& socket);
  Awaitable<Result<void>> try_endpoint(transport::StreamSocket& socket,
                                       const asio::generic::stream_protocol::endpoint& endpoint, Duration within);
  void failed(Line& line, const Error& error, Duration next);

  const DialOptions& options_;
  reactor::Reactor& reactor_;
  const telemetry::Log& log_;
  telemetry::AdapterCounters& counters_;
  Host& host_;
  std::list<Line> lines_;
  bool stopped_ = false;
};

}  // namespace fieldgate::adapter
