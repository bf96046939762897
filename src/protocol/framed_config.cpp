// FramedConfig: the options of `protocol:`.
#include "protocol/framed_config.hpp"

#include <algorithm>

#include "config/node.hpp"
#include "config/problem.hpp"
#include "protocol/names.hpp"

namespace fieldgate::protocol {

namespace {

using expression::Name;
using Transport = FramedConfig::Transport;

constexpr std::string_view no_replies =
    "an mqtt adapter sends no replies: a device at a broker is answered by the broker's QoS, which "
    "confirms a message when it arrives, before it is stored; leave 'replies' out";
constexpr std::string_view no_session =
    "an mqtt adapter has no connection of a device, only the broker's: name the device by the topic or by what it "
    "sends, as in device: \"{{ topic.1 }}\"";
constexpr std::string_view no_requests =
    "an mqtt adapter asks nothing: a device at a broker speaks when it wants to; leave 'requests' out";

void read_framing(config::Section& s, FramedConfig& config, std::optional<Transport> transport) {
  const bool stream = transport == Transport::tcp || transport == Transport::tls;
  if (stream && !s.describing() && !s.has("framing")) {
    s.error("", "needs a 'framing', which says where in the stream a message ends: framing: { type: line }");
  }
  s.section("framing", "How frames are cut out of the bytes. TCP and TLS need one; a datagram is a frame by itself.",
            [&](config::Section& f) {
              config.frame_timeout = f.duration("frame_timeout", std::chrono::seconds(30),
                                                "A frame that was begun must be whole by then, or its bytes are given "
                                                "up and the next frame is looked for.",
                                                std::chrono::milliseconds(1));
              if (f.describing() || s.has("framing"))
                config.framing = f.reader().get<config::Registry<framing::Factory>>().read(f);
            });
}

void read_identity(config::Section& s, FramedConfig& config, const NameCheck& check) {
  s.section("session", "For devices that say once per connection who they are.", [&](config::Section& inner) {
    if (!inner.describing() && !s.has("session")) return;
    config.session = SessionOptions::read(inner);
    check(inner, "id", config.session->id);
  });
  const bool has_session = s.describing() || s.has("session");
  config.device = expression::read_template(
      s, "device",
      has_session ? config::Default<std::string>("{{ session.id }}", "{{ session.id }}, where there is a session")
                  : config::Default<std::string>(config::required),
      "Which device a message is of, such as \"{{ data.device }}\".", expression::Place::plain);
  if (config.device.uses(Name::device)) s.error("device", "'device' cannot name itself");
  check(s, "device", config.device);
  config.secret = expression::read_template(
      s, "secret", config::Default<std::string>("", "none"),
      "Where the device says its secret, such as \"{{ data.password }}\": it must be the one that `devices` registers.",
      expression::Place::plain);
  if (!config.secret.empty() && !config.secret.varies()) {
    s.reader().problems().hide(s.mark("secret"));
    s.error("secret",
            "must name what the device says, such as \"{{ data.password }}\"; the secrets stand in 'devices'");
  }
  check(s, "secret", config.secret);
  config.require = read_optional_condition(
      s, "require", "What each message must satisfy; else it does not pass, and the connection is closed.");
  check(s, "require", config.require);
  using OnError = FramedConfig::OnError;
  config.on_error = s.choice<OnError>(
      "on_error", OnError::drop, "What becomes of a frame that does not decode; it is counted in any case.",
      {{"drop", OnError::drop}, {"dead_letter", OnError::dead_letter}, {"close", OnError::close}});
}

void read_replies(config::Section& s, FramedConfig& config, const NameCheck& check) {
  s.sections("replies", "What a frame is answered; the first that fits is sent, if none does nothing is.",
             [&](config::Section& r) {
               const std::size_t problems = r.reader().problems().errors();
               Reply reply = Reply::read(r);
               check(r, "when", reply.when);
               check.outgoing(r, "", reply.out.content);
               if (r.reader().problems().errors() == problems) reply.out.settle(r, config.framing);
               config.replies.push_back(std::move(reply));
             });
}

void read_requests(config::Section& s, FramedConfig& config, const NameCheck& check) {
  const auto settle = [&](config::Section& r, Exchange& exchange, bool command) {
    check.outgoing(r, "expect", exchange.expect, command);
    check.unasked(r, exchange.out.content, command);
    exchange.out.settle(r, config.framing);
  };
  s.sections("requests", "What the gateway asks each device by itself.", [&](config::Section& r) {
    Request request = Request::read(r);
    settle(r, request.exchange, false);
    const auto same = [&request](const Request& other) { return other.name == request.name; };
    if (!r.describing() && std::any_of(config.requests.begin(), config.requests.end(), same))
      r.error("name", "'" + request.name + "' is asked already; each request has a name of its own");
    config.requests.push_back(std::move(request));
  });
  s.named("commands", "What a device can be told to do.", [&](const std::string& name, config::Section& c) {
    Command command = Command::read(c);
    settle(c, command.exchange, true);
    config.commands.emplace(name, std::move(command));
  });
  config.half_duplex =
      s.flag("half_duplex", true, "Whether on a connection only one request or command is open at a time.");
}

/// What goes out must be whole: bytes behind the payload that no option says are zero.
void check_unsaid(config::Section& s, const FramedConfig& config) {
  if (s.describing() || !config.framing) return;
  const auto framer = config.framing.make();
  std::size_t unsaid = 0;
  const auto look = [&](const Outgoing& out) {
    if (out.frame) unsaid = std::max(unsaid, framer->unsaid(out.branch.value_or(0)));
  };
  for (const Reply& reply : config.replies) look(reply.out);
  for (const Request& request : config.requests) look(request.exchange.out);
  for (const auto& [name, command] : config.commands) look(command.exchange.out);
  if (unsaid == 0) return;
  s.warning("framing", "what goes out would have " + std::to_string(unsaid) + (unsaid == 1 ? " byte" : " bytes") +
                           " of 00 behind its payload, which no option says: let 'payload' reach to the checksum, "
                           "or to the frame's end, and send them as a part of it");
}

/// What an mqtt adapter cannot do, and why.
void check_mqtt(config::Section& s) {
  if (s.has("replies")) s.error("replies", std::string(no_replies));
  if (s.has("session")) s.error("session", std::string(no_session));
  if (s.has("requests")) s.error("requests", std::string(no_requests));
}

FramedConfig read_all(config::Section& s, std::optional<Transport> transport, bool named_peers) {
  FramedConfig config;
  const NameCheck check(s, transport, named_peers);
  read_framing(s, config, transport);
  s.section("codec", "How a frame is read.",
            [&](config::Section& c) { config.codec = c.reader().get<config::Registry<codec::Factory>>().read(c); });
  read_identity(s, config, check);
  config.time = TimeOptions::read(s);
  check(s, "time", config.time.from);
  read_replies(s, config, check);
  read_requests(s, config, check);
  check_unsaid(s, config);
  if (transport == Transport::mqtt) check_mqtt(s);
  return config;
}

}  // namespace

TimeOptions TimeOptions::read(config::Section& protocol) {
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
    options.otherwise =
        s.choice<Otherwise>("otherwise", Otherwise::arrival, "What happens to a message whose time is not believed.",
                            {{"arrival", Otherwise::arrival}, {"dead_letter", Otherwise::dead_letter}});
  });
  return options;
}

FramedConfig FramedConfig::read_map(config::Section& s, std::optional<Transport> transport, bool named_peers) {
  if (s.node() != nullptr && s.has("use") && !transport) {
    s.error("use", "stands at an adapter only: adapters.NAME.protocol: { use: NAME, .. }");
    s.accept_all_keys();
    return {};
  }
  auto changed = with_chosen_names(s);
  if (!changed || s.describing()) return read_all(s, transport, named_peers);
  s.accept_all_keys();
  config::Section inner(s.reader(), &s.reader().keep(std::move(*changed)), s.path(), nullptr);
  return read_all(inner, transport, named_peers);
}

bool FramedConfig::answers_after(After after) const {
  return std::any_of(replies.begin(), replies.end(), [after](const Reply& reply) { return reply.after == after; });
}

void FramedConfig::allow(config::Section& adapter, const std::vector<std::string>& allowed) {
  takes_commands = !allowed.empty();
  if (adapter.describing() || (commands.empty() && adapter.reader().problems().errors() > 0)) return;
  std::vector<std::string_view> known{"raw", "json"};
  for (const auto& [name, command] : commands) known.insert(known.begin(), name);
  for (const std::string& name : allowed) {
    if (std::find(known.begin(), known.end(), name) != known.end()) continue;
    const std::string meant = config::did_you_mean(name, known);
    std::string text = "the protocol has no command '" + name + "'";
    if (!meant.empty()) {
      text += meant;
    } else {
      for (const std::string_view other : known)
        text += (other == known.front() ? "; there are " : ", ") + std::string(other);
    }
    adapter.error("commands", text);
  }
}

bool FramedConfig::converses() const {
  return takes_commands || session || !requests.empty() || !commands.empty() ||
         std::any_of(replies.begin(), replies.end(),
                     [](const Reply& reply) { return reply.out.content.uses(Name::counter); });
}

FramedConfig::NamedBy FramedConfig::named_by() const {
  static constexpr Name all[] = {Name::gateway,   Name::instance, Name::adapter, Name::peer_ip,    Name::peer_port,
                                 Name::peer_name, Name::tls_cn,   Name::tls_san, Name::session_id, Name::match};
  const auto of_session = std::span(all);
  if (device.other_than(of_session.first(std::size(all) - 2)) == nullptr)
    return dials || device.uses(Name::tls_cn) || device.uses(Name::tls_san) ? NamedBy::connection : NamedBy::message;
  return device.other_than(of_session) == nullptr ? NamedBy::session : NamedBy::message;
}

FramedConfig FramedConfig::read(config::Section& adapter, Transport transport) {
  FramedConfig config;
  const config::Node* const dialled = adapter.node("connect");
  const bool named_peers = dialled != nullptr && dialled->is_map();
  adapter.reference("protocol", "protocols", "What the devices speak: a name under `protocols`, or the map itself.",
                    [&](config::Section& s) { config = read_map(s, transport, named_peers); });
  config.dials = dialled != nullptr;
  return config;
}

}  // namespace fieldgate::protocol
