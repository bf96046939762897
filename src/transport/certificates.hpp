// Tells operators in time that a certificate ends.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>

#include "message/time.hpp"
#include "reactor/reactor.hpp"
#include "telemetry/log.hpp"
#include "telemetry/metrics.hpp"

namespace fieldgate::transport {

/// The gauges fieldgate_tls_certificate_expiry_seconds{component,use} - of our own certificate, and of the peer's once
/// one was seen - and a warning in the log each day from 30 days before the end.
class Certificates {
 public:
  /// Reads our certificate, unless `crt_file` is empty: blocks. `log` is that of the component.
  Certificates(reactor::Reactor& reactor, telemetry::Metrics& metrics, const telemetry::Log& log,
               const std::filesystem::path& crt_file);
  ~Certificates();

  /// Begins to look each day.
  void start();

  /// When the certificate that the peer showed ends. Cheap: call it for every answer.
  void peer_seen(std::optional<TimePoint> end);

 private:
  struct State;
  static Awaitable<> watch(std::weak_ptr<State> watched);
  std::shared_ptr<State> state_;
  reactor::Reactor& reactor_;
  telemetry::Metrics& metrics_;
};

}  // namespace fieldgate::transport
