// Framed::Connection: the loop over a stream's bytes.
#include "protocol/connection.hpp"

namespace fieldgate::protocol {

using framing::Cut;

Framed::Connection::~Connection() {
  shared_.answers_.drop(answers_);
  if (conversation_) shared_.forget(*conversation_);
}

void Framed::Connection::connection_made(transport::Transport& transport, const Origin& from) {
  peer_.transport = &transport;
  peer_.origin = &from;
  if (!shared_.converses_) return;
  conversation_ = std::make_unique<Conversation>(shared_.asks_, shared_.config_.half_duplex);
  conversation_->transport = &transport;
  conversation_->origin = &from;
  shared_.meet(*conversation_);
}

void Framed::Connection::connection_lost(std::string_view why) { shared_.receiver_.gone(peer(), why); }

std::size_t Framed::Connection::data_received(Bytes bytes, const Origin& from, const Instant& now,
                                              std::string_view& close) {
  Arrival arrival{from, now, conversation_.get(), &peer(), {}};
  if (conversation_ && !conversation_->started) shared_.start(*conversation_, now);
  const std::size_t used = cut(bytes, arrival);
  send(arrival);
  close = arrival.close;
  return used;
}

std::size_t Framed::Connection::stalled(Bytes bytes, const Origin& from, const Instant& now, std::string_view& close) {
  Arrival arrival{from, now, conversation_.get(), &peer(), {}};
  if (conversation_) conversation_->settled_aside = true;
  std::size_t used = cut(bytes, arrival);
  if (used == 0 && goes_on(arrival)) {
    const Cut given_up = framer_->stalled(bytes);
    begun_ = false;
    if (take(given_up, bytes, arrival)) {
      used = given_up.consumed;
      used += cut(bytes.substr(used), arrival);
    }
  }
  send(arrival);
  close = arrival.close;
  return used;
}

std::size_t Framed::Connection::cut(Bytes bytes, Arrival& arrival) {
  std::size_t used = 0;
  while (used < bytes.size() && goes_on(arrival)) {
    const Bytes rest = bytes.substr(used);
    const bool past = has_asides() && framer_->midway();
    if (has_asides() && !past && !begun_) {
      std::size_t length = 0;
      const auto found = shared_.take_aside(rest, length, arrival, nullptr);
      used += length;
      if (found == Aside::Found::whole) continue;
      if (found != Aside::Found::nothing) break;
    }
    const Cut cut = past ? framer_->resume(rest) : framer_->next(rest);
    if (cut.kind != Cut::Kind::incomplete) {
      begun_ = false;
      if (!take(cut, rest, arrival)) break;
    }
    used += cut.consumed;
    if (cut.kind == Cut::Kind::incomplete && (!past || framer_->midway())) {
      begun_ = used < bytes.size();
      break;
    }
  }
  return used;
}

/// Of a frame, or what can be none. False: the stream is lost.
bool Framed::Connection::take(const Cut& cut, Bytes bytes, Arrival& arrival) {
  if (conversation_) conversation_->settled_aside = false;
  if (cut.kind == Cut::Kind::frame) {
    if (shared_.observer_ != nullptr) shared_.observer_->cut(cut, bytes.substr(0, cut.consumed));
    if (const auto answer = shared_.frame(cut, bytes.substr(0, cut.consumed), arrival))
      shared_.answers_.add(answers_, *peer_.transport, answer->after, answer->receipt, answer->bytes);
  } else if (cut.kind == Cut::Kind::rejected) {
    shared_.rejected(cut, bytes, arrival.from, arrival.now);
    if (cut.lost) arrival.close = cut.reason;
    return !cut.lost;
  }
  return true;
}

bool Framed::Connection::goes_on(const Arrival& arrival) {
  if (!arrival.close.empty() || !shared_.receiver_.open()) return false;
  if (conversation_ && conversation_->ended) return false;
  if (peer().paused_until > arrival.now.steady) return false;
  if (!full()) return true;
  shared_.answers_.send(answers_);
  return !full();
}

void Framed::Connection::send(Arrival& arrival) {
  if (answers_ != nullptr) {
    shared_.answers_.send(answers_);
    shared_.hurry();
  }
  if (conversation_ && arrival.close.empty()) shared_.speak(*conversation_, arrival.now);
}

}  // namespace fieldgate::protocol
