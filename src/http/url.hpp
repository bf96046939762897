// URLs of services: http and https.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "config/section.hpp"
#include "message/result.hpp"

namespace fieldgate::http {

/// An absolute URL of RFC 3986 with the schemes of RFC 9110 4.2, as far as a client needs it.
struct Url {
  bool tls = false;  ///< https
  std::string host;  ///< without brackets
  std::uint16_t port = 80;
  std::string target = "/";  ///< path and query, never a fragment
  config::Secret user_info;  ///< "user:password", percent-encoding undone; empty if there was none

  /// "host" or "host:port", as the Host field wants it.
  std::string authority() const;

  /// Without the user, for people: "https://host:port".
  std::string origin() const;

  bool operator==(const Url&) const = default;
};

/// Parses `text`. The error says what to write; it never repeats the user part. Spaces, control bytes (CR, LF), bytes
/// beyond ASCII and fragments are refused: what passes can stand in a request line as it is.
Result<Url> parse_url(std::string_view text);

}  // namespace fieldgate::http
