// Dialogue: whose turn it is.
#include "protocol/dialogue.hpp"

#include <algorithm>

namespace fieldgate::protocol {

void Dialogue::begin(Time now, double phase, const std::function<bool(const Ask&)>& waits) {
  turns_.resize(asks_.size());
  for (std::size_t i = 0; i < asks_.size(); ++i) {
    const Request& request = *asks_[i].request;
    Turn& turn = turns_[i];
    turn.waits = waits(asks_[i]);
    if (request.at_connect) {
      turn.due = now;
    } else if (request.every) {
      turn.due = now + std::chrono::duration_cast<Duration>(*request.every * phase);
    }
  }
}

bool Dialogue::is_open(const Ask& ask) const {
  return std::any_of(open_.begin(), open_.end(), [&ask](const Open& open) { return open.ask == &ask; });
}

Dialogue::Open* Dialogue::next_turn(Time now) {
  Turn* first = nullptr;
  for (Turn& turn : turns_) {
    const Ask& ask = asks_[static_cast<std::size_t>(&turn - turns_.data())];
    if (turn.due > now || (turn.waits && !identified_) || (first != nullptr && first->due <= turn.due)) continue;
    if (half_duplex_ || !is_open(ask)) first = &turn;
  }
  if (first == nullptr) return nullptr;
  const Ask& ask = asks_[static_cast<std::size_t>(first - turns_.data())];
  const auto& every = ask.request->every;
  first->due = !every ? Agenda::never : first->due + *every * ((now - first->due) / *every + 1);
  Open& open = open_.emplace_back();
  open.ask = &ask;
  open.exchange = &ask.request->exchange;
  open.retries_left = first->late ? 0 : open.exchange->retries;
  open.deadline = now + open.exchange->timeout;
  return &open;
}

Dialogue::Open* Dialogue::next(Time now) {
  if (!may_speak()) return nullptr;
  if (orders_.empty()) return next_turn(now);
  Open& open = open_.emplace_back();
  open.order = std::move(orders_.front());
  orders_.pop_front();
  open.exchange = &open.order.command->exchange;
  open.retries_left = open.exchange->retries;
  open.deadline = now + open.exchange->timeout;
  return &open;
}

Dialogue::Open* Dialogue::overdue(Time now) {
  const auto found = std::find_if(open_.begin(), open_.end(), [now](const Open& open) { return open.deadline <= now; });
  return found == open_.end() ? nullptr : &*found;
}

void Dialogue::close(Open& open, bool late) {
  if (open.ask != nullptr) turns_[static_cast<std::size_t>(open.ask - asks_.data())].late = late;
  open_.erase(open_.begin() + (&open - open_.data()));
}

bool Dialogue::add(Order order) {
  if (orders_.size() >= max_orders) return false;
  orders_.push_back(std::move(order));
  return true;
}

void Dialogue::postpone(Time now, Time until) {
  for (Open& open : open_) open.deadline = std::max<Time>(open.deadline, now + open.exchange->timeout);
  for (Turn& turn : turns_) turn.due = std::max(turn.due, until);
  orders_due_ = until;
}

Dialogue::Time Dialogue::due() const {
  Time due = Agenda::never;
  for (const Open& open : open_) due = std::min(due, open.deadline);
  if (!may_speak()) return due;
  if (!orders_.empty()) return std::min(due, orders_due_);
  for (std::size_t i = 0; i < turns_.size(); ++i) {
    if ((turns_[i].waits && !identified_) || (!half_duplex_ && is_open(asks_[i]))) continue;
    due = std::min(due, turns_[i].due);
  }
  return due;
}

void Dialogue::fail_all(std::string_view why) {
  for (Open& open : open_) {
    if (open.order.outcomes) open.order.outcomes({Outcome::State::failed, why, nullptr});
  }
  for (Order& order : orders_) {
    if (order.outcomes) order.outcomes({Outcome::State::failed, why, nullptr});
  }
  open_.clear();
  orders_.clear();
}

}  // namespace fieldgate::protocol
