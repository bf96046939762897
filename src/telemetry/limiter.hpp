// Lets a repeating log line through once a minute.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace fieldgate::telemetry {

/// One line for each component and key in each `interval`, and how many were left out since. Not safe for threads.
class Limiter {
 public:
  using Clock = std::chrono::steady_clock;
  static constexpr Clock::duration interval = std::chrono::minutes(1);

  /// Keys remembered at once. Beyond that (a bug: keys are a bounded set) all further ones share one place.
  static constexpr std::size_t max_keys = 4096;

  /// Whether a line of this key may be written at `now`; if so, `left_out` is how many were not since the last one.
  bool admit(std::string_view component, std::string_view key, Clock::time_point now, std::uint64_t& left_out);

 private:
  struct Key {
    Clock::time_point next{};
    std::uint64_t left_out = 0;
  };
  using Keys = std::map<std::string, Key, std::less<>>;

  Key& find(std::string_view component, std::string_view key);

  std::map<std::string, Keys, std::less<>> components_;
  Key overflow_;
  std::size_t size_ = 0;
};

}  // namespace fieldgate::telemetry
