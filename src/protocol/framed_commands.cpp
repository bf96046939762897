// Framed: commands to a device, from their arguments to the wire.
#include "message/json.hpp"
#include "protocol/framed.hpp"

namespace fieldgate::protocol {

namespace {

Error refused(std::string_view reason, std::string text) { return {reason, std::move(text)}; }

std::string names_of(const Commands& commands) {
  std::string names;
  for (const auto& [name, command] : commands) names += (names.empty() ? "" : ", ") + name;
  return names;
}

}  // namespace

Result<std::string> Framed::command_bytes(std::string_view name, std::string_view arguments, std::string_view session) {
  const auto found = config_.commands.find(name);
  if (found == config_.commands.end()) {
    return refused("unknown_command", "there is no command '" + std::string(name) + "'" +
                                          (config_.commands.empty() ? "; the protocol has none"
                                                                    : "; there are " + names_of(config_.commands)));
  }
  if (arguments.empty()) arguments = "{}";
  Talk talk;
  talk.arguments = arguments;
  talk.session = session;
  std::string bytes;
  const Outgoing& out = found->second.exchange.out;
  if (auto checked = out.content.check_arguments(arguments); !checked) return checked.error();
  if (auto rendered = render(out, talk, bytes); !rendered) return refused("arguments", rendered.error().text);
  return bytes;
}

Result<void> Framed::command(std::string_view session, std::string_view name, std::string_view arguments,
                             const Instant& now, Outcomes outcomes) {
  if (const auto possible = command_bytes(name, arguments, session); !possible) return possible.error();
  const auto peer = by_id_.find(session);
  if (peer == by_id_.end()) return refused("absent", "no device '" + std::string(session) + "' is connected");
  Conversation& conversation = *peer->second;
  const Command& command = config_.commands.find(name)->second;
  if (!conversation.dialogue.add({&command, std::string(arguments.empty() ? "{}" : arguments), std::move(outcomes)}))
    return refused("queue", "too many commands wait for it");
  speak(conversation, now);
  return {};
}

}  // namespace fieldgate::protocol
