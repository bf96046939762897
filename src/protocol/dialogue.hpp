// What one peer is asked, and in which order: requests when they are due, commands before them.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <list>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/agenda.hpp"
#include "protocol/requests.hpp"

namespace fieldgate::protocol {

/// One thing that is asked: a request, for one combination of its `each`. Lives with the protocol.
struct Ask {
  const Request* request = nullptr;
  std::vector<Meta> each;
};

/// What became of a command. Views live until the call returns.
struct Outcome {
  enum class State : std::uint8_t { sent, answered, failed };
  State state = State::sent;
  std::string_view error;           ///< of failed: why
  const Message* answer = nullptr;  ///< of answered
  bool said = true;                 ///< of failed: bytes of it may have gone out
  bool final = true;                ///< of sent: no answer is waited for
};
using Outcomes = std::function<void(const Outcome&)>;

/// A command that waits to be sent.
struct Order {
  const Command* command = nullptr;
  std::string arguments;  ///< an object's text
  Outcomes outcomes;
  std::string device{};                    ///< {{ device }}; empty: who the peer is
  std::string bytes{};                     ///< as they go out; empty: the command says it
  Agenda::Time not_after = Agenda::never;  ///< then it fails (`expired`) instead of being said
};

/// One peer's requests and commands. Pure: it knows what is to be said next and what is waited for; the protocol says
/// it. Time is given.
class Dialogue {
 public:
  using Time = Agenda::Time;
  static constexpr std::size_t max_orders = 64;

  /// Without half_duplex, so many may wait for an answer: each frame is held against all of them.
  static constexpr std::size_t max_open = 64;

  /// What has been said and waits for its answer.
  struct Open {
    const Exchange* exchange = nullptr;
    const Ask* ask = nullptr;  ///< null: a command
    Order order;
    std::string bytes;
    std::uint64_t counter = 0;
    Time deadline{};
    int retries_left = 0;
    bool answered = false;
    bool said = false;  ///< its bytes may have gone out
  };

  Dialogue(const std::vector<Ask>& asks, bool half_duplex) : asks_(asks), half_duplex_(half_duplex) {}

  /// The peer is there. `phase` (0 to 1) is where in each interval it is asked. Asks for which `waits` is true wait for
  /// identified().
  void begin(Time now, double phase, const std::function<bool(const Ask&)>& waits);
  void identified();

  /// What is to be said now; null where nothing is. It counts as open from then on.
  Open* next(Time now);

  /// The first that waits since before its time; null where none does.
  Open* overdue(Time now);

  /// Those that wait, in the order in which they were said. Ended by close().
  std::vector<Open>& open() { return open_; }
  /// It is over: answered, or given up (`late`: the peer did not answer).
  void close(Open& open, bool late);

  /// False: too many wait. Its outcomes are told in the midst of things: they must not call back.
  bool add(Order order);

  /// Nothing is expected before `until`: it is us who do not read.
  void postpone(Time now, Time until);

  /// Whether nothing is to be said by order, and nothing is waited for.
  bool idle() const { return open_.empty() && orders_.empty(); }

  /// When the next thing is to be done; Agenda::never where nothing is.
  Time due() const;

  /// Ends all commands, for the reason given.
  void fail_all(std::string_view why);

 private:
  struct Turn {
    Time due = Agenda::never;
    bool waits = false;  // for the peer to be known
    bool late = false;   // it did not answer the last time: it gets no retries
  };

  Open* next_turn(Time now);
  void drop_expired(Time now);
  void enqueue(std::size_t turn);
  bool later(std::size_t a, std::size_t b) const;
  bool may_speak() const { return open_.size() < (half_duplex_ ? 1 : max_open); }

  const std::vector<Ask>& asks_;
  bool half_duplex_;
  bool identified_ = false;
  std::vector<Turn> turns_;
  std::vector<std::size_t> queue_;  // a heap of the turns that come, the first in front
  std::vector<Open> open_;
  std::list<Order> orders_;
  Time orders_due_ = Time::min();
};

}  // namespace fieldgate::protocol
