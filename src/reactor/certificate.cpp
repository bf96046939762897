// Certificates: notAfter, and names.
#include "reactor/certificate.hpp"

#include <arpa/inet.h>

#include <array>
#include <cstdio>
#include <ctime>
#include <memory>

#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include "reactor/tls_context.hpp"

namespace fieldgate::reactor {

namespace {

std::optional<TimePoint> end_of(const X509* certificate) {
  std::tm time{};
  if (ASN1_TIME_to_tm(X509_get0_notAfter(certificate), &time) != 1) return std::nullopt;
  return TimePoint(std::chrono::seconds(::timegm(&time)));
}

std::string text_of(const ASN1_STRING* text) {
  return {reinterpret_cast<const char*>(ASN1_STRING_get0_data(text)),
          static_cast<std::size_t>(ASN1_STRING_length(text))};
}

/// Of an alternative name; empty where it is of another kind.
std::string name_of(const GENERAL_NAME& name) {
  if (name.type == GEN_DNS) return text_of(name.d.dNSName);
  if (name.type != GEN_IPADD) return {};
  const std::string bytes = text_of(name.d.iPAddress);
  std::array<char, INET6_ADDRSTRLEN> text{};
  const int family = bytes.size() == 4 ? AF_INET : AF_INET6;
  if (bytes.size() != 4 && bytes.size() != 16) return {};
  return ::inet_ntop(family, bytes.data(), text.data(), text.size()) != nullptr ? text.data() : std::string();
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

std::vector<std::string> own_names(const SSL_CTX* context) {
  std::vector<std::string> names;
  X509* certificate = SSL_CTX_get0_certificate(context);
  if (certificate == nullptr) return names;
  const std::unique_ptr<GENERAL_NAMES, void (*)(GENERAL_NAMES*)> alternatives(
      static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr)),
      GENERAL_NAMES_free);
  for (int i = 0; alternatives && i < sk_GENERAL_NAME_num(alternatives.get()); ++i) {
    if (auto name = name_of(*sk_GENERAL_NAME_value(alternatives.get(), i)); !name.empty()) names.push_back(name);
  }
  if (!names.empty()) return names;
  const X509_NAME* subject = X509_get_subject_name(certificate);
  const int at = X509_NAME_get_index_by_NID(subject, NID_commonName, -1);
  if (at >= 0) names.push_back(text_of(X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, at))));
  return names;
}

}  // namespace fieldgate::reactor
