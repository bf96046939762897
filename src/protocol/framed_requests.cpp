// Framed: what is asked of peers, whether it is answered, and what falls due.
#include "protocol/framed.hpp"

#include <algorithm>
#include <cmath>

namespace fieldgate::protocol {

namespace {

/// Conversations that are looked after in a row: about a millisecond.
constexpr int max_turns = 256;

/// How soon to look again whether the gateway takes more.
constexpr auto look_again_after = std::chrono::seconds(1);

/// Steps of this, modulo one, are spread evenly however many there are.
constexpr double golden = 0.6180339887498949;

const Origin nowhere{};

}  // namespace

void Framed::prepare_talk(const expression::Environment& environment, expression::Paths& paths) {
  const auto bind = [&](Exchange& exchange) {
    exchange.bind(environment, paths);
    if (exchange.codec) answer_codecs_.emplace_back(&exchange, exchange.codec.make(paths));
  };
  for (Request& request : config_.requests) {
    bind(request.exchange);
    for (std::size_t i = 0; i < request.combinations(); ++i) asks_.push_back({&request, request.combination(i)});
  }
  for (auto& [name, command] : config_.commands) bind(command.exchange);
  if (!config_.session) return;
  SessionOptions& session = *config_.session;
  session.id.bind(environment, paths);
  for (auto* entry : {&session.registration, &session.heartbeat}) {
    if (!*entry) continue;
    if ((*entry)->reply) (*entry)->reply->bind(environment, paths);
    (entry == &session.heartbeat ? heartbeat_ : registration_).emplace((*entry)->bytes);
  }
}

/// A peer is there; its time begins with the next tick, or its first bytes.
void Framed::meet(Conversation& conversation) {
  conversation.peer = peer_text(*conversation.origin);
  agenda_.set(conversation, conversation.place, Time::min());
  receiver_.due_changed();
}

void Framed::start(Conversation& conversation, const Instant& now) {
  conversation.started = true;
  if (config_.session && conversation.to.empty()) conversation.identify_by = now.steady + limits_.identify_within;
  const double phase = std::fmod(static_cast<double>(met_++) * golden, 1.0);
  const bool by_registration = config_.session && config_.session->id_from_registration();
  conversation.dialogue.begin(now.steady, phase, [this, by_registration](const Ask& ask) {
    return config_.session.has_value() && (by_registration || !ask.request->at_connect);
  });
  if (named_by_ != FramedConfig::NamedBy::connection || !config_.secret.empty() || !conversation.to.empty()) return;
  speak_of(conversation, *conversation.origin, now);
  introduce(conversation);
}

/// Says what is due, and notes when the next will be.
void Framed::speak(Conversation& conversation, const Instant& now) {
  while (!conversation.ended && receiver_.open()) {
    Dialogue::Open* const open = conversation.dialogue.next(now.steady);
    if (open == nullptr) break;
    if (const auto said = say(conversation, *open, now); !said)
      give_up(conversation, *open, "request_" + std::string(said.error().reason), said.error().text);
  }
  schedule(conversation);
}

/// Renders it and sends it for the first time.
Result<void> Framed::say(Conversation& conversation, Dialogue::Open& open, const Instant& now) {
  Talk talk = conversation.talk;
  if (open.ask != nullptr) {
    talk.request = open.ask->request->name;
    talk.each = open.ask->each;
  } else {
    talk.arguments = open.order.arguments;
  }
  if (!open.order.bytes.empty()) {
    open.bytes = std::move(open.order.bytes);
  } else if (auto rendered = render(open.exchange->out, talk, open.order.device, open.bytes); !rendered) {
    return rendered;
  }
  open.counter = conversation.talk.counter;
  if (open.exchange->out.content.uses(expression::Name::counter)) ++conversation.talk.counter;
  sent(open.ask != nullptr ? "request" : "command", open.bytes, conversation, now);
  open.said = true;
  conversation.write(open.bytes);
  const bool over = open.ask == nullptr && open.exchange->expect.source().empty();
  if (open.order.outcomes) open.order.outcomes({Outcome::State::sent, {}, nullptr, true, over});
  if (over) conversation.dialogue.close(open, false);
  return {};
}

/// Nobody answers, or it cannot be said.
void Framed::give_up(Conversation& conversation, Dialogue::Open& open, std::string_view reason,
                     const std::string& text) {
  const std::string what = open.ask != nullptr ? "request '" + open.ask->request->name + "'" : "a command";
  counters_.errors.count(reason);
  log_.limited(telemetry::Level::warn, reason, "{}: {}: {}", conversation.peer, what, text);
  if (observer_ != nullptr) observer_->failed(reason, what + ": " + text);
  const Outcomes outcomes = std::move(open.order.outcomes);
  const bool said = open.said;
  conversation.dialogue.close(open, true);
  if (outcomes) outcomes({Outcome::State::failed, reason, nullptr, said});
}

Result<void> Framed::render(const Outgoing& out, const Talk& talk, std::string_view device, std::string& bytes) {
  Message message;
  message.origin = &nowhere;
  message.talk = &talk;
  message.device = device.empty() ? talk.session : device;
  payload_.clear();
  if (auto rendered = out.content.append(message, nullptr, payload_, scratch_); !rendered) return rendered;
  return wrap(out, payload_, bytes);
}

Result<void> Framed::wrap(const Outgoing& out, Bytes payload, std::string& bytes) {
  if (wrapper_ && out.frame) {
    return out.branch ? wrapper_->wrap_as(*out.branch, payload, bytes) : wrapper_->wrap(payload, bytes);
  }
  bytes = payload;
  return {};
}

bool Framed::tick(const Instant& now) {
  for (int turn = 0; turn < max_turns; ++turn) {
    const auto due = agenda_.next();
    if (!due || *due > now.steady) return false;
    look_after(agenda_.first(), now);
  }
  return true;
}

void Framed::look_after(Conversation& conversation, const Instant& now) {
  if (!conversation.started && conversation.to.empty()) start(conversation, now);
  if (conversation.identify_by <= now.steady && !receiver_.open()) {
    conversation.identify_by = now.steady + look_again_after;  // it is us who do not read
  } else if (conversation.identify_by <= now.steady) {
    return end(conversation, "identify_within",
               "closed: it has not said who it is: limits.identify_within was reached");
  }
  if (conversation.forget_at <= now.steady) {
    conversation.forget_at = conversation.heard + limits_.session;
    if (conversation.forget_at <= now.steady) return forget_sender(conversation);
  }
  if (conversation.quiet_at <= now.steady) {
    conversation.quiet_at = Agenda::never;
    conversation.settled_aside = true;
    conversation.transport->look_again();
    if (conversation.ended) return;
  }
  if (!receiver_.open()) conversation.dialogue.postpone(now.steady, now.steady + look_again_after);
  while (Dialogue::Open* const open = conversation.dialogue.overdue(now.steady)) {
    if (open->retries_left-- > 0) {
      open->deadline = now.steady + open->exchange->timeout;
      sent(open->ask != nullptr ? "request" : "command", open->bytes, conversation, now);
      conversation.write(open->bytes);
    } else {
      give_up(conversation, *open, "late", "no answer came in time (options timeout, retries)");
    }
  }
  speak(conversation, now);
  part(conversation);
}

void Framed::schedule(Conversation& conversation) {
  if (conversation.ended) return;
  const auto before = agenda_.next();
  agenda_.set(
      conversation, conversation.place,
      std::min({conversation.dialogue.due(), conversation.identify_by, conversation.quiet_at, conversation.forget_at}));
  const auto after = agenda_.next();
  if (after && (!before || *after < *before)) receiver_.due_changed();
}

/// Tries the frame as the answer to what waits with a codec of its own. False: it is none of these.
bool Framed::read_as_answer(Bytes bytes) {
  message_.talk = &arrival_->conversation->talk;
  for (Dialogue::Open& open : arrival_->conversation->dialogue.open()) {
    if (!open.exchange->codec) continue;
    const auto own = std::find_if(answer_codecs_.begin(), answer_codecs_.end(),
                                  [&open](const auto& entry) { return entry.first == open.exchange; });
    tried_ = &open;
    accepted_ = false;
    decode(*own->second, bytes);
    tried_ = nullptr;
    if (accepted_) return true;
  }
  return false;
}

/// Whether the document in hand answers what waits; then the message says so.
void Framed::match_answer() {
  Talk& talk = arrival_->conversation->talk;
  const std::uint64_t counter = talk.counter;
  for (Dialogue::Open& open : arrival_->conversation->dialogue.open()) {
    if (open.answered || (tried_ != nullptr ? &open != tried_ : bool(open.exchange->codec))) continue;
    if (open.ask != nullptr) {
      talk.request = open.ask->request->name;
      talk.each = open.ask->each;
    }
    talk.arguments = open.order.arguments;
    talk.counter = open.counter;
    const bool fits = open.exchange->fits(message_);
    talk.arguments = {};
    talk.counter = counter;
    if (fits) {
      open.answered = accepted_ = true;
      if (open.order.outcomes) open.order.outcomes({Outcome::State::answered, {}, &message_});
      return;
    }
    talk.request = {};
    talk.each = {};
  }
}

void Framed::finish_answers() {
  arrival_->conversation->talk.request = {};
  arrival_->conversation->talk.each = {};
  Dialogue& dialogue = arrival_->conversation->dialogue;
  for (std::size_t i = 0; i < dialogue.open().size();) {
    dialogue.open()[i].answered ? dialogue.close(dialogue.open()[i], false) : static_cast<void>(++i);
  }
}

}  // namespace fieldgate::protocol
