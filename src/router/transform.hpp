// A stage between adapters and sinks.
#pragma once

#include "config/registry.hpp"
#include "expression/paths.hpp"
#include "expression/template.hpp"
#include "router/input.hpp"
#include "telemetry/log.hpp"
#include "telemetry/metrics.hpp"

namespace fieldgate::router {

/// What a transform may use; everything outlives it.
struct TransformContext {
  std::string name;
  const expression::Environment& environment;
  expression::Paths& paths;
  telemetry::Log log;
  telemetry::Reasons& dropped;    ///< fieldgate_transform_dropped_total of this transform
  telemetry::Counter& forgotten;  ///< keys given up because a table was full
  Receipt& last_receipt;          ///< counts for the whole gateway: a message made out of another takes the next one
};

/// Takes messages and gives on those that it lets through, as they are or changed, to the inputs behind it.
class Transform : public Input {
 public:
  /// Set once, while the graph is built.
  void connect(std::vector<Input*> outputs) { outputs_ = std::move(outputs); }

 protected:
  void pass(const Message& message) {
    for (Input* output : outputs_) output->accept(message);
  }

 private:
  std::vector<Input*> outputs_;
};

/// Makes a transform out of `transforms: { NAME: { type: ... } }`.
using TransformFactory = config::Factory<Transform, const TransformContext&>;

}  // namespace fieldgate::router
