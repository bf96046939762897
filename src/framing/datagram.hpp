// No cutting at all: the bytes come in frames already.
#pragma once

#include "framing/framer.hpp"
#include "framing/max_length.hpp"

namespace fieldgate::framing {

/// The whole input is one frame: for transports that keep boundaries, UDP and MQTT.
class Datagram final : public Framer {
 public:
  static constexpr std::string_view type = "datagram";
  static constexpr std::string_view meaning = "The datagram, or the MQTT message, is the frame.";

  struct Config {
    std::size_t max_length = default_max_length;

    static Config read(config::Section& section) { return {read_max_length(section)}; }
    bool operator==(const Config&) const = default;
  };

  explicit Datagram(const Config& config) : max_length_(config.max_length) {}

  Cut next(Bytes input) override {
    if (input.empty()) return Cut::more();
    if (input.size() > max_length_) return Cut::reject("too_long", input.size());
    return Cut::whole(input, input.size());
  }

  Result<void> wrap(Bytes payload, std::string& out) const override {
    if (payload.size() > max_length_) return too_long(payload, max_length_);
    out.append(payload);
    return {};
  }

 private:
  std::size_t max_length_;
};

}  // namespace fieldgate::framing
