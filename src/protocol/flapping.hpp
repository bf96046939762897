// Devices that take their own connections over again and again: two with one id, or one that cannot stay.
#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <unordered_map>

#include "message/siphash.hpp"

namespace fieldgate::protocol {

/// Says whether a newer connection of an id may take over from the older. Remembers only ids of which one did within
/// the last minute.
class Flapping {
 public:
  using Clock = std::chrono::steady_clock;
  static constexpr auto window = std::chrono::minutes(1);
  static constexpr int free_takeovers = 3;  ///< within the window
  static constexpr auto first_wait = std::chrono::seconds(1);
  static constexpr auto longest_wait = std::chrono::minutes(1);
  static constexpr std::size_t max_ids = 4096;

  /// A newcomer says that it is `id`, of which a connection is there. False: it is refused. Each further takeover is
  /// refused for twice as long as the one before, until a minute was quiet.
  bool may_take_over(std::string_view id, Clock::time_point now);

  std::size_t size() const { return ids_.size(); }

 private:
  struct Entry {
    Clock::time_point since{};  // of the window
    Clock::time_point last{};   // attempt
    Clock::time_point refused_until{};
    Clock::duration wait{};  // the last one; none: it has not been refused
    int takeovers = 0;
    bool waited = false;  // for the next takeover
  };

  void make_room(Clock::time_point now);

  std::unordered_map<std::string, Entry, SipHash, std::equal_to<>> ids_;
};

}  // namespace fieldgate::protocol
