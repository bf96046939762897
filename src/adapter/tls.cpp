// Tls: a stream server with TLS, in either direction.
#include "adapter/tls.hpp"

namespace fieldgate::adapter {

namespace {

using Verify = config::TlsServerOptions::VerifyClient;

/// Whether the device's name, or its session's, comes from the peer's certificate.
bool certificate_names(const protocol::FramedConfig& protocol) {
  const auto names = [](const expression::Template& text) {
    return text.uses(expression::Name::tls_cn) || text.uses(expression::Name::tls_san);
  };
  return names(protocol.device) || (protocol.session && names(protocol.session->id));
}

void check_listening(config::Section& s, const Tls::Config& config) {
  const config::Address& listen = config.stream.listen;
  const bool local = listen.kind != config::Address::Kind::tcp || listen.host == "localhost" || listen.host == "::1" ||
                     listen.host.starts_with("127.");
  if (config.tls.verify_client == Verify::none && !local && config.stream.limits.allow.empty())
    s.warning("tls", "anybody can connect: no client certificate is asked for; give 'ca_file', or limits.allow");
  if (!certificate_names(config.stream.protocol)) return;
  if (config.tls.verify_client == Verify::optional) {
    s.warning("tls",
              "verify_client: optional lets devices in without a certificate, but the device's name comes from its "
              "certificate ({{ tls.cn }}, {{ tls.san }}): without a default there, their messages are refused");
  }
  if (config.tls.verify_client == Verify::none) {
    s.error("tls",
            "the device's name comes from its certificate ({{ tls.cn }}, {{ tls.san }}), but no client certificate is "
            "asked for; give 'ca_file'");
  }
}

void check_dialling(config::Section& s, const Tls::Config& config) {
  const config::TlsClientOptions& tls = config.outbound;
  if (certificate_names(config.stream.protocol) && !tls.verify_certificate)
    s.error("tls",
            "the device's name comes from its certificate ({{ tls.cn }}, {{ tls.san }}), which is not verified: leave "
            "verify_certificate out");
  if (!tls.verify_certificate || !tls.verify_hostname || !tls.server_name.empty()) return;
  for (const DialOptions::Target& target : config.stream.dial.targets) {
    if (target.address.kind == config::Address::Kind::unix_socket)
      s.error("tls", target.address.text() +
                         " has no name that a certificate could carry: give 'server_name', or verify_hostname: false");
  }
}

Result<reactor::TlsContext> context_of(const Tls::Config& config) {
  return config.stream.dials() ? reactor::tls_client_context(config.outbound) : reactor::tls_server_context(config.tls);
}

}  // namespace

Tls::Config Tls::Config::read(config::Section& section) {
  Config config;
  config.stream = StreamOptions::read(section, true);
  const bool dials = section.has("connect");
  config::read_tls(section, dials, config.tls, config.outbound);
  if (section.describing()) return config;
  const bool complete = dials || (!config.tls.crt_file.empty() && !config.tls.key_file.empty());
  if (complete && dials == config.stream.dials() && !section.reader().syntax_only) {
    if (const auto context = context_of(config); !context) section.error("tls", context.error().text);
  }
  if (dials) {
    check_dialling(section, config);
  } else {
    check_listening(section, config);
  }
  return config;
}

Tls::Tls(const Config& config, const Context& context)
    : config_(config),
      certificates_(context.reactor, context.metrics, context.log, config.common().crt_file),
      server_(config.stream, context) {}

Result<void> Tls::start(router::Inlet* const& inlet) {
  auto context = context_of(config_);
  if (!context) return context.error();
  tls_context_ = std::move(*context);
  if (!config_.common().crt_file.empty()) certificates_.start();
  return server_.start(inlet, {tls_context_.get(), &config_.outbound});
}

}  // namespace fieldgate::adapter
