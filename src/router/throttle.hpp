// throttle: limits a rate.
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "expression/template.hpp"
#include "router/recent.hpp"
#include "router/transform.hpp"

namespace fieldgate::router {

/// A token bucket for each key. What finds none is counted as `over_rate`; a key that cannot be filled, by the
/// template's reason.
class Throttle final : public Transform {
 public:
  static constexpr std::string_view type = "throttle";
  static constexpr std::string_view meaning = "Limits a rate of messages, per device or any other key.";

  struct Config {
    config::Rate rate;
    double burst = 1;
    expression::Template key;
    std::size_t max_keys = 100'000;

    static Config read(config::Section& section);
    bool operator==(const Config&) const = default;
  };

  Throttle(const Config& config, const TransformContext& context);

  void accept(const Message& message) override;

 private:
  struct Bucket {
    std::optional<double> tokens;  ///< nothing yet: full
    std::chrono::steady_clock::time_point filled;
  };

  bool take(Bucket& bucket, std::chrono::steady_clock::time_point now) const;

  Config config_;
  telemetry::Reasons& dropped_;
  telemetry::Counter& over_rate_;
  telemetry::Log log_;
  std::string scratch_;
  Recent<Bucket> buckets_;
};

}  // namespace fieldgate::router
