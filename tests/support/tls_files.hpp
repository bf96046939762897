// Certificates and keys for tests, made by the openssl program.
#pragma once

#include <filesystem>
#include <string>

#include "support/temp_dir.hpp"

namespace fieldgate::test {

/// A certificate with its key, both PEM files; the key is readable by its owner only.
struct Identity {
  std::filesystem::path crt_file;
  std::filesystem::path key_file;
};

/// An authority with what it has signed, and another authority that nobody should trust. P-256 keys, valid for a day.
class TlsFiles {
  TempDir directory_;  // first: all others are made in it

 public:
  TlsFiles();

  Identity ca;            ///< CN "Fieldgate test CA"
  Identity other_ca;      ///< CN "Another CA"; has signed nothing here but itself
  Identity server;        ///< CN localhost, for localhost, 127.0.0.1 and ::1
  Identity wrong_host;    ///< CN elsewhere.test, for elsewhere.test only
  Identity client;        ///< CN device-1
  Identity other_client;  ///< CN device-1, but signed by other_ca

  /// A further certificate, signed by `issuer`: `subject` as in "/CN=device-2", `alternatives` as in
  /// "DNS:a.test,IP:127.0.0.1" or empty.
  Identity sign(const std::string& name, const Identity& issuer, const std::string& subject,
                const std::string& alternatives = {}, int days = 1) const;

  const TempDir& directory() const { return directory_; }

 private:
  Identity authority(const std::string& name, const std::string& subject) const;
};

}  // namespace fieldgate::test
