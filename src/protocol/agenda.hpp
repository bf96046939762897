// When something falls due on which connection.
#pragma once

#include <chrono>
#include <optional>
#include <set>
#include <utility>

namespace fieldgate::protocol {

struct Conversation;

/// Conversations by the time at which they must be looked at. O(log n); an entry that moves allocates nothing.
class Agenda {
 public:
  using Time = std::chrono::steady_clock::time_point;
  static constexpr Time never = Time::max();

 private:
  using Order = std::set<std::pair<Time, Conversation*>>;

 public:
  /// Where a conversation stands in it; lives with the conversation.
  class Place {
   public:
    Time time() const { return time_; }

   private:
    friend class Agenda;
    Time time_ = never;
    Order::iterator at_;
    Order::node_type spare_;
  };

  /// Gives it another time; `never` takes it out.
  void set(Conversation& conversation, Place& place, Time time);

  /// The first; nothing where there is none.
  std::optional<Time> next() const {
    return order_.empty() ? std::nullopt : std::optional<Time>(order_.begin()->first);
  }
  /// Whose it is: only where there is one.
  Conversation& first() const { return *order_.begin()->second; }

 private:
  Order order_;
};

}  // namespace fieldgate::protocol
