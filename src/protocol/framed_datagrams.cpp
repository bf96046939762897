// Framed: datagrams, and what is remembered of their senders.
#include "protocol/framed.hpp"

#include <algorithm>

namespace fieldgate::protocol {

using framing::Cut;

void Framed::datagram_received(Bytes bytes, const Origin& from, const Instant& now, const ReturnPath& back) {
  counters_.bytes += bytes.size();
  Conversation* const known = converses_ ? sender(back, from, now) : nullptr;
  Peer* const peer = broker_.transport != nullptr ? &broker_ : known;
  Arrival arrival{from, now, known, peer, {}};
  Answer joined;
  joined_.clear();
  datagram_frames(bytes, arrival, joined);
  Conversation* const conversation = arrival.conversation;
  if (!arrival.close.empty()) {
    if (conversation != nullptr) return end(*conversation, arrival.close, "its session ends");
    counters_.rejected.count(arrival.close);
    return;
  }
  if (conversation != nullptr) {
    speak(*conversation, now);
    part(*conversation);
  }
  joined.bytes = joined_;
  if (joined.bytes.empty() || back.transport == nullptr) return;
  if (answers_.add_datagram(*back.transport, back.to, joined.after, joined.receipt, joined.bytes)) return;
  counters_.rejected.count("answers");
  log_.limited(telemetry::Level::warn, "answers", "{}: a datagram is not answered: too many answers wait for the sinks",
               peer_text(from));
}

void Framed::datagram_frames(Bytes bytes, Arrival& arrival, Answer& joined) {
  // A new one: what a datagram leaves unfinished has no continuation.
  if (config_.framing) datagram_framer_ = config_.framing.make();
  const bool asides = arrival.conversation != nullptr && (registration_ || heartbeat_);
  do {
    std::size_t aside = 0;
    if (asides && !bytes.empty()) {
      arrival.conversation->settled_aside = true;
      if (take_aside(bytes, aside, arrival, &joined_) == Aside::Found::whole) {
        trust(arrival);
        bytes.remove_prefix(aside);
        if (bytes.empty()) return;
        continue;
      }
    }
    Cut cut = config_.framing ? datagram_framer_->next(bytes) : Cut::whole(bytes, bytes.size());
    if (cut.kind == Cut::Kind::incomplete && !bytes.empty()) cut = Cut::reject("incomplete", bytes.size());
    if (cut.kind == Cut::Kind::frame) {
      if (observer_ != nullptr) observer_->cut(cut, bytes.substr(0, cut.consumed));
      const auto answer = frame(cut, bytes.substr(0, cut.consumed), arrival);
      if (documented_) trust(arrival);
      if (answer) {
        joined_.append(answer->bytes);
        joined.after = std::max(joined.after, answer->after);
        joined.receipt = std::max(joined.receipt, answer->receipt);
      }
    } else if (cut.kind == Cut::Kind::rejected) {
      rejected(cut, bytes, arrival.from, arrival.now);
      if (cut.lost) return;
    }
    bytes.remove_prefix(cut.consumed);
  } while (!bytes.empty() && arrival.close.empty());
}

/// It has said what only a device would: it may be asked. Before, whoever forges a sender's address would have us send
/// to it.
void Framed::trust(Arrival& arrival) {
  Conversation* const conversation = arrival.conversation;
  if (conversation != nullptr && !conversation->started && arrival.close.empty()) start(*conversation, arrival.now);
}

/// What is remembered of the sender; null where nothing can be.
Conversation* Framed::sender(const ReturnPath& back, const Origin& from, const Instant& now) {
  if (back.transport == nullptr || back.to.empty()) return nullptr;
  if (const auto known = by_address_.find(back.to); known != by_address_.end()) {
    known->second->heard = now.steady;
    senders_.splice(senders_.end(), senders_, known->second->self);
    return known->second;
  }
  if (senders_.size() >= limits_.senders) {
    counters_.rejected.count("session");
    log_.limited(telemetry::Level::warn, "session",
                 "{}: too many senders are remembered, the one longest unheard is forgotten: lower limits.session",
                 peer_text(from));
    forget_sender(senders_.front());
  }
  Conversation& conversation = senders_.emplace_back(asks_, config_.half_duplex);
  conversation.self = std::prev(senders_.end());
  conversation.transport = back.transport;
  conversation.to = back.to;
  conversation.heard = now.steady;
  conversation.forget_at = now.steady + limits_.session;
  by_address_.emplace(conversation.to, &conversation);
  conversation.peer = peer_text(from);
  return &conversation;
}

void Framed::forget_sender(Conversation& conversation) {
  forget(conversation);
  receiver_.gone(conversation, "session");
  by_address_.erase(conversation.to);
  senders_.erase(conversation.self);
}

void Framed::forget_senders() {
  for (Conversation& conversation : senders_) {
    forget(conversation);
    receiver_.gone(conversation, "closed");
  }
  receiver_.gone(broker_, "closed");
  by_address_.clear();
  senders_.clear();
}

}  // namespace fieldgate::protocol
