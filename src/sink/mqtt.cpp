// Mqtt: batches into publications, acknowledgements into deliveries.
#include "sink/mqtt.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "mqtt/reason.hpp"

namespace fieldgate::sink {
namespace {

using std::chrono::steady_clock;
using Outcome = Delivery::Outcome;

constexpr std::size_t longest_topic = 65535;
// Of a PUBLISH beside topic and payload: header, remaining length, length of the topic, packet identifier, no
// properties.
constexpr std::size_t packet_overhead = 1 + 4 + 2 + 2 + 1;

struct Rejection {
  int code;
  std::string_view reason;
};

// Refusals that would come again for the same message, however often it is sent.
constexpr std::array<Rejection, 5> rejections = {{
    {0x87, "not_authorized"},
    {0x90, "topic_invalid"},
    {0x95, "packet_too_large"},
    {0x99, "payload_invalid"},
    {mqtt::Bundle::invalid, "topic_invalid"},
}};

const Rejection* rejection_of(int code) {
  const auto* const found =
      std::find_if(rejections.begin(), rejections.end(), [code](const Rejection& r) { return r.code == code; });
  return found == rejections.end() ? nullptr : found;
}

}  // namespace

Mqtt::Mqtt(const Config& config, const Context& context)
    : config_(config),
      encoding_(context.encoding),
      request_(context.request),
      log_(context.log),
      stopped_(context.reactor.io()),
      client_(context.reactor, config_.connection, setup(config_, context), context.log, *this) {
  lanes_.reserve(request_.concurrency);
  for (std::size_t i = 0; i < request_.concurrency; ++i) lanes_.emplace_back(context.reactor.io());
}

mqtt::Setup Mqtt::setup(Config& config, const Context& context) {
  for (expression::Template* text : {&config.client_id, &config.topic, &config.will.topic})
    text->bind(context.environment, context.paths);
  mqtt::Setup setup;
  setup.client_id = config.client_id.empty() ? mqtt::default_client_id(context.environment.gateway,
                                                                       context.environment.instance, context.name)
                                             : config.client_id.constant();
  if (!config.will.topic.empty()) {
    setup.will = mqtt::Will{config.will.topic.constant(), config.will.payload, config.will.qos, config.will.retain};
  }
  setup.window = config.window;
  setup.progress_timeout = context.request.timeout;
  return setup;
}

Result<void> Mqtt::append_key(const Message& message, std::string& out) const {
  const std::size_t begin = out.size();
  auto filled = config_.topic.fill(message, out);
  if (filled && out.size() - begin > longest_topic) {
    out.resize(begin);
    return Error{"too_long", "the topic is longer than 65535 bytes"};
  }
  return filled;
}

void Mqtt::connected(bool) {
  up_ = true;
  if (client_.possible_qos(config_.qos) < config_.qos)
    log_.warn("the broker has no QoS {}: publishing with less", config_.qos);
  if (config_.retain && !client_.possible_retain(true))
    log_.warn("the broker keeps no retained messages: publishing without retain");
  if (!config_.will.online.empty()) client_.publish(status(config_.will.online));
  wake_all();
}

void Mqtt::disconnected(const std::string& text) {
  up_ = false;
  problem_ = text;
}

void Mqtt::wake_all() {
  for (Lane& lane : lanes_) lane.wake.cancel();
  stopped_.cancel();
}

Awaitable<bool> Mqtt::wait_for_connection(Lane& lane) {
  const auto deadline = steady_clock::now() + request_.timeout;
  error_code ignored;
  while (!client_.connected() && !stopping_ && steady_clock::now() < deadline) {
    lane.wake.expires_at(deadline);
    co_await lane.wake.async_wait(into(ignored));
  }
  co_return client_.connected() && !stopping_;
}

Awaitable<Delivery> Mqtt::deliver(const Batch& batch, std::size_t first, std::size_t last, std::size_t index) {
  Lane& lane = lanes_[index];
  const bool is_connected = co_await wait_for_connection(lane);
  // The wait was here, so the next one can begin at once.
  if (!is_connected)
    co_return Delivery{.outcome = Outcome::retry, .retry_after = Duration(0), .reason = "connect", .text = problem_};
  // Until the bundle is settled it is the client's; the client sees to it that this happens.
  lane.bundle->clear(client_.possible_qos(config_.qos), client_.possible_retain(config_.retain));
  const std::size_t end = encoding_.joins() ? fill_joined(lane, batch, first, last) : fill(lane, batch, first, last);
  if (!lane.bundle->empty()) {
    client_.publish(lane.bundle);
    error_code ignored;
    while (!lane.bundle->settled()) {
      lane.wake.expires_at(steady_clock::time_point::max());
      co_await lane.wake.async_wait(into(ignored));
    }
  }
  if (encoding_.joins()) co_return joined_outcome(lane, last - first);
  co_return outcome(lane, batch, first, end, last);
}

bool Mqtt::too_large(std::size_t topic, std::size_t payload) const {
  return packet_overhead + topic + payload > client_.max_packet();
}

/// Up to the first record that the broker would not take, which is where it ends.
std::size_t Mqtt::fill(Lane& lane, const Batch& batch, std::size_t first, std::size_t last) {
  for (std::size_t i = first; i < last; ++i) {
    const std::string_view topic = batch.key(i);
    const std::string_view record = batch.record(i);
    if (too_large(topic.size(), record.size())) return i;
    if (!lane.ahead.empty() && std::binary_search(lane.ahead.begin(), lane.ahead.end(), batch.receipt(i))) continue;
    lane.bundle->add(topic, record);
  }
  return last;
}

std::size_t Mqtt::fill_joined(Lane& lane, const Batch& batch, std::size_t first, std::size_t last) {
  const std::string_view run = batch.run(first, last);
  payload_.clear();
  if (encoding_.type == Encoding::Type::json_array) {
    payload_.append("[").append(run).append("]");
  } else {
    payload_.append(run);
  }
  if (too_large(batch.key(first).size(), payload_.size())) return first;
  lane.bundle->add(batch.key(first), payload_);
  return last;
}

Delivery Mqtt::outcome(Lane& lane, const Batch& batch, std::size_t first, std::size_t end, std::size_t last) const {
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
  while (at + same < end && !was_ahead(at + same) && lane.bundle->outcome(item + same) == code) ++same;
  std::vector<Receipt> ahead;
  for (std::size_t i = at + same, k = item + same; i < end; ++i) {
    if (was_ahead(i) || mqtt::Bundle::confirmed(lane.bundle->outcome(k++))) ahead.push_back(batch.receipt(i));
  }
  lane.ahead = std::move(ahead);
  return failed(code, at - first, same);
}

Delivery Mqtt::joined_outcome(const Lane& lane, std::size_t records) const {
  if (lane.bundle->empty()) return oversized(0, records);
  const int code = lane.bundle->outcome(0);
  return mqtt::Bundle::confirmed(code) ? Delivery::done() : failed(code, 0, records);
}

Delivery Mqtt::failed(int code, std::size_t delivered, std::size_t records) const {
  Delivery delivery;
  delivery.delivered = delivered;
  if (const Rejection* rejection = rejection_of(code)) {
    delivery.outcome = Outcome::rejected;
    delivery.rejected = records;
    delivery.reason = rejection->reason;
    delivery.text =
        code == mqtt::Bundle::invalid ? "the topic is not UTF-8" : "the broker refused: " + mqtt::reason_text(code);
  } else if (code == mqtt::Bundle::lost) {
    delivery.outcome = Outcome::retry;
    delivery.reason = "connection";
    delivery.text = client_.connected() ? "the connection was lost" : problem_;
  } else {
    delivery.outcome = Outcome::retry;
    delivery.reason = "refused";
    delivery.text = "the broker does not take it now: " + mqtt::reason_text(code);
  }
  return delivery;
}

Delivery Mqtt::oversized(std::size_t delivered, std::size_t records) const {
  return {.outcome = Outcome::rejected,
          .delivered = delivered,
          .rejected = records,
          .reason = "packet_too_large",
          .text = fmt::format("the broker takes packets of at most {} bytes", client_.max_packet())};
}

std::shared_ptr<mqtt::Bundle> Mqtt::status(const std::string& payload) const {
  auto bundle = std::make_shared<mqtt::Bundle>();
  bundle->clear(client_.possible_qos(config_.will.qos), client_.possible_retain(config_.will.retain));
  bundle->add(config_.will.topic.constant(), payload);
  return bundle;
}

Awaitable<> Mqtt::stop(Duration deadline) {
  const auto end = steady_clock::now() + deadline;
  stopping_ = true;
  if (client_.connected() && !config_.will.online.empty()) {
    const auto bundle = status(config_.will.payload);
    client_.publish(bundle);
    error_code ignored;
    while (!bundle->settled() && steady_clock::now() < end - deadline / 2) {
      stopped_.expires_at(end - deadline / 2);
      co_await stopped_.async_wait(into(ignored));
    }
  }
  wake_all();
  co_await client_.stop(std::chrono::duration_cast<Duration>(end - steady_clock::now()));
}

}  // namespace fieldgate::sink
