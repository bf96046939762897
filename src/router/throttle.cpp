// Throttle: buckets that fill with the time between arrivals; no timer.
#include "router/throttle.hpp"

#include <algorithm>
#include <cmath>

namespace fieldgate::router {

Throttle::Config Throttle::Config::read(config::Section& section) {
  Config config;
  const auto rate = section.optional_rate("rate", "Messages of a key that pass in a time: 10/s, 600/m. Required.");
  if (!rate && !section.describing() && !section.has("rate"))
    section.error("rate", "say how many messages may pass: rate: 10/s");
  config.rate = rate.value_or(config::Rate{1});
  const auto burst = section.optional_integer(
      "burst", "Messages that may pass at once after a pause; left out: those of a second, at least one.",
      {1, 1'000'000'000});
  config.burst = burst ? static_cast<double>(*burst) : std::max(1.0, std::ceil(config.rate.per_second));
  config.key = expression::read_template(section, "key", std::string("{{ device }}"), "What shares one rate.",
                                         expression::Place::plain);
  config.max_keys = static_cast<std::size_t>(
      section.integer("max_keys", 100'000,
                      "Keys that are remembered; of more, the one that is silent the longest is forgotten, and may "
                      "begin with a burst.",
                      {1, 10'000'000}));
  return config;
}

Throttle::Throttle(const Config& config, const TransformContext& context)
    : config_(config),
      dropped_(context.dropped),
      over_rate_(context.dropped.of("over_rate")),
      log_(context.log),
      buckets_(config.max_keys, context.forgotten) {
  config_.key.bind(context.environment, context.paths);
}

bool Throttle::take(Bucket& bucket, std::chrono::steady_clock::time_point now) const {
  const std::chrono::duration<double> passed = now - bucket.filled;
  const double filled = bucket.tokens
                            ? std::min(config_.burst, *bucket.tokens + passed.count() * config_.rate.per_second)
                            : config_.burst;
  bucket.filled = now;
  bucket.tokens = filled >= 1 ? filled - 1 : filled;
  return filled >= 1;
}

void Throttle::accept(const Message& message) {
  const auto key = config_.key.view(message, scratch_);
  if (!key) {
    dropped_.count(key.error().reason);
    log_.limited(telemetry::Level::warn, key.error().reason, "a message is dropped: key: {}", key.error().text);
    return;
  }
  const bool passes = take(buckets_.of(*key), message.received.steady);
  if (passes) {
    pass(message);
  } else {
    ++over_rate_;
  }
}

}  // namespace fieldgate::router
