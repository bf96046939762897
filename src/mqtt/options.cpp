// Reading the options of an MQTT client.
#include "mqtt/options.hpp"

#include <charconv>

#include <fmt/format.h>

namespace fieldgate::mqtt {
namespace {

constexpr std::string_view plain_scheme = "mqtt://";
constexpr std::string_view tls_scheme = "mqtts://";

Error bad_url(std::string_view url, std::string_view what) {
  // A password that was written where none belongs is still a password.
  const std::size_t at = url.rfind('@');
  const std::string shown = at == std::string_view::npos ? std::string(url) : "***" + std::string(url.substr(at));
  return {"url", fmt::format("'{}' {}; write mqtt://host:1883, or mqtts://host:8883 with TLS", shown, what)};
}

// Paho makes its own OpenSSL context, and these have no way into it.
void refuse_what_paho_cannot(config::Section& section, const config::TlsClientOptions& tls) {
  if (!tls.crl_file.empty()) section.error("tls", "crl_file is not supported by mqtt; leave it out");
  if (!tls.server_name.empty()) {
    section.error("tls", "server_name is not supported by mqtt; give the name that the certificate carries in servers");
  }
}

void read_servers(config::Section& section, Options& options) {
  bool tls = false;
  const auto urls = section.texts("servers", config::required,
                                  "The brokers, tried in order, one at a time: mqtt:// or mqtts:// URLs");
  for (const std::string& url : urls) {
    const Result<Server> server = Server::parse(url);
    if (!server) {
      section.error("servers", server.error().text);
      continue;
    }
    tls = tls || server->tls;
    options.servers.push_back(*server);
  }
  if (urls.empty() && section.has("servers")) section.error("servers", "at least one broker is needed");
  if (section.has("tls") && !tls && !options.servers.empty())
    section.error("tls", "only mqtts:// has TLS; write mqtts:// in servers");
}

}  // namespace

Result<Server> Server::parse(std::string_view url) {
  Server server;
  std::string_view rest = url;
  if (rest.starts_with(tls_scheme)) {
    server.tls = true;
    rest.remove_prefix(tls_scheme.size());
  } else if (rest.starts_with(plain_scheme)) {
    rest.remove_prefix(plain_scheme.size());
  } else {
    return bad_url(url, "does not begin with mqtt:// or mqtts://");
  }
  if (rest.ends_with('/')) rest.remove_suffix(1);
  if (rest.find('@') != std::string_view::npos)
    return bad_url(url, "holds a user; give username and password as options");
  if (rest.find_first_of("/?#% \t") != std::string_view::npos) return bad_url(url, "holds more than a host and a port");

  std::string_view port;
  if (rest.starts_with('[')) {
    const std::size_t end = rest.find(']');
    if (end == std::string_view::npos) return bad_url(url, "has a [ without its ]");
    server.host = rest.substr(1, end - 1);
    port = rest.substr(end + 1);
  } else {
    const std::size_t colon = rest.find(':');
    server.host = rest.substr(0, colon);
    if (colon != std::string_view::npos) port = rest.substr(colon);
  }
  if (server.host.empty()) return bad_url(url, "names no host");
  server.port = server.tls ? 8883 : 1883;
  if (!port.empty()) {
    const char* end = port.data() + port.size();
    const auto parsed = std::from_chars(port.data() + 1, end, server.port);
    if (port[0] != ':' || parsed.ec != std::errc() || parsed.ptr != end || server.port == 0) {
      return bad_url(url, "has a port that is no number from 1 to 65535");
    }
  }
  return server;
}

std::string Server::text() const {
  const bool v6 = host.find(':') != std::string::npos;
  return fmt::format("{}{}{}{}:{}", tls ? tls_scheme : plain_scheme, v6 ? "[" : "", host, v6 ? "]" : "", port);
}

Options Options::read(config::Section& section) {
  Options options;
  read_servers(section, options);
  options.version = section.choice<Version>("version", {Version::automatic, "5, falling back to 3.1.1"},
                                            "MQTT version to speak", {{"3.1.1", Version::v3_1_1}, {"5", Version::v5}});
  options.username = section.text("username", "", "User name for the broker");
  options.password = section.secret("password", "Password for the broker");
  options.tls = config::TlsClientOptions::read(section);
  options.keepalive = section.duration(
      "keepalive", options.keepalive,
      "How long the connection may be silent before the broker is asked for a sign of life", std::chrono::seconds(1));
  options.connect_timeout =
      section.duration("connect_timeout", options.connect_timeout, "How long one broker may take to let us in",
                       std::chrono::milliseconds(100));
  section.section("reconnect", "Waits between attempts to connect: doubled each time, with jitter, for ever",
                  [&](config::Section& waits) {
                    options.reconnect_initial = waits.duration("initial", options.reconnect_initial, "The first wait",
                                                               std::chrono::milliseconds(10));
                    options.reconnect_max =
                        waits.duration("max", options.reconnect_max, "The longest wait", std::chrono::milliseconds(10));
                    if (options.reconnect_max < options.reconnect_initial) waits.error("max", "is less than initial");
                  });
  if (!options.password.empty() && options.username.empty()) {
    section.error("password", "a password needs a username (MQTT 3.1.1 has none without)");
  }
  if (options.keepalive > std::chrono::seconds(65535)) section.error("keepalive", "MQTT has at most 65535s");
  refuse_what_paho_cannot(section, options.tls);
  return options;
}

std::string default_client_id(std::string_view gateway, std::string_view instance, std::string_view component) {
  std::string id = fmt::format("fieldgate-{}-{}", gateway, component);
  if (!instance.empty()) id += fmt::format("-{}", instance);
  return id;
}

}  // namespace fieldgate::mqtt
