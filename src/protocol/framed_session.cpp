// Framed: who a peer is, and bytes outside of the framing.
#include "protocol/framed.hpp"

namespace fieldgate::protocol {

namespace {

/// A registration that may be longer is taken for whole when nothing has come for so long.
constexpr auto quiet = std::chrono::milliseconds(200);

}  // namespace

/// Learns from the message in hand who the peer is. False: the message cannot pass.
bool Framed::identify() {
  Conversation* const conversation = arrival_->conversation;
  if (conversation != nullptr && !config_.session->id_from_registration()) {
    const auto id = config_.session->id.view(message_, id_);
    if (id && !take_id(*conversation, *id)) return false;
  }
  if (conversation != nullptr && !conversation->id.empty()) return true;
  counters_.errors.count("unidentified");
  note("unidentified", "a message of a peer that has not yet said who it is (protocol option session.id)");
  return false;
}

/// False: it is another than before, or takes over too often, and the connection must end.
bool Framed::take_id(Conversation& conversation, std::string_view id) {
  if (conversation.id == id) return true;
  if (!conversation.id.empty()) {
    note("identity_changed", "it said that it is '" + conversation.id + "', and now '" + telemetry::escaped(id) +
                                 "' (protocol option session.id)");
    arrival_->close = "identity_changed";
    return false;
  }
  const auto known = by_id_.find(id);
  if (known != by_id_.end() && !flapping_.may_take_over(id, arrival_->now.steady)) {
    note("flapping", "connections of '" + telemetry::escaped(id) +
                         "' take over from one another all the time: this one is refused for now; do two devices say "
                         "the same id?");
    arrival_->close = "flapping";
    return false;
  }
  conversation.id = id;
  conversation.talk.session = conversation.id;
  conversation.peer = conversation.id;
  conversation.identify_by = Agenda::never;
  conversation.dialogue.identified();
  const auto [at, fresh] = by_id_.try_emplace(conversation.id, &conversation);
  if (fresh) return true;
  Conversation& older = *std::exchange(at->second, &conversation);
  end(older, "session_replaced", "'" + conversation.id + "' has connected anew: the newer connection wins");
  return true;
}

/// Takes a registration or heartbeat at the front of `bytes`, and answers it: at once, or as part of `joined`.
Aside::Found Framed::take_aside(Bytes bytes, std::size_t& length, Arrival& arrival, std::string* joined) {
  using Found = Aside::Found;
  Conversation& conversation = *arrival.conversation;
  const bool asks_for_registration = registration_ && (config_.session->every || !conversation.registered);
  bool waits = false;
  bool grows = false;
  for (const bool is_heartbeat : {false, true}) {
    std::optional<Aside>& aside = is_heartbeat ? heartbeat_ : registration_;
    if (!aside || (!is_heartbeat && !asks_for_registration)) continue;
    Found found = aside->look(bytes, length);
    if (found == Found::growing && conversation.settled_aside) found = Found::whole;
    if (found == Found::whole) {
      conversation.settled_aside = false;
      conversation.quiet_at = Agenda::never;
      const std::string_view what = is_heartbeat ? "heartbeat" : "registration";
      if (observer_ != nullptr) observer_->aside(what, bytes.substr(0, length));
      refused_ = false;
      if (!is_heartbeat) take_registration(arrival);
      const auto& entry = is_heartbeat ? config_.session->heartbeat : config_.session->registration;
      if (entry->reply && arrival.close.empty() && !refused_) answer_aside(*entry->reply, arrival, what, joined);
      return Found::whole;
    }
    length = 0;
    grows = grows || found == Found::growing;
    waits = waits || found != Found::nothing;
  }
  conversation.quiet_at = grows ? arrival.now.steady + quiet : Agenda::never;
  return waits && !conversation.settled_aside ? Found::begun : Found::nothing;
}

/// Makes of the message in hand what is known of a peer without any.
void Framed::speak_of(const Conversation& conversation, const Origin& from, const Instant& now) {
  message_.origin = &from;
  message_.talk = &conversation.talk;
  message_.document = {};
  message_.device = {};
  message_.frame = {};
  message_.received = now;
}

/// Tells, before any message, that the device of whom the message in hand speaks is there. What only its messages can
/// prove is left to them.
void Framed::introduce(Conversation& conversation) {
  const auto device = config_.device.view(message_, device_);
  if (!device) return;
  message_.device = *device;
  if (!config_.require.source().empty() && !config_.require.test(message_)) return;
  std::string_view refusal;
  if (config_.secret.empty()) {
    refusal = receiver_.present(message_, conversation, nullptr);
  } else if (const auto said = config_.secret.view(message_, secret_)) {
    const Proof proof{*said};
    refusal = receiver_.present(message_, conversation, &proof);
  }
  if (!refusal.empty()) refuse(refusal);
}

/// Keeps what the registration has matched, and may learn from it who the peer is.
void Framed::take_registration(Arrival& arrival) {
  Conversation& conversation = *arrival.conversation;
  conversation.registered = true;
  const auto& names = registration_->names();
  conversation.matched.resize(names.size());
  conversation.match.resize(names.size());
  for (std::size_t i = 0; i < names.size(); ++i) {
    conversation.matched[i] = registration_->group(i);
    conversation.match[i] = {names[i], conversation.matched[i]};
  }
  conversation.talk.match = conversation.match;
  if (!config_.session->id.uses(expression::Name::match)) return;
  arrival_ = &arrival;
  speak_of(conversation, arrival.from, arrival.now);
  if (const auto id = config_.session->id.view(message_, id_)) {
    if (take_id(conversation, *id) && named_by_ != FramedConfig::NamedBy::message) introduce(conversation);
  } else {
    counters_.errors.count("session_id");
    log_.limited(telemetry::Level::warn, "session_id", "{}: its registration does not say who it is: {}",
                 conversation.peer, id.error().text);
  }
}

void Framed::answer_aside(const Content& reply, Arrival& arrival, std::string_view what, std::string* joined) {
  Conversation& conversation = *arrival.conversation;
  std::string bytes;
  Outgoing out;
  out.frame = false;
  out.content = reply;
  if (const auto made = render(out, conversation.talk, {}, bytes); !made) {
    counters_.errors.count("reply_" + std::string(made.error().reason));
    return;
  }
  sent(what, bytes, *arrival.conversation, arrival.now);
  if (joined != nullptr) {
    joined->append(bytes);
  } else {
    conversation.write(bytes);
  }
}

/// Ends another connection than that of the bytes in hand, or that of none.
void Framed::end(Conversation& conversation, std::string_view reason, std::string_view text) {
  if (conversation.ended) return;
  conversation.ended = true;
  log_.limited(telemetry::Level::warn, reason, "{}: {}", conversation.peer, text);
  if (observer_ != nullptr) observer_->failed(reason, text);
  agenda_.set(conversation, conversation.place, Agenda::never);
  conversation.dialogue.fail_all("absent");
  if (conversation.to.empty()) return conversation.transport->close(reason);
  counters_.rejected.count(reason);
  forget_sender(conversation);
}

/// It is gone: nothing leads to it any more.
void Framed::forget(Conversation& conversation) {
  conversation.dialogue.fail_all("absent");
  agenda_.set(conversation, conversation.place, Agenda::never);
  const auto known = by_id_.find(conversation.id);
  if (known != by_id_.end() && known->second == &conversation) by_id_.erase(known);
  if (!agenda_.next()) receiver_.due_changed();
}

}  // namespace fieldgate::protocol
