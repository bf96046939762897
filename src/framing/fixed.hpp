// Frames that all have the same length.
#pragma once

#include "framing/cutter.hpp"

namespace fieldgate::framing {

/// Every `length` bytes are a frame.
class FixedShape {
 public:
  static constexpr std::string_view type = "fixed";
  static constexpr std::string_view meaning = "Frames that all have the same length.";
  static constexpr bool whole_frames = false;
  static constexpr bool can_flush = false;
  static constexpr bool drafts = true;

  struct Config {
    Common common;
    std::size_t length = 1;

    static Config read(config::Section& section);
    bool operator==(const Config&) const = default;
  };

  explicit FixedShape(const Config& config) : config_(config) {}

  Measure measure(Bytes rest) const {
    if (rest.size() < config_.length) return Measure::more(config_.length);
    return Measure::whole(rest.substr(0, config_.length), config_.length);
  }
  bool midway() const { return false; }
  std::size_t resume(Bytes) { return 0; }
  void forget() {}

  /// The payload has the frame's length, less what the options fill in.
  Result<void> wrap(Bytes payload, std::string& out) const;
  bool must_be_read_back() const { return false; }
  static Error unreadable() { return {"length", "it makes no frame"}; }

 private:
  const Config& config_;
};

using Fixed = Cutter<FixedShape>;

}  // namespace fieldgate::framing
