// Tcp: a stream server without TLS.
#include "adapter/tcp.hpp"

namespace fieldgate::adapter {

Tcp::Config Tcp::Config::read(config::Section& section) {
  Config config;
  config.stream = StreamOptions::read(section, false);
  if (section.has("tls")) {
    section.claim({.name = "tls"});
    section.error("tls", "a tcp adapter has no 'tls'; write type: tls");
  }
  return config;
}

Tcp::Tcp(const Config& config, const Context& context) : server_(config.stream, context) {}

Result<void> Tcp::start(router::Inlet* const& inlet) { return server_.start(inlet, {}); }

}  // namespace fieldgate::adapter
