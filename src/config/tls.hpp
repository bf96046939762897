// The `tls:` options, of clients and of listeners.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "config/section.hpp"

namespace fieldgate::config {

/// What both ends have in common. An empty path is an option left out.
struct TlsOptions {
  std::filesystem::path crt_file;
  std::filesystem::path key_file;
  Secret key_pass;
  std::filesystem::path ca_file;
  std::filesystem::path crl_file;
  std::string min_version = "1.2";  ///< "1.2" or "1.3"
  std::string ciphers;              ///< OpenSSL's list for TLS 1.2; empty: the default of `reactor::tls_context`
  std::vector<std::string> alpn;
  bool operator==(const TlsOptions&) const = default;
};

struct TlsClientOptions : TlsOptions {
  bool verify_certificate = true;
  bool verify_hostname = true;
  std::string server_name;  ///< for SNI and verification; empty: the host of the URL

  /// Reads the option `tls` of `parent`. Files must be readable; a key that others can read is an error.
  static TlsClientOptions read(Section& parent);
  bool operator==(const TlsClientOptions&) const = default;
};

struct TlsServerOptions : TlsOptions {
  enum class VerifyClient : std::uint8_t { none, optional, require };
  VerifyClient verify_client = VerifyClient::none;

  /// Reads the option `tls` of `parent`; `crt_file` and `key_file` are required.
  static TlsServerOptions read(Section& parent);
  bool operator==(const TlsServerOptions&) const = default;
};

/// Reads the option `tls` of a component that either listens or, with `dials`, connects: then into `client`.
void read_tls(Section& parent, bool dials, TlsServerOptions& server, TlsClientOptions& client);

}  // namespace fieldgate::config
