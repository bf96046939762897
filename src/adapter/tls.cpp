// Tls: a stream server with TLS.
#include "adapter/tls.hpp"

namespace fieldgate::adapter {

Tls::Config Tls::Config::read(config::Section& section) {
  Config config;
  config.stream = StreamOptions::read(section, true);
  config.tls = config::TlsServerOptions::read(section);
  using Verify = config::TlsServerOptions::VerifyClient;
  const std::string& device = config.stream.protocol.device.source();
  if (device.find("tls.cn") == std::string::npos) return config;
  if (config.tls.verify_client == Verify::optional) {
    section.warning("tls", "verify_client: optional lets devices in without a certificate, but the device's name comes from {{ tls.cn }}: "
                           "their messages will be refused");
  }
  if (config.tls.verify_client == Verify::none && !section.describing()) {
    section.error("tls", "the device's name comes from {{ tls.cn }}, but no client certificate is asked for; give 'ca_file'");
  }
  return config;
}

Tls::Tls(const Config& config, const Context& context) : tls_(config.tls), server_(config.stream, context) {}

Result<void> Tls::start(router::Inlet* const& inlet) {
  auto context = reactor::tls_server_context(tls_);
  if (!context) return context.error();
  tls_context_ = std::move(*context);
  return server_.start(inlet, tls_context_.get());
}

}  // namespace fieldgate::adapter
