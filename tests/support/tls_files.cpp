// TlsFiles: a few calls of openssl.
#include "support/tls_files.hpp"

#include "support/process.hpp"

namespace fieldgate::test {
namespace {

std::vector<std::string> request(const Identity& identity, const std::string& subject, int days) {
  return {"openssl",
          "req",
          "-x509",
          "-newkey",
          "ec",
          "-pkeyopt",
          "ec_paramgen_curve:P-256",
          "-nodes",
          "-days",
          std::to_string(days),
          "-subj",
          subject,
          "-keyout",
          identity.key_file,
          "-out",
          identity.crt_file};
}

void make(std::vector<std::string> command, const Identity& identity) {
  run(command);
  std::filesystem::permissions(identity.key_file,
                               std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
}

}  // namespace

TlsFiles::TlsFiles()
    : ca(authority("ca", "/CN=Fieldgate test CA")),
      other_ca(authority("other_ca", "/CN=Another CA")),
      server(sign("server", ca, "/CN=localhost", "DNS:localhost,IP:127.0.0.1,IP:::1")),
      wrong_host(sign("wrong_host", ca, "/CN=elsewhere.test", "DNS:elsewhere.test")),
      client(sign("client", ca, "/CN=device-1")),
      other_client(sign("other_client", other_ca, "/CN=device-1")) {}

Identity TlsFiles::authority(const std::string& name, const std::string& subject) const {
  const Identity identity{directory_ / (name + ".crt"), directory_ / (name + ".key")};
  std::vector<std::string> command = request(identity, subject, 1);
  command.insert(command.end(), {"-addext", "keyUsage=critical,keyCertSign,cRLSign"});
  make(std::move(command), identity);
  return identity;
}

Identity TlsFiles::sign(const std::string& name, const Identity& issuer, const std::string& subject,
                        const std::string& alternatives, int days) const {
  const Identity identity{directory_ / (name + ".crt"), directory_ / (name + ".key")};
  std::vector<std::string> command = request(identity, subject, days);
  command.insert(command.end(),
                 {"-CA", issuer.crt_file, "-CAkey", issuer.key_file, "-addext", "basicConstraints=critical,CA:FALSE"});
  if (!alternatives.empty()) command.insert(command.end(), {"-addext", "subjectAltName=" + alternatives});
  make(std::move(command), identity);
  return identity;
}

}  // namespace fieldgate::test
