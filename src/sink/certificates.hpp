// Tells operators in time that a certificate of a sink ends.
#pragma once

#include <memory>
#include <optional>

#include "config/tls.hpp"
#include "sink/sink.hpp"

namespace fieldgate::sink {

/// The gauges fieldgate_tls_certificate_expiry_seconds{component,use} - of our own certificate, and of the peer's once
/// one was seen - and a warning in the log each day from 30 days before the end.
class Certificates {
 public:
  /// Reads the certificate that `tls` names, if it does: blocks.
  Certificates(const Context& context, const config::TlsClientOptions& tls);
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

}  // namespace fieldgate::sink
