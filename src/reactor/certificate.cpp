// Certificates: notAfter.
#include "reactor/certificate.hpp"

#include <cstdio>
#include <ctime>
#include <memory>

#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include "reactor/tls_context.hpp"

namespace fieldgate::reactor {

namespace {

std::optional<TimePoint> end_of(const X509* certificate) {
  std::tm time{};
  if (ASN1_TIME_to_tm(X509_get0_notAfter(certificate), &time) != 1) return std::nullopt;
  return TimePoint(std::chrono::seconds(::timegm(&time)));
}

}  // namespace

Result<TimePoint> certificate_end(const std::filesystem::path& crt_file) {
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(crt_file.c_str(), "re"), std::fclose);
  if (!file) return Error{"tls", "cannot read the certificate " + crt_file.string()};
  const std::unique_ptr<X509, void (*)(X509*)> certificate(PEM_read_X509_AUX(file.get(), nullptr, nullptr, nullptr),
                                                           X509_free);
  const auto end = certificate ? end_of(certificate.get()) : std::nullopt;
  if (!end) return Error{"tls", "cannot read the certificate " + crt_file.string() + ": " + tls_error()};
  return *end;
}

std::optional<TimePoint> peer_certificate_end(const SSL* ssl) {
  const X509* certificate = SSL_get0_peer_certificate(ssl);
  return certificate != nullptr ? end_of(certificate) : std::nullopt;
}

}  // namespace fieldgate::reactor
