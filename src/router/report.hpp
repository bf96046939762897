// report: lets through only what changed, per device.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "expression/reference.hpp"
#include "router/recent.hpp"
#include "router/transform.hpp"

namespace fieldgate::router {

/// A deadband: passes a message if one of the watched values is at least so far from what the device last reported, or
/// is new, or is no number and another one; a watched value that is missing has not changed. The rest is counted as
/// `unchanged`.
class Report final : public Transform {
 public:
  static constexpr std::string_view type = "report";
  static constexpr std::string_view meaning = "Lets through only what changed, per device; the rest is unchanged.";

  /// A value that is watched, and how far it must move.
  struct Watched {
    std::string name;  ///< its path in `data`
    double distance = 0;
    bool is_percent = false;  ///< of the value that was last reported

    bool operator==(const Watched&) const = default;
  };

  struct Config {
    std::vector<Watched> on_change;
    std::optional<Duration> at_least_every;
    std::size_t max_devices = 100'000;

    static Config read(config::Section& section);
    bool operator==(const Config&) const = default;
  };

  Report(const Config& config, const TransformContext& context);

  void accept(const Message& message) override;

 private:
  /// What was last reported of a value: the number, or a hash of what is none.
  struct Last {
    Value::Kind kind = Value::Kind::missing;
    double number = 0;
    std::size_t hash = 0;
  };
  struct Device {
    std::vector<Last> values;  // none: nothing has been reported
    std::chrono::steady_clock::time_point reported;
  };
  struct Field {
    Watched watched;
    expression::Reference reference;
  };

  static Last seen(const Value& value);
  static bool changed(const Watched& watched, const Last& last, const Last& now);
  bool is_due(const Device& device, const Message& message) const;

  std::vector<Field> fields_;
  std::optional<Duration> at_least_every_;
  telemetry::Counter& unchanged_;
  std::vector<Last> now_;  // of the message at hand
  Recent<Device> devices_;
};

}  // namespace fieldgate::router
