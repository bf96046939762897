// The limits that protect the gateway from its peers, and the networks they may come from.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include <boost/asio/ip/address.hpp>

#include "config/section.hpp"
#include "device/options.hpp"

namespace fieldgate::adapter {

/// Addresses that share a prefix: 10.0.0.0/8, fd00::/8, or one address.
struct Network {
  boost::asio::ip::address address;
  unsigned prefix = 0;  ///< bits

  static std::optional<Network> parse(const std::string& text);
  bool contains(const boost::asio::ip::address& other) const;
  bool operator==(const Network&) const = default;
};

/// True where the list is empty or a network of it contains the address.
bool allowed(const std::vector<Network>& networks, const boost::asio::ip::address& address);

/// Reads the option `allow`.
std::vector<Network> read_allow(config::Section& limits);

/// `limits:` of a listener for connections.
struct StreamLimits {
  std::size_t connections = 10000;
  std::optional<std::int64_t> per_ip;
  std::optional<config::Rate> accept_rate;
  Duration idle = std::chrono::hours(1);
  Duration keepalive = std::chrono::minutes(1);
  std::size_t write_queue = 64 * 1024;
  std::vector<Network> allow;
  Duration identify_within = std::chrono::minutes(1);  ///< only with a session
  // TLS only:
  Duration handshake = std::chrono::seconds(10);
  std::size_t handshakes = 64;

  /// `source`: gets its part of them.
  static StreamLimits read(config::Section& adapter, bool tls, device::SourceOptions& source);
  bool operator==(const StreamLimits&) const = default;
};

}  // namespace fieldgate::adapter
