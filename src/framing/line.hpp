// Lines of text, ended by LF or CR LF.
#pragma once

#include "framing/framer.hpp"
#include "framing/max_length.hpp"

namespace fieldgate::framing {

/// The frame is the line without its end. CR and LF may come in different reads; a CR alone ends nothing.
class Line final : public Framer {
 public:
  static constexpr std::string_view type = "line";
  static constexpr std::string_view meaning = "Lines of text, ended by LF or CR LF; the end is not part of the frame.";

  struct Config {
    std::size_t max_length = default_max_length;
    bool skip_empty = false;
    bool crlf = false;  ///< what goes out ends with CR LF, else with LF

    static Config read(config::Section& section);
    bool operator==(const Config&) const = default;
  };

  explicit Line(const Config& config)
      : max_length_(config.max_length), skip_empty_(config.skip_empty), crlf_(config.crlf) {}

  Cut next(Bytes input) override;

  /// A payload that holds LF, or ends with CR, is refused: it would come in as another.
  Result<void> wrap(Bytes payload, std::string& out) const override;

  bool midway() const override { return discarding_; }
  Cut resume(Bytes input) override;
  Cut stalled(Bytes input) override;

  /// The option `line_end`: whether it is CR LF.
  static bool read_line_end(config::Section& section);

 private:
  Cut unfinished(Bytes rest, std::size_t skipped);

  std::size_t max_length_;
  std::size_t scanned_ = 0;  // leading bytes of the input that are known to hold no LF
  bool skip_empty_;
  bool crlf_;
  bool discarding_ = false;  // inside a line that was too long, and has been reported
};

}  // namespace fieldgate::framing
