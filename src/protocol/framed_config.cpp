// FramedConfig: the options of `protocol:`.
#include "protocol/framed.hpp"

namespace fieldgate::protocol {

namespace {

TimeOptions read_time(config::Section& protocol) {
  TimeOptions options;
  protocol.section("time", "The device's own time, where a template can find it.", [&](config::Section& s) {
    options.from =
        expression::read_template(s, "from", config::Default<std::string>("", "the arrival"),
                                  "Where the time stands, such as \"{{ data.ts }}\".", expression::Place::plain);
    options.format = s.choice<TimeFormat>("format", TimeFormat::rfc3339, "How the device writes it.",
                                          {{"rfc3339", TimeFormat::rfc3339},
                                           {"unix_s", TimeFormat::unix_s},
                                           {"unix_ms", TimeFormat::unix_ms},
                                           {"unix_us", TimeFormat::unix_us}});
    options.max_age = s.optional_duration("max_age", "A time further back is not believed.");
    options.max_ahead = s.optional_duration("max_ahead", "A time further ahead is not believed.");
    using Otherwise = TimeOptions::Otherwise;
    options.otherwise =
        s.choice<Otherwise>("otherwise", Otherwise::arrival, "What happens to a message whose time is not believed.",
                            {{"arrival", Otherwise::arrival}, {"dead_letter", Otherwise::dead_letter}});
  });
  return options;
}

/// The name in `used` that cannot exist with this transport; empty if all can.
std::string_view impossible_name(const expression::Template& used, FramedConfig::Transport transport) {
  using expression::Name;
  using Transport = FramedConfig::Transport;
  const bool mqtt = transport == Transport::mqtt;
  if (!mqtt && (used.uses(Name::topic) || used.uses(Name::topic_level))) return "topic";
  if (mqtt && (used.uses(Name::peer_ip) || used.uses(Name::peer_port))) return "peer";
  if (transport != Transport::tls && used.uses(Name::tls_cn)) return "tls.cn";
  return {};
}

void check_names(config::Section& s, std::string_view option, const expression::Template& used,
                 FramedConfig::Transport transport) {
  static constexpr std::string_view names[] = {"tcp", "tls", "udp", "mqtt"};
  const std::string_view name = impossible_name(used, transport);
  if (name.empty()) return;
  s.error(option, "'" + std::string(name) + "' cannot exist here: the adapter is of type " +
                      std::string(names[static_cast<std::size_t>(transport)]));
}

}  // namespace

FramedConfig FramedConfig::read_map(config::Section& s, std::optional<Transport> transport) {
  FramedConfig config;
  const bool stream = transport == Transport::tcp || transport == Transport::tls;
  if (stream && !s.describing() && !s.has("framing")) {
    s.error("", "needs a 'framing', which says where in the stream a message ends: framing: { type: line }");
  }
  s.section("framing", "How frames are cut out of the bytes. TCP and TLS need one; a datagram is a frame by itself.",
            [&](config::Section& f) {
              config.frame_timeout =
                  f.duration("frame_timeout", std::chrono::seconds(30),
                             "A frame that was begun must be whole by then, or the connection is closed.",
                             std::chrono::milliseconds(1));
              if (f.describing() || s.has("framing"))
                config.framing = f.reader().get<config::Registry<framing::Factory>>().read(f);
            });
  s.section("codec", "How a frame is read.",
            [&](config::Section& c) { config.codec = c.reader().get<config::Registry<codec::Factory>>().read(c); });
  config.device = expression::read_template(s, "device", config::required,
                                            "Which device a message is of, such as \"{{ data.device }}\".",
                                            expression::Place::plain);
  if (config.device.uses(expression::Name::device)) s.error("device", "'device' cannot name itself");
  config.time = read_time(s);
  if (transport) {
    check_names(s, "device", config.device, *transport);
    check_names(s, "time", config.time.from, *transport);
  }
  return config;
}

FramedConfig FramedConfig::read(config::Section& adapter, Transport transport) {
  FramedConfig config;
  adapter.reference("protocol", "protocols", "What the devices speak: a name under `protocols`, or the map itself.",
                    [&](config::Section& s) { config = read_map(s, transport); });
  return config;
}

}  // namespace fieldgate::protocol
