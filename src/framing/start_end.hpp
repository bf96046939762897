// Frames between a start and an end.
#pragma once

#include <string>

#include "framing/cutter.hpp"
#include "framing/escape.hpp"

namespace fieldgate::framing {

/// A frame is what stands from a start to the next end, and perhaps a few bytes behind it.
class StartEndShape {
 public:
  static constexpr std::string_view type = "start_end";
  static constexpr std::string_view meaning =
      "Frames between a start and an end, with byte stuffing where they need it.";
  static constexpr bool whole_frames = false;
  static constexpr bool can_flush = false;
  static constexpr bool drafts = true;

  struct Config {
    Common common;  ///< its start is not empty
    Markers end;
    bool strip = false;
    bool nested = false;
    std::string quote;  ///< between two of these nothing starts or ends; empty: none
    std::size_t trailer = 0;
    bool trailer_line = false;  ///< up to the end of the line
    bool restart_on_start = false;
    std::size_t min_length = 0;
    Escape escape;

    static Config read(config::Section& section);
    bool operator==(const Config&) const = default;
  };

  /// `config` outlives the framer.
  explicit StartEndShape(const Config& config) : config_(config) {}

  Measure measure(Bytes rest);
  bool midway() const { return discarding_; }
  std::size_t resume(Bytes input);
  void forget() { scanned_ = 0, depth_ = 0, quoted_ = false, discarding_ = false; }

  Result<void> wrap(Bytes payload, std::string& out) const;
  bool must_be_read_back() const { return true; }
  static Error unreadable() {
    return {"marker",
            "it makes no frame: it holds a start or an end, which the framing adds by itself, and which only "
            "`escape` could hide"};
  }

 private:
  enum class Found : std::uint8_t { nothing, end, start };

  Found scan(Bytes rest, std::size_t from);
  Found scan_step(Bytes rest, std::size_t& at);
  Measure behind(Bytes rest, std::size_t end) const;
  Measure ended(Bytes rest, std::size_t from);
  Measure framed(Bytes rest, std::size_t from, std::size_t end, std::size_t total);
  Result<void> wrap_stripped(Bytes payload, std::string& out) const;

  const Config& config_;
  std::size_t scanned_ = 0;  // leading bytes in which it does not end
  std::uint32_t depth_ = 0;  // of starts in starts
  bool quoted_ = false;
  bool discarding_ = false;  // inside a frame that was too long, and has been reported
  std::string scratch_;
};

using StartEnd = Cutter<StartEndShape>;

}  // namespace fieldgate::framing
