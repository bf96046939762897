// filter: lets messages through where a condition is true.
#pragma once

#include "expression/condition.hpp"
#include "router/transform.hpp"

namespace fieldgate::router {

/// What it takes away is counted as `filtered`.
class Filter final : public Transform {
 public:
  static constexpr std::string_view type = "filter";
  static constexpr std::string_view meaning = "Lets messages through where a condition is true.";

  struct Config {
    expression::Condition where;

    static Config read(config::Section& section);
    bool operator==(const Config&) const = default;
  };

  Filter(const Config& config, const TransformContext& context);

  void accept(const Message& message) override {
    if (where_.test(message)) {
      pass(message);
    } else {
      ++filtered_;
    }
  }

 private:
  expression::Condition where_;
  telemetry::Counter& filtered_;
};

}  // namespace fieldgate::router
