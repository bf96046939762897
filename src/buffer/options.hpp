// What the option `buffer` of a sink says.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "config/section.hpp"

namespace fieldgate::buffer {

enum class Type : std::uint8_t { memory, disk };
enum class WhenFull : std::uint8_t { block, drop_oldest, drop_newest };

/// Which goes first when a sink is back.
enum class Order : std::uint8_t {
  oldest_first,
  live_first,  ///< what is new at once, what waited beside it at `backlog_rate`
};

struct Options {
  Type type = Type::memory;
  std::size_t max_size = 64 * 1024 * 1024;  ///< bytes of encoded messages
  std::optional<Duration> max_age;
  WhenFull when_full = WhenFull::block;
  Order order = Order::oldest_first;
  std::optional<config::Rate> backlog_rate;  ///< messages; of live_first

  /// Reads the option `buffer` of a sink whose batches are at most `largest_batch` bytes.
  static Options read(config::Section& sink, std::size_t largest_batch);
  bool operator==(const Options&) const = default;
};

}  // namespace fieldgate::buffer
