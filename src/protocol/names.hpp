// Which names the templates of a protocol may use: an error at load for those that cannot exist there.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "config/section.hpp"
#include "expression/reference.hpp"
#include "protocol/framed_config.hpp"

namespace fieldgate::protocol {

/// Of one protocol and what carries it.
class NameCheck {
 public:
  /// `named_peers`: the adapter dials, and its peers have names.
  NameCheck(const config::Section& protocol, std::optional<FramedConfig::Transport> transport, bool named_peers);

  /// `used`, a template, condition or content, stands in the option.
  template <class Used>
  void operator()(config::Section& s, std::string_view option, const Used& used) const {
    const auto uses = [&used](expression::Name name) { return used.uses(name); };
    report(s, option, impossible(uses));
    report(s, option, impossible_coming_in(uses));
  }

  /// The same where it is the content of what the gateway says by itself: nothing has come that it could quote.
  template <class Used>
  void unasked(config::Section& s, const Used& used, bool command) const {
    using expression::Name;
    outgoing(s, "", used, command);
    static constexpr std::pair<Name, std::string_view> of_what_comes[] = {
        {Name::data, "data"},         {Name::meta, "meta"},      {Name::topic, "topic"},
        {Name::topic_level, "topic"}, {Name::time, "time"},      {Name::time_unix_s, "time"},
        {Name::time_unix_ms, "time"}, {Name::time_date, "time"}, {Name::received, "received"},
        {Name::peer_ip, "peer"},      {Name::peer_port, "peer"}, {Name::peer_name, "peer"},
        {Name::tls_cn, "tls"},        {Name::tls_san, "tls"},    {Name::adapter, "adapter"},
        {Name::tags, "tags"},
    };
    for (const auto& [name, word] : of_what_comes) {
      if (!used.uses(name)) continue;
      return report(s, "",
                    "'" + std::string(word) + "' cannot exist here: it is known of what comes; here the names are " +
                        (command ? "args, " : "request, ") + "device, session, match, counter and gateway");
    }
  }

  /// The same where it is about what goes out.
  template <class Used>
  void outgoing(config::Section& s, std::string_view option, const Used& used, bool command = false) const {
    const auto uses = [&used](expression::Name name) { return used.uses(name); };
    report(s, option, impossible(uses));
    if (!command && used.uses(expression::Name::args))
      report(s, option, "'args' cannot exist here: only a command has arguments");
  }

 private:
  template <class Uses>
  std::string impossible(const Uses& uses) const;
  template <class Uses>
  std::string impossible_coming_in(const Uses& uses) const;
  void report(config::Section& s, std::string_view option, const std::string& problem) const {
    if (!problem.empty()) s.error(option, problem);
  }

  std::optional<FramedConfig::Transport> transport_;
  bool named_peers_ = false;
  bool session_ = false;
  bool registration_ = false;
  bool requests_ = false;
};

template <class Uses>
std::string NameCheck::impossible(const Uses& uses) const {
  using expression::Name;
  using Transport = FramedConfig::Transport;
  if (!session_ && uses(Name::session_id)) return "'session.id' cannot exist here: the protocol has no `session`";
  if (!registration_ && uses(Name::match)) return "'match' cannot exist here: the session has no `registration`";
  if (!requests_ && uses(Name::request)) return "'request' cannot exist here: the protocol has no `requests`";
  if (uses(Name::late)) return "'late' cannot exist here: it is known at a sink";
  if (!transport_) return {};
  static constexpr std::string_view types[] = {"tcp", "tls", "udp", "mqtt"};
  const bool mqtt = transport_ == Transport::mqtt;
  std::string_view name;
  if (!mqtt && (uses(Name::topic) || uses(Name::topic_level))) name = "topic";
  if (mqtt && (uses(Name::peer_ip) || uses(Name::peer_port))) name = "peer";
  if (transport_ != Transport::tls && uses(Name::tls_cn)) name = "tls.cn";
  if (transport_ != Transport::tls && uses(Name::tls_san)) name = "tls.san";
  if (!named_peers_ && uses(Name::peer_name))
    return "'peer.name' cannot exist here: only a map gives peers names, connect: { NAME: host:port }";
  if (name.empty()) return {};
  return "'" + std::string(name) + "' cannot exist here: the adapter is of type " +
         std::string(types[static_cast<std::size_t>(*transport_)]);
}

template <class Uses>
std::string NameCheck::impossible_coming_in(const Uses& uses) const {
  using expression::Name;
  if (uses(Name::counter)) return "'counter' cannot exist here: it counts what goes out";
  if (uses(Name::args)) return "'args' cannot exist here: only a command has arguments";
  return {};
}

}  // namespace fieldgate::protocol
