// The options that `tcp` and `tls` share.
#include "adapter/stream_server.hpp"
#include "config/node.hpp"

namespace fieldgate::adapter {

namespace {

/// Either devices connect, or they are dialled; each has options of its own.
void check_direction(config::Section& s) {
  if (s.describing()) return;
  const bool listens = s.has("listen");
  const bool dials = s.has("connect");
  if (!listens && !dials) {
    const config::Node* const empty = s.node("listen");
    s.error(empty != nullptr ? empty->place : s.mark(), "",
            "needs 'listen', where devices connect, or 'connect', which dials them");
  }
  if (listens && dials) s.error("connect", "stands beside 'listen': an adapter listens or dials; make it two adapters");
  if (listens == dials) return;
  const auto refuse = [&s](std::string_view name, const char* why) {
    if (s.has(name)) s.error(name, why);
  };
  if (listens) {
    refuse("reconnect", "goes with 'connect': whoever listens is connected to");
    refuse("connect_timeout", "goes with 'connect': whoever listens is connected to");
    return;
  }
  refuse("reuse_port", "goes with 'listen': nothing listens where 'connect' dials");
  refuse("backlog", "goes with 'listen': nothing listens where 'connect' dials");
  const config::Node* const limits = s.node("limits");
  for (const char* const name : {"connections", "per_ip", "accept_rate", "allow", "handshakes"}) {
    if (limits != nullptr && limits->find(name) != nullptr)
      s.error("limits", "'" + std::string(name) + "' goes with 'listen': it limits who may come in");
  }
}

}  // namespace

StreamOptions StreamOptions::read(config::Section& s, bool tls) {
  StreamOptions options;
  options.listen = s.address("listen", config::Default<config::Address>({}, "none"),
                             "Where devices connect: host:port, [v6]:port, unix:/path or systemd:NAME.");
  options.dial = DialOptions::read(s);
  options.reuse_port =
      s.flag("reuse_port", false, "Several gateways share the port; the kernel spreads the connections.");
  options.backlog =
      static_cast<int>(s.integer("backlog", 4096, "Connections that may wait to be accepted.", {1, 65535}));
  options.gather = s.duration("gather", Duration(0), "How long a busy adapter may wait for more, to save wake-ups.");
  options.source = device::SourceOptions::read(s);
  options.limits = StreamLimits::read(s, tls, options.source);
  options.protocol = protocol::FramedConfig::read(
      s, tls ? protocol::FramedConfig::Transport::tls : protocol::FramedConfig::Transport::tcp);
  options.protocol.allow(s, options.source.commands);
  check_direction(s);
  const config::Node* const limits = s.node("limits");
  if (limits != nullptr && limits->find("identify_within") != nullptr && !options.protocol.session)
    s.error("limits", "'identify_within' needs a protocol with a `session`, by which connections say who they are");
  return options;
}

}  // namespace fieldgate::adapter
