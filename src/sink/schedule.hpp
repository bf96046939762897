// `schedule` of a sink: the times of day at which it may send.
#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "config/section.hpp"
#include "message/result.hpp"
#include "message/time.hpp"

namespace fieldgate::sink {

/// Windows of each day, in a fixed offset from UTC: there is no daylight saving time in it. Pure.
class Schedule {
 public:
  /// Reads the option `schedule` of a sink; without it, always open.
  static Schedule read(config::Section& sink);

  /// A window `22:00-04:00`: may go over midnight, and ends before its second time, which may be 24:00.
  struct Window {
    std::chrono::minutes from{};
    std::chrono::minutes to{};
    static Result<Window> parse(std::string_view text);
    bool operator==(const Window&) const = default;
  };

  /// `+02:00`, `-05:30`, or `Z`.
  static Result<std::chrono::minutes> parse_offset(std::string_view text);

  Schedule() = default;
  Schedule(std::vector<Window> windows, std::chrono::minutes offset) : windows_(std::move(windows)), offset_(offset) {}

  bool always() const { return windows_.empty(); }

  /// How long until it opens; zero while it is open.
  Duration until_open(TimePoint wall) const;

  bool operator==(const Schedule&) const = default;

 private:
  std::vector<Window> windows_;
  std::chrono::minutes offset_{};
};

}  // namespace fieldgate::sink
