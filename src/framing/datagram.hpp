// No cutting at all: the bytes come in frames already.
#pragma once

#include "framing/cutter.hpp"
#include "framing/escape.hpp"

namespace fieldgate::framing {

/// The whole input is one frame: for transports that keep boundaries, UDP and MQTT.
class DatagramShape {
 public:
  static constexpr std::string_view type = "datagram";
  static constexpr std::string_view meaning = "The datagram, or the MQTT message, is the frame.";
  static constexpr bool whole_frames = true;
  static constexpr bool can_flush = false;
  static constexpr bool drafts = true;

  struct Config {
    Common common;
    Escape escape;

    static Config read(config::Section& section) {
      Config config{Common::read(section), {}};
      config.escape = Escape::read(section, {&config.common.start});
      return config;
    }
    bool operator==(const Config&) const = default;
  };

  /// `config` outlives the framer.
  explicit DatagramShape(const Config& config) : config_(config) {}

  Measure measure(Bytes rest) {
    if (rest.size() > config_.common.max_length) return Measure::too_long(rest.size());
    const std::size_t start = config_.common.start.match(rest, 0).length;
    if (config_.escape.nothing_in(rest.substr(start))) return Measure::whole(rest, rest.size());
    scratch_.assign(rest.substr(0, start));
    if (!config_.escape.undo_all(rest.substr(start), scratch_)) return Measure::bad("bad_escape", rest.size());
    return Measure::whole(scratch_, rest.size());
  }
  bool midway() const { return false; }
  std::size_t resume(Bytes) { return 0; }
  void forget() {}

  Result<void> wrap(Bytes payload, std::string& out) const;
  bool must_be_read_back() const { return false; }
  static Error unreadable() { return {"datagram", "it makes no frame"}; }

 private:
  const Config& config_;
  std::string scratch_;
};

using Datagram = Cutter<DatagramShape>;

}  // namespace fieldgate::framing
