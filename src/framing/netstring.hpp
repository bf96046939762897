// Netstrings: a length in decimal, a colon, so many bytes, a comma.
#pragma once

#include "framing/framer.hpp"
#include "framing/max_length.hpp"

namespace fieldgate::framing {

/// https://cr.yp.to/proto/netstrings.txt: "5:hello,". The frame is what stands between colon and comma.
class Netstring final : public Framer {
 public:
  static constexpr std::string_view type = "netstring";
  static constexpr std::string_view meaning = "Netstrings: the length in decimal, a colon, the frame, a comma.";

  struct Config {
    std::size_t max_length = default_max_length;

    static Config read(config::Section& section) { return {read_max_length(section)}; }
    bool operator==(const Config&) const = default;
  };

  explicit Netstring(const Config& config) : max_length_(config.max_length) {}

  Cut next(Bytes input) override;
  Result<void> wrap(Bytes payload, std::string& out) const override;

 private:
  std::size_t max_length_;
  std::size_t skip_ = 0;  // bytes still to come of a frame that was too long, and has been reported
};

}  // namespace fieldgate::framing
