// Url: parsing, strictly.
#include "http/url.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "http/fields.hpp"

namespace fieldgate::http {

namespace {

bool is_alphanumeric(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); }

Error wrong(std::string text) { return {"url", std::move(text)}; }

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

Result<std::string> percent_decoded(std::string_view text) {
  std::string out;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] != '%') {
      out.push_back(text[at]);
      continue;
    }
    const int high = at + 2 < text.size() ? hex_digit(text[at + 1]) : -1;
    const int low = at + 2 < text.size() ? hex_digit(text[at + 2]) : -1;
    const int byte = high < 0 || low < 0 ? -1 : high * 16 + low;
    if (byte < 0x20 || byte == 0x7F) return wrong("the user part of the URL has a wrong percent-encoding");
    out.push_back(static_cast<char>(byte));
    at += 2;
  }
  return out;
}

Result<void> read_port(std::string_view text, std::uint16_t& port) {
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), port);
  if (parsed.ec != std::errc() || parsed.ptr != text.data() + text.size() || port == 0) {
    return wrong("the port of the URL must be a number from 1 to 65535");
  }
  return {};
}

/// host, host:port or [v6]:port.
Result<void> read_authority(std::string_view text, Url& url) {
  if (text.starts_with('[')) {
    const std::size_t end = text.find(']');
    if (end == std::string_view::npos) return wrong("the URL's IPv6 address has no closing ']'");
    url.host = text.substr(1, end - 1);
    std::array<unsigned char, 16> ignored{};
    if (::inet_pton(AF_INET6, url.host.c_str(), ignored.data()) != 1) {
      return wrong("'" + url.host + "' in the URL is no IPv6 address");
    }
    text.remove_prefix(end + 1);
    if (text.empty()) return {};
    if (text.front() != ':') return wrong("expected ':' and a port behind the URL's ']'");
    return read_port(text.substr(1), url.port);
  }
  const std::size_t colon = text.find(':');
  url.host = text.substr(0, colon);
  const auto is_host = [](char c) { return is_alphanumeric(c) || c == '-' || c == '.' || c == '_'; };
  if (url.host.empty()) return wrong("the URL names no host");
  if (url.host.size() > 253 || !std::all_of(url.host.begin(), url.host.end(), is_host)) {
    return wrong("the host of the URL has characters that a host name cannot have; an IPv6 address goes in brackets");
  }
  return colon == std::string_view::npos ? Result<void>() : read_port(text.substr(colon + 1), url.port);
}

}  // namespace

std::string Url::authority() const {
  std::string text = host.find(':') == std::string::npos ? host : "[" + host + "]";
  if (port != (tls ? 443 : 80)) text += ":" + std::to_string(port);
  return text;
}

std::string Url::origin() const { return (tls ? "https://" : "http://") + authority(); }

Result<Url> parse_url(std::string_view text) {
  const auto is_bad = [](char c) { return c <= 0x20 || c == 0x7F || c == '\\' || c == '"' || c == '<' || c == '>'; };
  if (std::any_of(text.begin(), text.end(), is_bad)) {  // char is signed: beyond ASCII is below zero
    return wrong("a URL has no spaces, line ends, quotes or characters beyond ASCII; percent-encode them");
  }
  const std::size_t scheme_end = text.find("://");
  Url url;
  if (scheme_end != std::string_view::npos && same_name(text.substr(0, scheme_end), "https")) {
    url.tls = true;
    url.port = 443;
  } else if (scheme_end == std::string_view::npos || !same_name(text.substr(0, scheme_end), "http")) {
    return wrong("expected a URL that begins with http:// or https://");
  }
  text.remove_prefix(scheme_end + 3);
  if (text.find('#') != std::string_view::npos) return wrong("a URL of a service has no fragment ('#...')");
  const std::size_t authority_end = std::min(text.find_first_of("/?"), text.size());
  std::string_view authority = text.substr(0, authority_end);
  const std::string_view target = text.substr(authority_end);
  if (!target.empty()) url.target = target.front() == '?' ? "/" + std::string(target) : std::string(target);
  if (const std::size_t at = authority.rfind('@'); at != std::string_view::npos) {
    auto user_info = percent_decoded(authority.substr(0, at));
    if (!user_info) return user_info.error();
    url.user_info = config::Secret(std::move(*user_info));
    authority.remove_prefix(at + 1);
  }
  if (auto read = read_authority(authority, url); !read) return read.error();
  return url;
}

}  // namespace fieldgate::http
