// MqttCommands: from a publication to a command, or to a refusal that says why.
#include "sink/mqtt_commands.hpp"

#include <utility>

#include <fmt/format.h>

#include "message/json.hpp"
#include "mqtt/reason.hpp"
#include "mqtt/topic.hpp"

namespace fieldgate::sink {
namespace {

constexpr auto ask_again_after = std::chrono::minutes(1);

/// What a template can fill of a publication.
struct Subject {
  Subject(const mqtt::Incoming& incoming, std::string_view device) {
    origin.topic = incoming.topic;
    message.origin = &origin;
    message.device = device;
  }
  Origin origin;
  Message message;
};

}  // namespace

MqttCommands::MqttCommands(MqttCommandOptions options, mqtt::Client& client, Submit submit, reactor::Reactor& reactor,
                           const std::string& sink, telemetry::Metrics& metrics, telemetry::Log log)
    : options_(std::move(options)),
      filter_(options_.subscribe.constant()),
      from_("sink " + sink),
      client_(client),
      submit_(std::move(submit)),
      log_(log),
      received_(metrics.counter("fieldgate_sink_commands_total", {{"sink", sink}},
                                "Commands to devices that came from the service.")),
      refused_(metrics, "fieldgate_sink_commands_refused_total", {{"sink", sink}},
               "Commands that the sink refused before it asked whether they are allowed."),
      responses_(client, options_.qos, sink, metrics, std::move(log)),
      ask_again_(reactor.io()) {}

void MqttCommands::connected() {
  subscribe();
  responses_.go_on();
}

/// The sink's session begins anew with each connection. What was published as retained is marked, so that it is known
/// and refused, also where it comes at once.
void MqttCommands::subscribe() { client_.subscribe(0, {filter_, options_.qos, true}, true); }

void MqttCommands::subscribed(int code) {
  if (code < 0) return;  // the connection ended before the answer
  if (code < 0x80) {
    log_.info("commands come from {}", filter_);
    if (code < options_.qos)
      log_.warn("the broker grants the commands at {} QoS {} only, not {}", filter_, code, options_.qos);
    return;
  }
  refused_.count("subscribe_refused");
  log_.error("the broker refuses the subscription to {}, so no command comes: {}; asking again in a minute", filter_,
             mqtt::reason_text(code));
  ask_again_.expires_after(ask_again_after);
  ask_again_.async_wait([this](const error_code& ended) {
    if (!ended && client_.connected()) subscribe();
  });
}

void MqttCommands::message(const mqtt::Incoming& incoming) {
  if (incoming.retain && incoming.payload.empty()) return;  // somebody clears the topic
  ++received_;
  device::CommandRequest request;
  if (const auto refusal = read(incoming, request)) return refuse(std::move(request), *refusal);
  submit_(std::move(request), options_.allow);
}

/// Fills in as much of the request as can be known, so that a refusal too says what it is about.
std::optional<MqttCommands::Refusal> MqttCommands::read(const mqtt::Incoming& incoming,
                                                        device::CommandRequest& request) const {
  std::optional<Refusal> refusal;
  if (incoming.payload.size() > most_bytes) {
    refusal = Refusal{"too_large",
                      fmt::format("the command has {} bytes; {} are the most", incoming.payload.size(), most_bytes)};
  } else {
    device::ParsedCommand parsed = device::parse_command(incoming.payload);
    request = std::move(parsed.request);
    if (!parsed.error.empty()) refusal = Refusal{"malformed", std::move(parsed.error)};
  }
  request.from = from_;
  const auto nobody = name_device(incoming, request);
  const auto unanswerable = name_answer(incoming, request);
  if (!refusal && incoming.retain)
    refusal = Refusal{"retained", "a retained command would be run again and again; publish it without retain"};
  if (!refusal) refusal = nobody;
  return refusal ? refusal : unanswerable;
}

std::optional<MqttCommands::Refusal> MqttCommands::name_device(const mqtt::Incoming& incoming,
                                                               device::CommandRequest& request) const {
  const std::string written = std::exchange(request.device, {});
  std::string named = written;
  if (!options_.device.empty()) {
    const Subject subject(incoming, {});
    named.clear();
    if (const auto filled = options_.device.fill(subject.message, named); !filled)
      return Refusal{"device", "the topic names no device: " + filled.error().text};
  }
  if (named.empty()) return Refusal{"device", "the command names no device"};
  if (named.size() > expression::max_device_text) return Refusal{"device", "the device's id is longer than 256 bytes"};
  if (json::find_invalid_utf8(named) != std::string::npos) return Refusal{"device", "the device's id is not UTF-8"};
  request.device = std::move(named);
  if (!written.empty() && written != request.device)
    return Refusal{"device", "the command is for another device than its topic"};
  return std::nullopt;
}

/// A response topic, and what correlates, come before what we have of our own.
std::optional<MqttCommands::Refusal> MqttCommands::name_answer(const mqtt::Incoming& incoming,
                                                               device::CommandRequest& request) const {
  std::optional<Refusal> refusal;
  if (incoming.response_topic.size() + incoming.correlation.size() > most_address_bytes) {
    refusal = Refusal{"response_topic",
                      fmt::format("response topic and correlation data have more than {} bytes", most_address_bytes)};
  } else {
    request.correlation = incoming.correlation;
    if (may_answer_at(incoming.response_topic)) {
      request.reply_to = incoming.response_topic;
      return std::nullopt;
    }
    if (!incoming.response_topic.empty())
      refusal =
          Refusal{"response_topic",
                  "the response topic is none to publish answers to: it holds a wildcard, or commands come from it"};
  }
  request.reply_to = own_topic(incoming, request);
  return refusal;
}

/// Empty where there is none.
std::string MqttCommands::own_topic(const mqtt::Incoming& incoming, const device::CommandRequest& request) const {
  std::string topic;
  if (options_.respond.empty()) return topic;
  const Subject subject(incoming, request.device);
  const auto filled = options_.respond.fill(subject.message, topic);
  if (filled && may_answer_at(topic)) return topic;
  log_.limited(telemetry::Level::warn, "respond", "a command cannot be answered: {} (topic {})",
               filled ? "commands come from where its answer would go" : filled.error().text,
               telemetry::escaped(incoming.topic));
  return {};
}

bool MqttCommands::may_answer_at(std::string_view topic) const {
  return mqtt::check_topic(topic) && !mqtt::matches(filter_, topic);
}

void MqttCommands::refuse(device::CommandRequest request, const Refusal& refusal) {
  refused_.count(refusal.reason);
  log_.warn("refused command '{}' to '{}'{}: {}: {}", telemetry::escaped(request.name),
            telemetry::escaped(request.device),
            request.id.empty() ? "" : ", id " + telemetry::escaped(request.id, device::CommandRequest::max_id),
            refusal.reason, refusal.text);
  device::CommandStatus status;
  status.request = std::move(request);
  status.state = device::CommandState::refused;
  status.final = true;
  status.error = fmt::format("{}: {}", refusal.reason, refusal.text);
  told(status);
}

void MqttCommands::told(const device::CommandStatus& status) {
  const device::CommandRequest& request = status.request;
  if (!request.reply_to.empty()) responses_.add({request.reply_to, device::to_json(status), request.correlation});
}

void MqttCommands::dropped(std::uint64_t overflow, std::uint64_t too_large) {
  if (overflow > 0) {
    refused_.count("overflow", overflow);
    log_.limited(telemetry::Level::error, "overflow", "{} commands are lost: they came faster than they can be read",
                 overflow);
  }
  if (too_large > 0) {
    refused_.count("too_large", too_large);
    log_.limited(telemetry::Level::error, "too_large", "{} commands of more than 1 MiB are dropped", too_large);
  }
}

}  // namespace fieldgate::sink
