// Filter: its options, and the counter that it keeps.
#include "router/filter.hpp"

namespace fieldgate::router {

Filter::Config Filter::Config::read(config::Section& section) {
  return {
      expression::read_condition(section, "where", "The condition that a message must satisfy: data.voltage > 250.")};
}

Filter::Filter(const Config& config, const TransformContext& context)
    : where_(config.where), filtered_(context.dropped.of("filtered")) {
  where_.bind(context.environment, context.paths);
}

}  // namespace fieldgate::router
