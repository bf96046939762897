// Dialogue: whose turn it is.
#include "protocol/dialogue.hpp"

#include <algorithm>
#include <utility>

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
  queue_.reserve(turns_.size());
  for (std::size_t i = 0; i < turns_.size(); ++i) {
    if (!turns_[i].waits || identified_) enqueue(i);
  }
}

void Dialogue::identified() {
  if (std::exchange(identified_, true)) return;
  for (std::size_t i = 0; i < turns_.size(); ++i) {
    if (turns_[i].waits) enqueue(i);
  }
}

/// Of those that are due together, the one that the file names first is first.
bool Dialogue::later(std::size_t a, std::size_t b) const {
  return std::pair(turns_[a].due, a) > std::pair(turns_[b].due, b);
}

void Dialogue::enqueue(std::size_t turn) {
  if (turns_[turn].due == Agenda::never) return;
  queue_.push_back(turn);
  std::push_heap(queue_.begin(), queue_.end(), [this](std::size_t a, std::size_t b) { return later(a, b); });
}

Dialogue::Open* Dialogue::next_turn(Time now) {
  if (queue_.empty() || turns_[queue_.front()].due > now) return nullptr;
  const Ask& ask = asks_[queue_.front()];
  Turn& first = turns_[queue_.front()];
  std::pop_heap(queue_.begin(), queue_.end(), [this](std::size_t a, std::size_t b) { return later(a, b); });
  queue_.pop_back();
  const auto& every = ask.request->every;
  first.due = !every ? Agenda::never : first.due + *every * ((now - first.due) / *every + 1);
  Open& open = open_.emplace_back();
  open.ask = &ask;
  open.exchange = &ask.request->exchange;
  open.retries_left = first.late ? 0 : open.exchange->retries;
  open.deadline = now + open.exchange->timeout;
  return &open;
}

void Dialogue::drop_expired(Time now) {
  while (!orders_.empty() && orders_.front().not_after <= now) {
    const Order order = std::move(orders_.front());
    orders_.pop_front();
    if (order.outcomes) order.outcomes({Outcome::State::failed, "expired", nullptr, false});
  }
}

Dialogue::Open* Dialogue::next(Time now) {
  if (!may_speak()) return nullptr;
  drop_expired(now);
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
  if (open.ask != nullptr) {
    const auto turn = static_cast<std::size_t>(open.ask - asks_.data());
    turns_[turn].late = late;
    enqueue(turn);
  }
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
  std::make_heap(queue_.begin(), queue_.end(), [this](std::size_t a, std::size_t b) { return later(a, b); });
  orders_due_ = until;
}

Dialogue::Time Dialogue::due() const {
  Time due = Agenda::never;
  for (const Open& open : open_) due = std::min(due, open.deadline);
  if (!may_speak()) return due;
  if (!orders_.empty()) return std::min(due, orders_due_);
  return queue_.empty() ? due : std::min(due, turns_[queue_.front()].due);
}

void Dialogue::fail_all(std::string_view why) {
  for (Open& open : open_) {
    if (open.order.outcomes) open.order.outcomes({Outcome::State::failed, why, nullptr, open.said});
  }
  for (Order& order : orders_) {
    if (order.outcomes) order.outcomes({Outcome::State::failed, why, nullptr, false});
  }
  while (!open_.empty()) close(open_.back(), true);
  orders_.clear();
}

}  // namespace fieldgate::protocol
