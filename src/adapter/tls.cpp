// Tls: a stream server with TLS.
#include "adapter/tls.hpp"

namespace fieldgate::adapter {

Tls::Config Tls::Config::read(config::Section& section) {
  Config config;
  config.stream = StreamOptions::read(section, true);
  config.tls = config::TlsServerOptions::read(section);
  const bool complete = !config.tls.crt_file.empty() && !config.tls.key_file.empty();
  if (complete && !section.describing() && !section.reader().syntax_only) {
    if (const auto context = reactor::tls_server_context(config.tls); !context)
      section.error("tls", context.error().text);
  }
  using Verify = config::TlsServerOptions::VerifyClient;
  const config::Address& listen = config.stream.listen;
  const bool local = listen.kind != config::Address::Kind::tcp || listen.host == "localhost" || listen.host == "::1" ||
                     listen.host.starts_with("127.");
  if (config.tls.verify_client == Verify::none && !local && config.stream.limits.allow.empty() &&
      !section.describing()) {
    section.warning("tls", "anybody can connect: no client certificate is asked for; give 'ca_file', or limits.allow");
  }
  const protocol::FramedConfig& protocol = config.stream.protocol;
  const auto certificate_names = [](const expression::Template& text) {
    return text.uses(expression::Name::tls_cn) || text.uses(expression::Name::tls_san);
  };
  if (!certificate_names(protocol.device) && !(protocol.session && certificate_names(protocol.session->id)))
    return config;
  if (config.tls.verify_client == Verify::optional) {
    section.warning("tls",
                    "verify_client: optional lets devices in without a certificate, but the device's name comes from "
                    "its certificate ({{ tls.cn }}, {{ tls.san }}): "
                    "without a default there, their messages are refused");
  }
  if (config.tls.verify_client == Verify::none && !section.describing()) {
    section.error("tls",
                  "the device's name comes from its certificate ({{ tls.cn }}, {{ tls.san }}), but no client "
                  "certificate is asked for; give 'ca_file'");
  }
  return config;
}

Tls::Tls(const Config& config, const Context& context)
    : tls_(config.tls),
      certificates_(context.reactor, context.metrics, context.log, config.tls.crt_file),
      server_(config.stream, context) {}

Result<void> Tls::start(router::Inlet* const& inlet) {
  auto context = reactor::tls_server_context(tls_);
  if (!context) return context.error();
  tls_context_ = std::move(*context);
  certificates_.start();
  return server_.start(inlet, tls_context_.get());
}

}  // namespace fieldgate::adapter
