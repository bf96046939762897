// dedupe: takes away what a device has sent before.
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <string>
#include <unordered_set>
#include <vector>

#include "expression/reference.hpp"
#include "router/transform.hpp"

namespace fieldgate::router {

/// A message is the same as an earlier one of its device if the texts of its fields are, or of its whole `data`. What
/// was let through is remembered for `within`, by a hash of 128 bits. The rest is counted as `duplicate`.
class Dedupe final : public Transform {
 public:
  static constexpr std::string_view type = "dedupe";
  static constexpr std::string_view meaning = "Takes away what the same device has sent before, within a time.";

  struct Config {
    std::vector<std::string> fields;  ///< paths in data; none: all of it
    Duration within = std::chrono::hours(1);
    std::size_t max_messages = 100'000;

    static Config read(config::Section& section);
    bool operator==(const Config&) const = default;
  };

  Dedupe(const Config& config, const TransformContext& context);

  void accept(const Message& message) override;

 private:
  struct Print {
    std::uint64_t one;
    std::uint64_t other;
    bool operator==(const Print&) const = default;
  };
  struct PrintHash {
    std::size_t operator()(const Print& print) const { return print.one; }
  };
  struct Passed {
    Print print;
    std::chrono::steady_clock::time_point at;
  };

  Print print_of(const Message& message);
  void forget_before(std::chrono::steady_clock::time_point now);

  std::vector<expression::Reference> fields_;
  Duration within_;
  std::size_t max_messages_;
  telemetry::Counter& duplicate_;
  telemetry::Counter& forgotten_;
  std::string scratch_;
  std::unordered_set<Print, PrintHash> known_;
  std::deque<Passed> passed_;  // in their order
};

}  // namespace fieldgate::router
