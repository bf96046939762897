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
  if (auto rendered = render(out, talk, {}, bytes); !rendered) return refused("arguments", rendered.error().text);
  return bytes;
}

Result<std::string> Framed::bytes_of(const Instruction& what) {
  const bool raw = what.name == "raw";
  if (!raw && what.name != "json") return command_bytes(what.name, what.content, what.device);
  std::string payload;
  std::string bytes;
  if (raw && !what.framed) return std::string(what.content);
  if (!raw) {
    if (auto encoded = codec_->encode(what.content, payload); !encoded)
      return refused("arguments", "the document cannot be encoded: " + encoded.error().text);
  }
  if (auto framed = wrap({}, raw ? what.content : Bytes(payload), bytes); !framed)
    return refused("arguments", "it cannot pass the framing: " + framed.error().text);
  return bytes;
}

Result<void> Framed::command(Peer& peer, const Instruction& what, const Instant& now, Outcomes outcomes) {
  auto possible = bytes_of(what);
  if (!possible) return possible.error();
  Order order{&raw_, {}, std::move(outcomes), std::string(what.device), {}, what.not_after};
  if (what.name == "raw" || what.name == "json") {
    order.bytes = std::move(*possible);
  } else {
    order.command = &config_.commands.find(what.name)->second;
    order.arguments = what.content.empty() ? "{}" : what.content;
  }
  Conversation* const conversation = conversation_with(peer, what.device);
  if (conversation == nullptr || conversation->ended) return refused("absent", "the device cannot be reached now");
  if (!conversation->dialogue.add(std::move(order))) return refused("queue", "too many commands wait for it");
  speak(*conversation, now);
  part(*conversation);
  return {};
}

/// Null where nothing can be said to it now.
Conversation* Framed::conversation_with(Peer& peer, std::string_view device) {
  if (!converses_) return nullptr;
  if (&peer != &broker_) return &static_cast<Conversation&>(peer);
  if (const auto known = by_address_.find(device); known != by_address_.end()) return known->second;
  if (senders_.size() >= limits_.senders) return nullptr;
  Conversation& conversation = senders_.emplace_back(asks_, config_.half_duplex);
  conversation.self = std::prev(senders_.end());
  conversation.transport = broker_.transport;
  conversation.to = conversation.peer = device;
  conversation.started = true;
  by_address_.emplace(conversation.to, &conversation);
  return &conversation;
}

/// The frame in hand may be an answer: of which device at the broker, its topic or its document says.
void Framed::find_addressed(Arrival& arrival) {
  if (broker_.transport == nullptr || arrival.conversation != nullptr || by_address_.empty()) return;
  const auto device = config_.device.view(message_, device_);
  const auto known = device ? by_address_.find(*device) : by_address_.end();
  if (known == by_address_.end()) return;
  arrival.conversation = known->second;
  message_.talk = &known->second->talk;
}

/// Of devices at a broker nothing is remembered but what is open.
void Framed::part(Conversation& conversation) {
  if (broker_.transport != nullptr && conversation.dialogue.idle()) forget_sender(conversation);
}

}  // namespace fieldgate::protocol
