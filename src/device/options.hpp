// The devices that an operator has registered: the options of `devices:`.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "config/section.hpp"
#include "device/registry.hpp"
#include "message/time.hpp"

namespace fieldgate::device {

/// Reads an option `tags`: a map of texts.
Tags read_tags(config::Section& section, std::string_view meaning);

/// `devices:`
struct Options {
  enum class Unknown : std::uint8_t { accept, reject };
  Unknown unknown = Unknown::accept;
  std::shared_ptr<const Registry> registry;  ///< of `list` and of `file`; never null
  std::size_t recorder = 4 * 1024 * 1024;  ///< bytes of frames that the flight recorder keeps, of all devices together

  /// Reads the section. A bad row or a double id is an error with its line in the file.
  static Options read(config::Section& root);
};

/// What an adapter says of its devices: `tags`, `commands`, and of its `limits` `expected_interval`, `rate`, `burst`,
/// `when_over`.
struct SourceOptions {
  enum class WhenOver : std::uint8_t { delay, drop };
  Tags tags;
  std::vector<std::string> commands;          ///< that may be given to its devices; also "raw" and "json"
  std::optional<Duration> expected_interval;  ///< then a device that has said nothing is late
  std::optional<config::Rate> rate;           ///< messages, of each device
  std::optional<double> burst;                ///< default: five seconds' worth
  WhenOver when_over = WhenOver::delay;

  /// Reads `tags` and `commands`.
  static SourceOptions read(config::Section& adapter);
  /// Reads its part of `limits`. `connections`: whether reading can be delayed.
  void read_limits(config::Section& limits, bool connections);
  bool operator==(const SourceOptions&) const = default;
};

}  // namespace fieldgate::device
