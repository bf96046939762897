// Limits: their options.
#include "adapter/limits.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace fieldgate::adapter {

namespace asio = boost::asio;

namespace {

constexpr Duration shortest = std::chrono::milliseconds(10);

template <class Bytes>
bool same_prefix(const Bytes& a, const Bytes& b, unsigned bits) {
  const unsigned whole = bits / 8;
  if (!std::equal(a.begin(), a.begin() + whole, b.begin())) return false;
  if (bits % 8 == 0) return true;
  return ((a[whole] ^ b[whole]) >> (8 - bits % 8)) == 0;
}

}  // namespace

std::optional<Network> Network::parse(const std::string& text) {
  const std::size_t slash = text.find('/');
  boost::system::error_code failed;
  Network network;
  network.address = asio::ip::make_address(text.substr(0, slash), failed);
  if (failed) return std::nullopt;
  const unsigned bits = network.address.is_v4() ? 32 : 128;
  network.prefix = bits;
  if (slash == std::string::npos) return network;
  const char* end = text.data() + text.size();
  const auto parsed = std::from_chars(text.data() + slash + 1, end, network.prefix);
  if (parsed.ec != std::errc() || parsed.ptr != end || network.prefix > bits) return std::nullopt;
  return network;
}

bool Network::contains(const asio::ip::address& other) const {
  if (address.is_v4() != other.is_v4()) return false;
  return address.is_v4() ? same_prefix(address.to_v4().to_bytes(), other.to_v4().to_bytes(), prefix)
                         : same_prefix(address.to_v6().to_bytes(), other.to_v6().to_bytes(), prefix);
}

bool allowed(const std::vector<Network>& networks, const asio::ip::address& address) {
  return networks.empty() || std::any_of(networks.begin(), networks.end(),
                                         [&](const Network& network) { return network.contains(address); });
}

std::vector<Network> read_allow(config::Section& limits) {
  std::vector<Network> networks;
  for (const std::string& text : limits.texts("allow", std::vector<std::string>(),
                                              "Source networks that may come in, such as 10.0.0.0/8; none: all.")) {
    if (const auto network = Network::parse(text)) {
      networks.push_back(*network);
    } else {
      limits.error("allow", "'" + text + "' is not a network; write 10.0.0.0/8, fd00::/8 or one address");
    }
  }
  return networks;
}

StreamLimits StreamLimits::read(config::Section& adapter, bool tls, device::SourceOptions& source) {
  StreamLimits limits;
  adapter.section("limits", "What protects the gateway from its peers.", [&](config::Section& s) {
    limits.connections = static_cast<std::size_t>(
        s.integer("connections", 10000, "Connections at once; more are refused.", {1, 1000000}));
    limits.per_ip = s.optional_integer("per_ip", "Connections at once from one address.", {1, 1000000});
    limits.accept_rate = s.optional_rate("accept_rate", "New connections in a time; more wait in the kernel's queue.");
    limits.idle = s.duration("idle", Duration(std::chrono::hours(1)),
                             "A connection without a byte from the device is closed after it.", shortest);
    limits.keepalive = s.duration("keepalive", Duration(std::chrono::minutes(1)),
                                  "A peer that vanished is noticed after it, by TCP probes and the user time-out.",
                                  std::chrono::seconds(1));
    limits.write_queue = s.size("write_queue", std::size_t{64 * 1024},
                                "Bytes that may wait for a device that does not read.", {1024, 1 << 30});
    limits.allow = read_allow(s);
    source.read_limits(s, true);
    limits.identify_within =
        s.duration("identify_within", limits.identify_within,
                   "With a `session`: by then a connection has said who it is, or is closed.", shortest);
    if (!tls) return;
    limits.handshake = s.duration("handshake", Duration(std::chrono::seconds(10)),
                                  "A TLS handshake must be complete by then.", shortest);
    limits.handshakes = static_cast<std::size_t>(
        s.integer("handshakes", 64, "TLS handshakes at once; more wait in the kernel's queue.", {1, 100000}));
  });
  return limits;
}

}  // namespace fieldgate::adapter
