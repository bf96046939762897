// Mqtt: batches into publications, acknowledgements into deliveries.
#include "sink/mqtt.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

namespace fieldgate::sink {
namespace {

using std::chrono::steady_clock;
using Outcome = Delivery::Outcome;

constexpr std::size_t longest_topic = 65535;
// Of a PUBLISH beside topic and payload: header, remaining length, length of the topic, packet identifier, no
// properties.
constexpr std::size_t packet_overhead = 1 + 4 + 2 + 2 + 1;

// The property content-encoding.
constexpr std::size_t property_overhead = 25;

// What TLS adds to a packet (RFC 5246 6.2.3.3, RFC 8446 5.2), and what beginning with it takes from us, about. Paho
// hides its socket, so that bytes can only be reckoned.
constexpr std::uint64_t tls_record = 29;
constexpr std::uint64_t tls_handshake = 800;
constexpr std::uint64_t tls_certificate = 1500;

}  // namespace

Mqtt::Mqtt(const Config& config, const Context& context)
    : config_(config),
      encoding_(context.encoding),
      request_(context.request),
      log_(context.log),
      metrics_(context.metrics),
      reactor_(context.reactor),
      stopped_(context.reactor.io()),
      certificates_(context.reactor, context.metrics, context.log, config_.connection.tls.crt_file),
      client_(context.reactor, config_.connection, setup(config_, context), context.log, *this) {
  lanes_.reserve(request_.concurrency);
  for (std::size_t i = 0; i < request_.concurrency; ++i) lanes_.emplace_back(context.reactor.io());
  if (!config_.commands.subscribe.empty() && context.commands != nullptr) take_commands(context);
}

void Mqtt::take_commands(const Context& context) {
  MqttCommands::Submit submit = [&all = *context.commands](device::CommandRequest request,
                                                           const std::vector<std::string>& allowed) {
    all.submit(std::move(request), allowed);
  };
  commands_ = std::make_unique<MqttCommands>(config_.commands, client_, std::move(submit), reactor_, context.name,
                                             metrics_, log_);
  context.commands->add(commands_->from(), *commands_);
}

mqtt::Setup Mqtt::setup(Config& config, const Context& context) {
  for (expression::Template* text : {&config.client_id, &config.topic, &config.will.topic, &config.commands.subscribe,
                                     &config.commands.device, &config.commands.respond})
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
  setup.metrics = &context.metrics;
  setup.inbox_limit = MqttCommands::inbox_bytes;
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
  connect_bytes_ += bytes_to_connect();
  if (client_.possible_qos(config_.qos) < config_.qos)
    log_.warn("the broker has no QoS {}: publishing with less", config_.qos);
  if (config_.retain && !client_.possible_retain(true))
    log_.warn("the broker keeps no retained messages: publishing without retain");
  if (!config_.will.online.empty()) client_.publish(status(config_.will.online));
  if (commands_) commands_->connected();
  wake_all();
}

void Mqtt::settled() {
  if (commands_) commands_->settled();
  wake_all();
}

void Mqtt::disconnected(const std::string& text) {
  up_ = false;
  problem_ = text;
}

// Without commands nothing is subscribed to, whatever a broker may send.

void Mqtt::subscribed(std::size_t, int code) {
  if (commands_) commands_->subscribed(code);
}

bool Mqtt::message(const mqtt::Incoming& incoming, const Instant&) {
  if (commands_) commands_->message(incoming);
  return true;
}

void Mqtt::dropped(std::uint64_t overflow, std::uint64_t too_large) {
  if (commands_) commands_->dropped(overflow, too_large);
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

std::uint64_t Mqtt::bytes_to_connect() const {
  const mqtt::Options& options = config_.connection;
  std::uint64_t bytes = 64 + config_.client_id.source().size() + options.username.size() +
                        options.password.reveal().size() + config_.will.payload.size();
  if (is_tls()) bytes += tls_handshake + (options.tls.crt_file.empty() ? 0 : tls_certificate);
  return bytes;
}

bool Mqtt::is_tls() const {
  const auto& servers = config_.connection.servers;
  return std::any_of(servers.begin(), servers.end(), [](const mqtt::Server& server) { return server.tls; });
}

Awaitable<Delivery> Mqtt::deliver(const Batch& batch, std::size_t first, std::size_t last, std::size_t index) {
  Lane& lane = lanes_[index];
  const bool is_connected = co_await wait_for_connection(lane);
  // The wait was here, so the next one can begin at once.
  if (!is_connected)
    co_return Delivery{.outcome = Outcome::retry, .retry_after = Duration(0), .reason = "connect", .text = problem_};
  if (auto packed = co_await pack(lane, batch, first, last); !packed)
    co_return Delivery{.outcome = Outcome::retry, .reason = packed.error().reason, .text = packed.error().text};
  // Until the bundle is settled it is the client's; the client sees to it that this happens.
  lane.bundle->clear(client_.possible_qos(config_.qos), client_.possible_retain(config_.retain),
                     content_encoding(config_.compression));
  const std::size_t end = encoding_.joins() ? fill_joined(lane, batch, first, last) : fill(lane, batch, first, last);
  if (!lane.bundle->empty()) {
    client_.publish(lane.bundle);
    error_code ignored;
    while (!lane.bundle->settled()) {
      lane.wake.expires_at(steady_clock::time_point::max());
      co_await lane.wake.async_wait(into(ignored));
    }
  }
  Delivery delivery =
      encoding_.joins() ? joined_outcome(lane, batch, first, last) : outcome(lane, batch, first, end, last);
  delivery.sent = lane.bundle->packet_bytes() + (is_tls() ? tls_record * lane.bundle->size() : 0) +
                  std::exchange(connect_bytes_, 0) + (commands_ ? commands_->take_sent(is_tls() ? tls_record : 0) : 0);
  co_return delivery;
}

/// What goes out, where it is not the records as they stand: joined, compressed, or both.
Awaitable<Result<void>> Mqtt::pack(Lane& lane, const Batch& batch, std::size_t first, std::size_t last) {
  lane.payloads.clear();
  if (encoding_.joins()) {
    const bool is_array = encoding_.type == Encoding::Type::json_array;
    lane.payloads.push_back(fmt::format("{}{}{}", is_array ? "[" : "", batch.run(first, last), is_array ? "]" : ""));
  }
  Result<void> result;
  if (config_.compression == Compression::none) co_return result;
  std::function<void()> job = [this, &lane, &batch, first, last, &result] {
    if (!encoding_.joins()) {
      for (std::size_t i = first; i < last; ++i) lane.payloads.emplace_back(batch.record(i));
    }
    for (std::string& payload : lane.payloads) {
      const std::array<std::string_view, 1> pieces{payload};
      auto packed = compress(config_.compression, pieces);
      if (!packed) {
        result = packed.error();
        return;
      }
      payload = std::move(*packed);
    }
  };
  co_await reactor_.blocking(std::move(job));
  co_return result;
}

bool Mqtt::too_large(std::size_t topic, std::size_t payload) const {
  const std::size_t property = config_.compression == Compression::none ? 0 : property_overhead;
  return packet_overhead + property + topic + payload > client_.max_packet();
}

/// Up to the first record that the broker would not take, which is where it ends.
std::size_t Mqtt::fill(Lane& lane, const Batch& batch, std::size_t first, std::size_t last) {
  for (std::size_t i = first; i < last; ++i) {
    const std::string_view topic = batch.key(i);
    const std::string_view record = lane.payloads.empty() ? batch.record(i) : lane.payloads[i - first];
    if (too_large(topic.size(), record.size())) return i;
    if (!lane.ahead.empty() && std::binary_search(lane.ahead.begin(), lane.ahead.end(), batch.receipt(i))) continue;
    lane.bundle->add(topic, record);
  }
  return last;
}

std::size_t Mqtt::fill_joined(Lane& lane, const Batch& batch, std::size_t first, std::size_t last) {
  if (too_large(batch.key(first).size(), lane.payloads[0].size())) return first;
  lane.bundle->add(batch.key(first), lane.payloads[0]);
  return last;
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
  if (commands_) commands_->stop();
  if (client_.connected()) co_await say_goodbye(end - deadline / 2);
  wake_all();
  co_await client_.stop(std::chrono::duration_cast<Duration>(end - steady_clock::now()));
}

/// What is still to be said of commands, and the last status; until `end`.
Awaitable<> Mqtt::say_goodbye(steady_clock::time_point end) {
  std::shared_ptr<mqtt::Bundle> last;
  if (!config_.will.online.empty()) {
    last = status(config_.will.payload);
    client_.publish(last);
  }
  error_code ignored;
  while (client_.connected() && steady_clock::now() < end) {
    if ((!last || last->settled()) && (!commands_ || commands_->idle())) co_return;
    stopped_.expires_at(end);
    co_await stopped_.async_wait(into(ignored));
  }
}

}  // namespace fieldgate::sink
