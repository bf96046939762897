// Mqtt: acknowledgements and refusals into deliveries.
#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "mqtt/reason.hpp"
#include "sink/mqtt.hpp"

namespace fieldgate::sink {
namespace {

using std::chrono::steady_clock;
using Outcome = Delivery::Outcome;

// How often a message is offered that the broker says it may not have, before it goes to the dead letters.
constexpr int most_refusals = 3;

}  // namespace

Delivery Mqtt::outcome(Lane& lane, const Batch& batch, std::size_t first, std::size_t end, std::size_t last) {
  const auto was_ahead = [&](std::size_t i) {
    return !lane.ahead.empty() && std::binary_search(lane.ahead.begin(), lane.ahead.end(), batch.receipt(i));
  };
  std::size_t item = 0;
  std::size_t at = first;
  for (; at < end; ++at) {
    if (was_ahead(at)) continue;
    if (!mqtt::Bundle::confirmed(lane.bundle->outcome(item))) break;
    ++item;
  }
  if (at == last) {
    lane.ahead.clear();
    return Delivery::done();
  }
  if (at == end) return oversized(at - first, 1);

  const int code = lane.bundle->outcome(item);
  std::size_t same = 0;  // records at a stretch that were refused alike
  while (at + same < end && !was_ahead(at + same) && lane.bundle->outcome(item + same) == code &&
         (code == mqtt::Bundle::lost || batch.key(at + same) == batch.key(at))) {
    ++same;
  }
  std::vector<Receipt> ahead;
  for (std::size_t i = at + same, k = item + same; i < end; ++i) {
    if (was_ahead(i) || mqtt::Bundle::confirmed(lane.bundle->outcome(k++))) ahead.push_back(batch.receipt(i));
  }
  lane.ahead = std::move(ahead);
  Delivery delivery = failed(lane, batch, at, code);
  delivery.delivered = at - first;
  delivery.rejected = delivery.outcome == Outcome::rejected ? same : 0;
  return delivery;
}

Delivery Mqtt::joined_outcome(Lane& lane, const Batch& batch, std::size_t first, std::size_t last) {
  Delivery delivery;
  if (lane.bundle->empty()) {
    delivery = oversized(0, last - first);
  } else if (const int code = lane.bundle->outcome(0); !mqtt::Bundle::confirmed(code)) {
    delivery = failed(lane, batch, first, code);
    if (delivery.outcome == Outcome::rejected) delivery.rejected = last - first;
    // A payload of fewer of them may pass; another topic they do not have.
    delivery.divisible = delivery.rejected > 1 && refusal_of(code).kind == Refusal::Kind::never;
  }
  return delivery;
}

/// What the refusal of record `at`, or the loss of its connection, means.
Delivery Mqtt::failed(Lane& lane, const Batch& batch, std::size_t at, int code) {
  Delivery delivery;
  delivery.outcome = Outcome::retry;
  if (code == mqtt::Bundle::lost) {
    delivery.reason = "connection";
    delivery.text = client_.connected() ? "the connection was lost" : problem_;
    return delivery;
  }
  const Refusal refusal = refusal_of(code);
  const bool never = refusal.kind == Refusal::Kind::never ||
                     (refusal.kind == Refusal::Kind::doubt && refused_too_often(lane, batch, at));
  delivery.reason = refusal.reason;
  delivery.overloaded = refusal.kind == Refusal::Kind::throttle;
  if (never) delivery.outcome = Outcome::rejected;
  if (code == mqtt::Bundle::invalid) {
    delivery.text = "the topic is not UTF-8";
    return delivery;
  }
  delivery.text = fmt::format("the broker {}: {}", never ? "refused" : "does not take it now", mqtt::reason_text(code));
  ++metrics_.counter("fieldgate_mqtt_puback_refused_total",
                     {{"component", log_.component()}, {"code", fmt::format("{:#04x}", code)}},
                     "Publications that brokers refused, by the code.");
  return delivery;
}

bool Mqtt::refused_too_often(Lane& lane, const Batch& batch, std::size_t at) {
  const auto now = steady_clock::now();
  if (refused_topics_.contains(batch.key(at), now)) return true;
  if (std::exchange(lane.refused, batch.receipt(at)) != batch.receipt(at)) lane.refusals = 0;
  if (++lane.refusals < most_refusals) return false;
  refused_topics_.add(batch.key(at), now);
  return true;
}

Delivery Mqtt::oversized(std::size_t delivered, std::size_t records) const {
  return {.outcome = Outcome::rejected,
          .delivered = delivered,
          .rejected = records,
          .reason = "packet_too_large",
          .text = fmt::format("the broker takes packets of at most {} bytes", client_.max_packet()),
          .divisible = records > 1};
}

}  // namespace fieldgate::sink
