// How long certificates are good for, and by which names.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include <openssl/types.h>

#include "message/result.hpp"
#include "message/time.hpp"

namespace fieldgate::reactor {

/// When the first certificate of a PEM file ends (notAfter; RFC 5280, 4.1.2.5). Reads the file: blocks.
Result<TimePoint> certificate_end(const std::filesystem::path& crt_file);

/// When the certificate that the peer showed ends; nothing if it showed none.
std::optional<TimePoint> peer_certificate_end(const SSL* ssl);

/// The DNS names and IP addresses that our own certificate of the context carries as alternatives (RFC 5280, 4.2.1.6),
/// or, where it has none, its common name.
std::vector<std::string> own_names(const SSL_CTX* context);

}  // namespace fieldgate::reactor
