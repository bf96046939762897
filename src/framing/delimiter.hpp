// Frames ended by a delimiter, or by any one of several.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "framing/framer.hpp"
#include "framing/max_length.hpp"

namespace fieldgate::framing {

/// The delimiter that begins first ends the frame; where several begin together, the longest. That holds however the
/// bytes come: with `strip`, a frame goes out at once, and what follows of a longer delimiter is dropped when it comes;
/// without, the frame waits until it is known which delimiter it was.
class Delimiter final : public Framer {
 public:
  static constexpr std::string_view type = "delimiter";
  static constexpr std::string_view meaning =
      "Frames ended by a delimiter of one or more bytes, or by any one of several.";

  struct Config {
    std::vector<std::string> delimiters;  ///< none of them empty
    bool strip = true;
    bool skip_empty = false;
    std::size_t max_length = default_max_length;  ///< without the delimiter

    static Config read(config::Section& section);
    bool operator==(const Config&) const = default;
  };

  /// `config` outlives the framer.
  explicit Delimiter(const Config& config) : config_(config) {}

  Cut next(Bytes input) override;

  /// Ends it with the first delimiter that no longer one begins with. Where delimiters are not cut off, a payload that
  /// ends with one is whole.
  Result<void> wrap(Bytes payload, std::string& out) const override;

 private:
  struct Match {
    std::uint32_t delimiter = 0;
    std::size_t length = 0;  // 0: none
    bool longer = false;     // a longer one may come to be
  };

  Match match(Bytes input, std::size_t at) const;
  std::size_t candidate(Bytes input, std::size_t from) const;
  std::size_t longer_tail(Bytes input, bool& undecided) const;
  Cut unfinished(std::size_t begin, std::size_t upto);
  const std::string& closing() const;

  const Config& config_;
  std::size_t scanned_ = 0;        // leading bytes of the input in which no delimiter begins
  std::uint32_t ended_by_ = none;  // the delimiter that ended the last frame, while a longer one may yet come to be
  bool discarding_ = false;        // inside a frame that was too long, and has been reported
  static constexpr std::uint32_t none = ~std::uint32_t{0};
};

}  // namespace fieldgate::framing
