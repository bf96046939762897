// Frames that all have the same length.
#pragma once

#include "framing/framer.hpp"
#include "framing/max_length.hpp"

namespace fieldgate::framing {

/// Every `length` bytes are a frame.
class Fixed final : public Framer {
 public:
  static constexpr std::string_view type = "fixed";
  static constexpr std::string_view meaning = "Frames that all have the same length.";

  struct Config {
    std::size_t length = 1;
    std::size_t max_length = default_max_length;

    static Config read(config::Section& section);
    bool operator==(const Config&) const = default;
  };

  explicit Fixed(const Config& config) : length_(config.length) {}

  Cut next(Bytes input) override;
  Result<void> wrap(Bytes payload, std::string& out) const override;

 private:
  std::size_t length_;
};

}  // namespace fieldgate::framing
