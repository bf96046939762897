// Frames that a regular expression begins, and another one ends.
#pragma once

#include <memory>
#include <string>

#include "framing/allowance.hpp"
#include "framing/cutter.hpp"
#include "script/pattern.hpp"

namespace fieldgate::framing {

/// A frame is what stands from where `start_pattern` first matches to where `end_pattern` first has matched: of all
/// matches the one that is whole first, since more bytes may never come. Within max_length. The patterns run over what
/// is unfinished with each read, as far as Allowance goes; then with fewer of them, and once more when nothing comes.
class RegexShape {
 public:
  static constexpr std::string_view type = "regex";
  static constexpr std::string_view meaning =
      "Frames between two regular expressions (RE2), for what nothing else cuts.";
  static constexpr bool whole_frames = false;
  static constexpr bool can_flush = true;

  struct Config {
    Common common;
    std::string start_pattern;
    std::string end_pattern;
    std::shared_ptr<const script::Pattern> starts;  ///< null: a frame begins where the last one ended
    std::shared_ptr<const script::Pattern> ends;

    static Config read(config::Section& section);
    bool operator==(const Config& other) const {
      return common == other.common && start_pattern == other.start_pattern && end_pattern == other.end_pattern;
    }
  };

  explicit RegexShape(const Config& config) : config_(config) {}

  Measure measure(Bytes rest);
  bool midway() const { return false; }
  std::size_t resume(Bytes) { return 0; }
  void forget() { started_ = 0, scanned_ = 0; }
  Measure flush(Bytes input);

  /// Bytes that the patterns have run over.
  std::uint64_t work() const { return allowance_.work(); }

  /// What goes out must be as the patterns want it.
  Result<void> wrap(Bytes payload, std::string& out) const;
  bool must_be_read_back() const { return true; }
  static Error unreadable() { return {"pattern", "it is no frame of framing.start_pattern and framing.end_pattern"}; }

 private:
  std::optional<script::Pattern::Place> soonest(const script::Pattern& pattern, Bytes text, std::size_t from);
  Measure look(Bytes rest);

  const Config& config_;
  std::size_t started_ = 0;  // how long the start of the frame is; 0: not known
  std::size_t scanned_ = 0;  // leading bytes that hold no end
  Allowance allowance_;
};

using Regex = Cutter<RegexShape>;

}  // namespace fieldgate::framing
