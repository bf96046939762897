// The framing chosen by the first bytes, frame by frame.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "framing/common.hpp"
#include "framing/framer.hpp"
#include "framing/match.hpp"

namespace fieldgate::framing {

/// The first case that matches cuts the frame. While too few bytes are there to decide, it asks for more. What no case
/// wants is stepped over byte by byte.
class Switch final : public Framer {
 public:
  static constexpr std::string_view type = "switch";
  static constexpr std::string_view meaning =
      "The framing chosen by the first bytes, frame by frame: for devices that mix them on one connection.";

  struct Case {
    std::string name;
    Match match;
    Factory framing;  ///< empty: what it matches is dropped
    bool operator==(const Case&) const = default;
  };

  struct Config {
    Common common;            ///< skip and start come before the choice; the rest is the cases' default
    std::vector<Case> cases;  ///< the default, if any, is the last, and matches all

    static Config read(config::Section& section);
    bool operator==(const Config&) const = default;
  };

  /// `config` outlives the framer.
  explicit Switch(const Config& config) : config_(config), framers_(config.cases.size()) {}

  Cut next(Bytes input) override;
  bool midway() const override { return active_ != none && framers_[active_]->midway(); }
  Cut resume(Bytes input) override;
  Cut stalled(Bytes input) override;

  /// By the first case that frames.
  Result<void> wrap(Bytes payload, std::string& out) const override { return wrap_as(0, payload, out); }
  Result<void> wrap_as(Branch branch, Bytes payload, std::string& out) const override;
  std::size_t unsaid(Branch branch) const override;
  std::optional<Branch> branch(std::string_view name) const override;

 private:
  static constexpr std::size_t none = ~std::size_t{0};

  Framer& framer(std::size_t index) const;
  /// The case that wraps for this one: itself, or the first that frames; none: past the last.
  std::size_t wrapping(Branch branch) const;
  Match::Answer choose(Bytes input, std::size_t& index) const;
  Cut pass(std::size_t index, Bytes input, std::size_t at);
  /// Moves `at` to where a frame may begin; a cut where that is not all.
  std::optional<Cut> to_start(Bytes input, std::size_t& at) const;

  const Config& config_;
  mutable std::vector<std::unique_ptr<Framer>> framers_;  // made when they are first needed
  std::size_t active_ = none;                             // the case that is at work
  bool first_ = true;
  bool lost_step_ = false;  // the last bytes were no case's, and that has been counted
};

}  // namespace fieldgate::framing
