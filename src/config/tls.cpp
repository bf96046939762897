// Reading the `tls:` options, and refusing keys that are not kept secret.
#include "config/tls.hpp"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "config/values.hpp"

namespace fieldgate::config {
namespace {

constexpr std::string_view meaning = "Encryption and certificates.";

void check_readable(Section& section, std::string_view name, const std::filesystem::path& path) {
  if (path.empty() || section.describing() || section.reader().syntax_only) return;
  if (::access(path.c_str(), R_OK) == 0) return;
  section.error(name, fmt::format("cannot read the file {}: {}", in_quotes(path.string()), std::strerror(errno)));
}

/// Others are everybody outside of the file's owner. A group that may read is allowed where root owns the file, since
/// that is how Debian hands keys to a service (root:ssl-cert, 0640); a group that may write, or anyone else who may
/// read, never is.
void check_private(Section& section, std::string_view name, const std::filesystem::path& path) {
  if (path.empty() || section.describing() || section.reader().syntax_only) return;
  struct stat info {};
  if (::stat(path.c_str(), &info) != 0) return;
  const mode_t refused = info.st_uid == 0 ? S_IRWXO | S_IWGRP : S_IRWXO | S_IRWXG;
  if ((info.st_mode & refused) == 0) return;
  const std::string text = fmt::format("others can read the key {} (mode {:04o}): run chmod 600 on it",
                                       in_quotes(path.string()), info.st_mode & 07777U);
  if (section.reader().starting) {
    section.warning(name, text);
  } else {
    section.error(name, text);
  }
}

/// Which end of a connection the options are for; `either`: it depends.
enum class Side : std::uint8_t { listening, outbound, either };

/// Text for each side.
struct CaTexts {
  std::string_view fallback;
  std::string_view meaning;
};
constexpr CaTexts ca_texts[] = {
    {"none", "The authorities that sign client certificates, PEM."},
    {"the system's", "The authorities that sign the server's certificate, PEM."},
    {"none; where devices are dialled the system's", "The authorities that sign the devices' certificates, PEM."},
};

void read_common(Section& section, TlsOptions& options, Side side) {
  const Default<std::string> file =
      side == Side::listening
          ? Default<std::string>(required)
          : Default<std::string>(std::string(), side == Side::either ? "none; required where it listens" : "none");
  const CaTexts& ca = ca_texts[static_cast<std::size_t>(side)];
  options.crt_file = section.path("crt_file", file, "Our certificate and its chain, PEM.");
  options.key_file =
      section.path("key_file", file, "The private key of our certificate, PEM; only we may be able to read it.");
  options.key_pass = section.secret("key_pass", "The password of the private key.");
  options.ca_file = section.path("ca_file", Default<std::string>({}, ca.fallback), ca.meaning);
  options.crl_file =
      section.path("crl_file", Default<std::string>({}, "none"), "Certificates that are no longer valid, PEM.");
  options.min_version = section.choice<std::string>(
      "min_version", std::string("1.2"), "The oldest version of TLS that is spoken.", {{"1.2", "1.2"}, {"1.3", "1.3"}});
  options.ciphers = section.text("ciphers", Default<std::string>({}, "ECDHE with AEAD"),
                                 "The ciphers of TLS 1.2, as OpenSSL lists them.");
  options.alpn =
      section.texts("alpn", std::vector<std::string>(), "The application protocols that are offered, the best first.");
  check_readable(section, "crt_file", options.crt_file);
  check_readable(section, "key_file", options.key_file);
  check_readable(section, "ca_file", options.ca_file);
  check_readable(section, "crl_file", options.crl_file);
  check_private(section, "key_file", options.key_file);
  for (const std::string& protocol : options.alpn) {
    if (protocol.empty() || protocol.size() > 255)
      section.error("alpn", "an application protocol has 1 to 255 bytes (RFC 7301, 3.1)");
  }
}

void read_outbound(Section& section, TlsClientOptions& options) {
  options.verify_certificate =
      section.flag("verify_certificate", true, "Whether the server's certificate must be signed by a known authority.");
  options.verify_hostname =
      section.flag("verify_hostname", true, "Whether the server's certificate must carry its name.");
  options.server_name = section.text("server_name", Default<std::string>({}, "the host that is connected to"),
                                     "The name that the server is asked for and must carry.");
  if (options.crt_file.empty() != options.key_file.empty()) {
    section.error(options.crt_file.empty() ? "key_file" : "crt_file", "'crt_file' and 'key_file' go together");
  }
}

void read_listening(Section& section, TlsServerOptions& options) {
  using VerifyClient = TlsServerOptions::VerifyClient;
  const VerifyClient fallback = options.ca_file.empty() ? VerifyClient::none : VerifyClient::require;
  options.verify_client = section.choice<VerifyClient>(
      "verify_client", Default<VerifyClient>(fallback, "require if ca_file is given, else none"),
      "Whether devices must show a certificate.",
      {{"none", VerifyClient::none}, {"optional", VerifyClient::optional}, {"require", VerifyClient::require}});
  if (options.verify_client != VerifyClient::none && !section.has("ca_file")) {
    section.error("verify_client", "client certificates cannot be verified without 'ca_file'");
  }
}

/// Options of the other direction.
void refuse(Section& section, std::initializer_list<std::string_view> names, const std::string& why) {
  for (const std::string_view name : names) {
    section.claim({.name = std::string(name)});
    if (section.has(name)) section.error(name, why);
  }
}

}  // namespace

TlsClientOptions TlsClientOptions::read(Section& parent) {
  TlsClientOptions options;
  parent.section("tls", meaning, [&](Section& section) {
    read_common(section, options, Side::outbound);
    read_outbound(section, options);
  });
  return options;
}

TlsServerOptions TlsServerOptions::read(Section& parent) {
  TlsServerOptions options;
  parent.section("tls", meaning, [&](Section& section) {
    read_common(section, options, Side::listening);
    read_listening(section, options);
  });
  return options;
}

void read_tls(Section& parent, bool dials, TlsServerOptions& server, TlsClientOptions& client) {
  parent.section("tls", meaning, [&](Section& section) {
    if (section.describing()) {
      read_common(section, server, Side::either);
      read_listening(section, server);
      read_outbound(section, client);
    } else if (dials) {
      read_common(section, client, Side::outbound);
      read_outbound(section, client);
      refuse(section, {"verify_client"},
             "goes with 'listen': where 'connect' dials, the device is the server; write verify_certificate");
    } else {
      read_common(section, server, Side::listening);
      read_listening(section, server);
      refuse(section, {"verify_certificate", "verify_hostname", "server_name"},
             "goes with 'connect': where the adapter listens, write verify_client");
    }
  });
}

}  // namespace fieldgate::config
