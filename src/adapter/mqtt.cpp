// Mqtt: from the broker's messages to the protocol, under pressure and without.
#include "adapter/mqtt.hpp"

#include <algorithm>

#include "mqtt/bundle.hpp"
#include "mqtt/reason.hpp"
#include "mqtt/topic.hpp"

namespace fieldgate::adapter {
namespace {

constexpr auto ask_again_after = std::chrono::minutes(1);
constexpr auto look_again_after = std::chrono::milliseconds(5);
// Nearly empty, but above the largest message: going back to the broker earlier would bring the next flood at once.
constexpr std::size_t relieved_bytes = 2 * 1024 * 1024;

}  // namespace

Mqtt::Mqtt(const Config& config, const Context& context)
    : config_(config),
      reactor_(context.reactor),
      log_(context.log),
      counters_(context.metrics, context.name),
      entrance_(context, config_.source),
      protocol_(config_.protocol, context.environment, context.paths, counters_, context.log, entrance_),
      name_(context.name),
      subscribed_(config_.subscribe.size(), Subscribed::no),
      ask_again_(context.reactor.io()),
      client_(context.reactor, config_.connection, setup(config_, context), context.log, *this) {
  origin_.adapter = name_;
  if (config_.publish.topic.empty()) return;
  config_.publish.topic.bind(context.environment, context.paths);
  protocol_.reach_by(*this);
}

mqtt::Setup Mqtt::setup(Config& config, const Context& context) {
  config.client_id.bind(context.environment, context.paths);
  mqtt::Setup setup;
  setup.client_id = config.client_id.empty() ? mqtt::default_client_id(context.environment.gateway,
                                                                       context.environment.instance, context.name)
                                             : config.client_id.constant();
  setup.session_expiry = config.session_expiry;
  setup.metrics = &context.metrics;
  setup.clean_start = config.session_expiry == Duration::zero();
  return setup;
}

Result<void> Mqtt::start(router::Inlet* const& inlet) {
  entrance_.connect(inlet, protocol_);
  started_ = true;
  client_.start();
  return {};
}

void Mqtt::stop() {
  if (stopping_ || !started_) return;
  stopping_ = true;
  entrance_.stop();
  protocol_.forget_senders();
  ask_again_.cancel();
}

Awaitable<> Mqtt::quiet(Duration deadline) {
  if (!started_) co_return;
  const auto end = std::chrono::steady_clock::now() + deadline;
  co_await client_.stop(deadline);
  while (client_.waiting() > 0 && std::chrono::steady_clock::now() < end) co_await reactor::sleep(look_again_after);
  if (const std::size_t lost = client_.waiting(); lost > 0) {
    log_.error("{} bytes of messages that were acknowledged to the broker are lost: the sinks' buffers have no room",
               lost);
  }
}

void Mqtt::connected(bool session_present) {
  counters_.connections = 1;
  protocol_.set_reached(true);
  ++counters_.connections_total;
  // A session that was there before this process began may hold other filters than the file does now.
  for (Subscribed& state : subscribed_) {
    if (!session_present || state != Subscribed::granted) state = Subscribed::no;
  }
  subscribe_missing();
}

void Mqtt::disconnected(const std::string&) {
  counters_.connections = 0;
  protocol_.set_reached(false);
}

void Mqtt::write(Bytes bytes, Bytes to) {
  Message message;
  message.device = to;
  message.origin = &origin_;
  std::string topic;
  const Result<void> filled = config_.publish.topic.fill(message, topic);
  const Result<void> fine = filled ? mqtt::check_topic(topic) : filled;
  if (!fine) {
    counters_.rejected.count("topic");
    log_.limited(telemetry::Level::warn, "topic", "a command to '{}' is not published: its topic: {}",
                 telemetry::escaped(to), fine.error().text);
    return;
  }
  const auto bundle = std::make_shared<mqtt::Bundle>();
  bundle->clear(client_.possible_qos(config_.publish.qos), client_.possible_retain(config_.publish.retain));
  bundle->add(topic, bytes);
  client_.publish(bundle);
}

void Mqtt::subscribe_missing() {
  for (std::size_t i = 0; i < subscribed_.size(); ++i) {
    if (subscribed_[i] == Subscribed::granted || subscribed_[i] == Subscribed::asked) continue;
    subscribed_[i] = Subscribed::asked;
    client_.subscribe(i, config_.subscribe[i], config_.take_retained);
  }
}

void Mqtt::subscribed(std::size_t index, int code) {
  const mqtt::Subscription& wanted = config_.subscribe[index];
  if (code < 0) {
    subscribed_[index] = Subscribed::no;  // the connection ended before the answer
  } else if (code < 0x80) {
    subscribed_[index] = Subscribed::granted;
    log_.debug("subscribed to {} with QoS {}", wanted.filter, code);
    if (code < wanted.qos) log_.warn("the broker grants {} QoS {} only, not {}", wanted.filter, code, wanted.qos);
  } else {
    subscribed_[index] = Subscribed::refused;
    counters_.errors.count("subscribe_refused");
    log_.error("the broker refuses the subscription to {}: {}; asking again in a minute", wanted.filter,
               mqtt::reason_text(code));
    if (!asking_again_) reactor_.spawn(ask_again());
  }
}

Awaitable<> Mqtt::ask_again() {
  asking_again_ = true;
  error_code ignored;
  ask_again_.expires_after(ask_again_after);
  co_await ask_again_.async_wait(into(ignored));
  asking_again_ = false;
  if (client_.connected() && !stopping_) subscribe_missing();
}

bool Mqtt::message(const mqtt::Incoming& incoming, const Instant& now) {
  if (incoming.retain && !config_.take_retained) {
    counters_.rejected.count("retained");
  } else {
    origin_.topic = incoming.topic;
    origin_.meta = incoming.properties;
    protocol_.datagram_received(incoming.payload, origin_, now);
  }
  if (pressed_) return_if_relieved();
  if (entrance_.open()) return true;
  reactor_.spawn(resume_when_open());
  return false;
}

Awaitable<> Mqtt::resume_when_open() {
  co_await entrance_.opened();
  client_.resume();
}

void Mqtt::pressure() {
  // Without a session at the broker nobody would hold what we do not take.
  if (config_.session_expiry == Duration::zero() || pressed_ || client_.waiting() <= relieved_bytes) return;
  pressed_ = true;
  log_.limited(
      telemetry::Level::warn, "pressure",
      "messages arrive faster than they are taken: leaving the broker until they are; its session holds the rest");
  client_.hold();
}

void Mqtt::return_if_relieved() {
  if (client_.waiting() > relieved_bytes) return;
  pressed_ = false;
  client_.release();
}

void Mqtt::dropped(std::uint64_t overflow, std::uint64_t too_large) {
  if (overflow > 0) {
    counters_.errors.count("overflow", overflow);
    log_.limited(telemetry::Level::error, "overflow",
                 "{} messages are lost: they arrived faster than they could be taken", overflow);
  }
  if (too_large > 0) {
    counters_.errors.count("too_large", too_large);
    log_.limited(telemetry::Level::error, "too_large", "{} messages of more than 1 MiB are dropped", too_large);
  }
}

}  // namespace fieldgate::adapter
