// FramedConfig: the options of `protocol:`.
#include <algorithm>

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
template <class Used>
std::string_view impossible_name(const Used& used, FramedConfig::Transport transport) {
  using expression::Name;
  using Transport = FramedConfig::Transport;
  const bool mqtt = transport == Transport::mqtt;
  if (!mqtt && (used.uses(Name::topic) || used.uses(Name::topic_level))) return "topic";
  if (mqtt && (used.uses(Name::peer_ip) || used.uses(Name::peer_port))) return "peer";
  if (transport != Transport::tls && used.uses(Name::tls_cn)) return "tls.cn";
  return {};
}

template <class Used>
void check_names(config::Section& s, std::string_view option, const Used& used,
                 std::optional<FramedConfig::Transport> transport) {
  static constexpr std::string_view names[] = {"tcp", "tls", "udp", "mqtt"};
  const std::string_view name = transport ? impossible_name(used, *transport) : std::string_view();
  if (name.empty()) return;
  s.error(option, "'" + std::string(name) + "' cannot exist here: the adapter is of type " +
                      std::string(names[static_cast<std::size_t>(*transport)]));
}

/// What is known at load can be framed at load.
void check_framed(config::Section& s, const Reply& reply, const framing::Factory& framing) {
  if (s.describing() || !framing || !reply.frame || reply.content.varies()) return;
  std::string payload;
  std::string scratch;
  std::string framed;
  const bool rendered = bool(reply.content.append({}, payload, scratch));
  if (const auto made = framing.make()->wrap(payload, framed); rendered && !made)
    s.error("", "cannot pass the framing: " + made.error().text + "; `frame: false` sends it as it is");
}

std::vector<Reply> read_replies(config::Section& protocol, std::optional<FramedConfig::Transport> transport,
                                const framing::Factory& framing) {
  std::vector<Reply> replies;
  protocol.sections("replies", "What a frame is answered; the first that fits is sent, if none does nothing is.",
                    [&](config::Section& s) {
                      const std::size_t problems = s.reader().problems().errors();
                      Reply reply = Reply::read(s);
                      check_names(s, "when", reply.when, transport);
                      check_names(s, "", reply.content, transport);
                      if (s.reader().problems().errors() == problems) check_framed(s, reply, framing);
                      replies.push_back(std::move(reply));
                    });
  if (transport == FramedConfig::Transport::mqtt && protocol.has("replies")) {
    protocol.error("replies",
                   "an mqtt adapter sends no replies: a device at a broker is answered by the broker's QoS, which "
                   "confirms a message when it arrives, before it is stored; leave 'replies' out");
  }
  return replies;
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
  check_names(s, "device", config.device, transport);
  check_names(s, "time", config.time.from, transport);
  config.replies = read_replies(s, transport, config.framing);
  return config;
}

bool FramedConfig::answers_after(After after) const {
  return std::any_of(replies.begin(), replies.end(), [after](const Reply& reply) { return reply.after == after; });
}

FramedConfig FramedConfig::read(config::Section& adapter, Transport transport) {
  FramedConfig config;
  adapter.reference("protocol", "protocols", "What the devices speak: a name under `protocols`, or the map itself.",
                    [&](config::Section& s) { config = read_map(s, transport); });
  return config;
}

}  // namespace fieldgate::protocol
