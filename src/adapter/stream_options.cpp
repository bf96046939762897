// The options that `tcp` and `tls` share.
#include "adapter/stream_server.hpp"
#include "config/node.hpp"

namespace fieldgate::adapter {

StreamOptions StreamOptions::read(config::Section& s, bool tls) {
  StreamOptions options;
  options.listen =
      s.address("listen", config::required, "Where devices connect: host:port, [v6]:port, unix:/path or systemd:NAME.");
  options.reuse_port =
      s.flag("reuse_port", false, "Several gateways share the port; the kernel spreads the connections.");
  options.backlog =
      static_cast<int>(s.integer("backlog", 4096, "Connections that may wait to be accepted.", {1, 65535}));
  options.gather = s.duration("gather", Duration(0), "How long a busy adapter may wait for more, to save wake-ups.");
  options.source = device::SourceOptions::read(s);
  options.limits = StreamLimits::read(s, tls, options.source);
  options.protocol = protocol::FramedConfig::read(
      s, tls ? protocol::FramedConfig::Transport::tls : protocol::FramedConfig::Transport::tcp);
  const config::Node* const limits = s.node("limits");
  if (limits != nullptr && limits->find("identify_within") != nullptr && !options.protocol.session)
    s.error("limits", "'identify_within' needs a protocol with a `session`, by which connections say who they are");
  return options;
}

}  // namespace fieldgate::adapter
