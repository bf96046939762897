// Netstrings: a length in decimal, a colon, so many bytes, a comma.
#pragma once

#include "framing/cutter.hpp"

namespace fieldgate::framing {

/// https://cr.yp.to/proto/netstrings.txt: "5:hello,". The frame is what stands between colon and comma.
class NetstringShape {
 public:
  static constexpr std::string_view type = "netstring";
  static constexpr std::string_view meaning = "Netstrings: the length in decimal, a colon, the frame, a comma.";
  static constexpr bool whole_frames = false;
  static constexpr bool can_flush = false;
  static constexpr bool claims = true;

  struct Config {
    Common common;  ///< its max_length is of what stands between

    static Config read(config::Section& section) { return {Common::read(section)}; }
    bool operator==(const Config&) const = default;
  };

  explicit NetstringShape(const Config& config) : max_length_(config.common.max_length) {}

  Measure measure(Bytes rest);
  bool midway() const { return skip_ > 0; }
  std::size_t resume(Bytes input) {
    const std::size_t there = std::min(skip_, input.size());
    skip_ -= there;
    return there;
  }
  void forget() { skip_ = 0; }

  Result<void> wrap(Bytes payload, std::string& out) const;
  bool must_be_read_back() const { return false; }
  static Error unreadable() { return {"netstring", "it makes no frame"}; }

 private:
  std::size_t max_length_;
  std::size_t skip_ = 0;  // bytes still to come of a frame that was too long, and has been reported
};

using Netstring = Cutter<NetstringShape>;

}  // namespace fieldgate::framing
