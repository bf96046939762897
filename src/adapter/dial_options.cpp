// DialOptions: reading them.
#include <algorithm>

#include "adapter/dialler.hpp"
#include "config/node.hpp"
#include "config/values.hpp"

namespace fieldgate::adapter {

namespace {

using config::Address;
using Target = DialOptions::Target;

/// Reads one address, and holds it against those before.
void read_target(config::Section& s, const std::string& name, const config::Node& node, DialOptions& options) {
  if (!node.is_scalar())
    return s.error(node.mark, "connect", "expected an address: host:port, [v6]:port or unix:/path");
  if (node.unresolved) {  // `check --syntax` has no environment
    options.targets.push_back({name, {}});
    return;
  }
  Result<Address> address = config::parse_address(node.text);
  if (!address) return s.error(node.mark, "connect", address.error().text);
  if (address->kind == Address::Kind::systemd)
    return s.error(node.mark, "connect",
                   "the service manager passes sockets that listen; write host:port, [v6]:port or unix:/path");
  if (address->kind == Address::Kind::tcp && address->port == 0)
    return s.error(node.mark, "connect", "port 0 cannot be dialled: write the device's port");
  if (address->kind == Address::Kind::unix_socket && !address->host.starts_with('/'))
    address->host = (s.directory("connect") / address->host).string();
  const auto same = std::find_if(options.targets.begin(), options.targets.end(),
                                 [&](const Target& other) { return other.address == *address; });
  if (same != options.targets.end())
    return s.error(node.mark, "connect",
                   address->text() + " is dialled already, as '" + same->name + "': each address once");
  options.targets.push_back({name, *address});
}

}  // namespace

DialOptions DialOptions::read(config::Section& s) {
  DialOptions options;
  config::Description connect;
  connect.name = "connect";
  connect.type = "address, or map of names to addresses";
  connect.fallback = "none";
  connect.meaning =
      "Devices that the adapter dials, in the place of `listen`: host:port, [v6]:port or unix:/path, or a map of names "
      "({{ peer.name }}) to such addresses.";
  s.claim(std::move(connect));
  if (const config::Node* const node = s.node("connect"); node != nullptr && node->is_map()) {
    for (const config::Node::Entry& entry : node->entries) read_target(s, entry.key, entry.value, options);
    if (node->entries.empty()) s.error("connect", "at least one address is needed");
  } else if (node != nullptr && node->kind != config::Node::Kind::empty) {
    read_target(s, "", *node, options);
  }
  s.section("reconnect", "How long to wait before a lost or failed connection is dialled again; it doubles each time.",
            [&](config::Section& r) {
              options.initial = r.duration("initial", options.initial, "The first wait.", std::chrono::milliseconds(1));
              options.max = r.duration("max", options.max, "The longest wait.", std::chrono::milliseconds(1));
              if (options.initial > options.max) r.error("initial", "must not be longer than 'max'");
            });
  options.timeout = s.duration("connect_timeout", options.timeout, "A connection that is dialled must stand by then.",
                               std::chrono::milliseconds(1));
  return options;
}

}  // namespace fieldgate::adapter
