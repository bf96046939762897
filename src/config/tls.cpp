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

void read_common(Section& section, TlsOptions& options, bool listening) {
  const Default<std::string> file =
      listening ? Default<std::string>(required) : Default<std::string>(std::string(), "none");
  options.crt_file = section.path("crt_file", file, "Our certificate and its chain, PEM.");
  options.key_file =
      section.path("key_file", file, "The private key of our certificate, PEM; only we may be able to read it.");
  options.key_pass = section.secret("key_pass", "The password of the private key.");
  options.ca_file = section.path("ca_file", Default<std::string>({}, listening ? "none" : "the system's"),
                                 listening ? "The authorities that sign client certificates, PEM."
                                           : "The authorities that sign the server's certificate, PEM.");
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

}  // namespace

TlsClientOptions TlsClientOptions::read(Section& parent) {
  TlsClientOptions options;
  parent.section("tls", meaning, [&](Section& section) {
    read_common(section, options, false);
    options.verify_certificate = section.flag("verify_certificate", true,
                                              "Whether the server's certificate must be signed by a known authority.");
    options.verify_hostname =
        section.flag("verify_hostname", true, "Whether the server's certificate must carry its name.");
    options.server_name = section.text("server_name", Default<std::string>({}, "the host of the URL"),
                                       "The name that the server is asked for and must carry.");
    if (options.crt_file.empty() != options.key_file.empty()) {
      section.error(options.crt_file.empty() ? "key_file" : "crt_file", "'crt_file' and 'key_file' go together");
    }
  });
  return options;
}

TlsServerOptions TlsServerOptions::read(Section& parent) {
  TlsServerOptions options;
  parent.section("tls", meaning, [&](Section& section) {
    read_common(section, options, true);
    const VerifyClient fallback = options.ca_file.empty() ? VerifyClient::none : VerifyClient::require;
    options.verify_client = section.choice<VerifyClient>(
        "verify_client", Default<VerifyClient>(fallback, "require if ca_file is given, else none"),
        "Whether devices must show a certificate.",
        {{"none", VerifyClient::none}, {"optional", VerifyClient::optional}, {"require", VerifyClient::require}});
    if (options.verify_client != VerifyClient::none && !section.has("ca_file")) {
      section.error("verify_client", "client certificates cannot be verified without 'ca_file'");
    }
  });
  return options;
}

}  // namespace fieldgate::config
