// Frames ended by a delimiter, or by any one of several.
#pragma once

#include <cstdint>
#include <string>

#include "framing/cutter.hpp"
#include "framing/escape.hpp"

namespace fieldgate::framing {

/// The delimiter that begins first ends the frame; where several begin together, the longest. That holds however the
/// bytes come: with `strip`, a frame goes out at once, and what follows of a longer delimiter is dropped when it comes;
/// without, the frame waits until it is known which delimiter it was.
class DelimiterShape {
 public:
  static constexpr std::string_view type = "delimiter";
  static constexpr std::string_view meaning =
      "Frames ended by a delimiter of one or more bytes, or by any one of several.";
  static constexpr bool whole_frames = true;
  static constexpr bool can_flush = true;
  static constexpr bool drafts = true;

  struct Config {
    Common common;  ///< its max_length is without the delimiter
    Markers delimiters;
    bool strip = true;
    bool skip_empty = false;
    std::size_t trailer = 0;
    bool before = false;  ///< the delimiter stands before its frame, which ends where the next begins
    std::size_t count = 1;
    std::string not_followed_by;
    bool flush_on_idle = false;
    Escape escape;

    static Config read(config::Section& section) { return read(section, {}); }
    /// With `fallback`, if there are any, where the file names no delimiters.
    static Config read(config::Section& section, const std::vector<std::string>& fallback);
    /// Of cobs and cobs/r, which have no other options of their own.
    static Config read_cobs(config::Section& section);
    bool operator==(const Config&) const = default;
  };

  /// `config` outlives the framer.
  explicit DelimiterShape(const Config& config) : config_(config) {}

  Measure measure(Bytes rest);
  bool midway() const { return discarding_ || ended_by_ != none; }
  std::size_t resume(Bytes input);
  void forget() {
    scanned_ = 0;
    counted_ = 0;
    ended_by_ = none;
    discarding_ = false;
  }
  Measure flush(Bytes input);

  /// Ends it with the first delimiter that no longer one begins with. Where delimiters are not cut off, a payload that
  /// ends with one is whole.
  Result<void> wrap(Bytes payload, std::string& out) const;
  bool must_be_read_back() const { return !config_.before && config_.not_followed_by.empty(); }
  static Error unreadable() {
    return {"delimiter", "it holds a delimiter; the framing adds the one at its end by itself"};
  }

 private:
  struct Ending {
    bool known = false;
    std::size_t at = 0;  // where it begins; where unknown: no delimiter begins before
    Markers::Match match;
  };

  std::size_t content(Bytes rest) const;
  Ending ending(Bytes rest);
  Measure ended(Bytes rest, const Ending& ending);
  Measure framed(Bytes rest, std::size_t from, std::size_t length, std::size_t delimiter, std::size_t total);
  std::size_t longer_tail(Bytes input, bool& undecided) const;

  const Config& config_;
  std::size_t scanned_ = 0;        // leading bytes of the input in which no delimiter begins, but those counted
  std::size_t counted_ = 0;        // delimiters of this frame that do not end it
  std::uint32_t ended_by_ = none;  // the delimiter that ended the last frame, while a longer one may yet come to be
  bool discarding_ = false;        // inside a frame that was too long, and has been reported
  std::string scratch_;
  static constexpr std::uint32_t none = ~std::uint32_t{0};
};

using Delimiter = Cutter<DelimiterShape>;

/// Reads `type: line`: delimiter with the line ends for its delimiters; the faster Line where no option asks for more.
Factory read_line(config::Section& section);

/// Reads `type: cobs`.
Factory read_cobs(config::Section& section);

}  // namespace fieldgate::framing
