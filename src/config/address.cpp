// Reading and writing addresses: host:port, [v6]:port, unix:/path, systemd:NAME.
#include <arpa/inet.h>
#include <sys/un.h>

#include <fmt/format.h>

#include <algorithm>

#include "config/values.hpp"

namespace fieldgate::config {
namespace {

constexpr std::string_view forms = "write host:port, [v6]:port, unix:/path or systemd:NAME";

Error wrong(std::string text) { return {"config", std::move(text)}; }

bool is_ipv6(std::string_view host) {
  in6_addr address{};
  return ::inet_pton(AF_INET6, std::string(host.substr(0, host.find('%'))).c_str(), &address) == 1;
}

bool is_ipv4(const std::string& host) {
  in_addr address{};
  return ::inet_pton(AF_INET, host.c_str(), &address) == 1;
}

/// Letters, digits, dots, hyphens and underscores; what is only digits and dots must be an IPv4 address.
bool is_host(const std::string& host) {
  constexpr std::size_t longest_name = 253;  // RFC 1035, 2.3.4
  if (host.empty() || host.size() > longest_name || host.find("..") != std::string::npos) return false;
  if (host.find_first_not_of("0123456789.") == std::string::npos) return is_ipv4(host);
  return std::all_of(host.begin(), host.end(), [](unsigned char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '.' ||
           c == '_';
  });
}

Result<std::uint16_t> parse_port(std::string_view text, std::string_view whole) {
  const auto port = parse_integer(text);
  if (!port || text.starts_with("0x"))
    return wrong(fmt::format("{} is no address: {} is no port", in_quotes(whole), in_quotes(text)));
  if (*port < 0 || *port > 65535) return wrong(fmt::format("the port of {} must be from 0 to 65535", in_quotes(whole)));
  return static_cast<std::uint16_t>(*port);
}

Result<Address> parse_unix(std::string_view path) {
  if (path.empty()) return wrong("'unix:' needs a path: write unix:/run/name.sock");
  if (path.size() >= sizeof(sockaddr_un::sun_path)) {
    return wrong(fmt::format("the path of a Unix socket must be shorter than {} bytes: {}",
                             sizeof(sockaddr_un::sun_path), in_quotes(path)));
  }
  return Address{Address::Kind::unix_socket, std::string(path), 0};
}

Result<Address> parse_ipv6(std::string_view text) {
  const std::size_t close = text.find("]:");
  if (close == std::string_view::npos) return wrong(fmt::format("{} is no address: write [v6]:port", in_quotes(text)));
  const std::string_view host = text.substr(1, close - 1);
  if (!is_ipv6(host))
    return wrong(fmt::format("{} is no address: {} is no IPv6 address", in_quotes(text), in_quotes(host)));
  const auto port = parse_port(text.substr(close + 2), text);
  if (!port) return port.error();
  return Address{Address::Kind::tcp, std::string(host), *port};
}

}  // namespace

Result<Address> parse_address(std::string_view text) {
  if (text.starts_with("unix:")) return parse_unix(text.substr(5));
  if (text.starts_with("systemd:")) {
    if (text.size() == 8)
      return wrong("'systemd:' needs a name: write systemd:NAME, as FileDescriptorName= in the .socket unit");
    return Address{Address::Kind::systemd, std::string(text.substr(8)), 0};
  }
  if (text.starts_with('[')) return parse_ipv6(text);
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos)
    return wrong(fmt::format("{} is no address, it has no port: {}", in_quotes(text), forms));
  const std::string host(text.substr(0, colon));
  if (host.empty() || host == "*") {
    const std::string_view port = text.substr(colon + 1);
    return wrong(fmt::format("{} has no host: write 0.0.0.0:{} for all of IPv4, [::]:{} for all of IPv6",
                             in_quotes(text), port, port));
  }
  if (is_ipv6(text) || is_ipv6(host)) {
    return wrong(
        fmt::format("{} is no address: an IPv6 address stands in brackets: write [{}]:port", in_quotes(text), host));
  }
  if (!is_host(host))
    return wrong(fmt::format("{} is no address, {} is no host: {}", in_quotes(text), in_quotes(host), forms));
  const auto port = parse_port(text.substr(colon + 1), text);
  if (!port) return port.error();
  return Address{Address::Kind::tcp, host, *port};
}

std::string Address::text() const {
  switch (kind) {
    case Kind::unix_socket:
      return "unix:" + host;
    case Kind::systemd:
      return "systemd:" + host;
    case Kind::tcp:
      break;
  }
  const bool v6 = host.find(':') != std::string::npos;
  return fmt::format("{}{}{}:{}", v6 ? "[" : "", host, v6 ? "]" : "", port);
}

}  // namespace fieldgate::config
