// The `tls` adapter: devices that connect with TLS, or are dialled so.
#pragma once

#include "adapter/stream_server.hpp"
#include "config/tls.hpp"
#include "reactor/tls_context.hpp"
#include "transport/certificates.hpp"

namespace fieldgate::adapter {

class Tls final : public Adapter {
 public:
  static constexpr std::string_view type = "tls";
  static constexpr std::string_view meaning =
      "Listens for devices that connect by TLS, with or without certificates of their own, or dials them.";

  struct Config {
    StreamOptions stream;
    config::TlsServerOptions tls;       ///< where it listens
    config::TlsClientOptions outbound;  ///< where it dials

    const config::TlsOptions& common() const {
      return stream.dials() ? static_cast<const config::TlsOptions&>(outbound) : tls;
    }
    static Config read(config::Section& section);
    bool operator==(const Config&) const = default;
  };

  Tls(const Config& config, const Context& context);

  Result<void> start(router::Inlet* const& inlet) override;
  void stop() override { server_.stop(); }
  bool ready() const override { return server_.ready(); }
  const telemetry::AdapterCounters& counters() const override { return server_.counters(); }

 private:
  Config config_;
  reactor::TlsContext tls_context_;
  transport::Certificates certificates_;
  StreamServer server_;
};

}  // namespace fieldgate::adapter
