// MqttCommandOptions: reading them, and what can be seen of them before the first command.
#include "sink/mqtt_command_options.hpp"

#include <array>
#include <optional>
#include <span>

#include "config/node.hpp"
#include "mqtt/topic.hpp"

namespace fieldgate::sink {
namespace {

using expression::Name;
using expression::Template;

constexpr std::array known_of_a_command = {Name::gateway, Name::instance, Name::topic, Name::topic_level, Name::device};
constexpr std::span known_of_a_topic = std::span(known_of_a_command).first<4>();

/// A topic that `filter` takes; more levels than anybody names where it ends in #.
std::string sample_topic(std::string_view filter) {
  if (filter.starts_with("$share/")) filter.remove_prefix(filter.find('/', sizeof "$share/" - 1) + 1);
  std::string topic;
  for (const char c : filter) {
    if (c == '+') {
      topic += 'x';
    } else if (c == '#') {
      for (int level = 0; level < 64; ++level) topic += level == 0 ? "x" : "/x";
    } else {
      topic += c;
    }
  }
  return topic;
}

/// The template filled for a command from `topic`; nothing after an error was reported.
std::optional<std::string> try_on(config::Section& section, std::string_view option, Template filler,
                                  std::span<const Name> known, const std::string& topic) {
  if (const expression::Reference* other = filler.other_than(known)) {
    section.error(option, "'" + other->source() + "' cannot exist here; of a command only its topic is known" +
                              (known.size() > known_of_a_topic.size() ? ", and its device" : "") +
                              ": write topic.N, counted from 0, topic, gateway or instance");
    return std::nullopt;
  }
  expression::Paths none;
  filler.bind({"x", "x"}, none);
  Origin origin;
  origin.topic = topic;
  Message message;
  message.origin = &origin;
  message.device = "x";
  std::string filled;
  if (const auto fine = filler.fill(message, filled); !fine) {
    section.error(option,
                  fine.error().text + " in a topic that the filter takes, such as " + topic + "; levels count from 0");
    return std::nullopt;
  }
  return filled;
}

void check_respond(config::Section& section, const Template& respond, const std::string& filter) {
  if (const auto fine = mqtt::check_topic(respond.sketch()); !fine)
    return section.error("respond", "the topic " + fine.error().text);
  const auto filled = try_on(section, "respond", respond, known_of_a_command, sample_topic(filter));
  if (filled && mqtt::matches(filter, *filled))
    section.error("respond",
                  "the answers would come back as commands: the filter of subscribe takes them too; write a "
                  "topic that it leaves out");
}

void check(config::Section& section, const MqttCommandOptions& options, const Template& topic) {
  const config::Node* subscribe = section.node("subscribe");
  if (subscribe == nullptr || subscribe->text.empty())
    section.error("subscribe", "is required: the topic filter of the commands, like \"v1/{{ gateway }}/+/command\"");
  if (options.subscribe.empty()) return;
  const std::string filter = options.subscribe.sketch();
  if (const auto fine = mqtt::check_filter(filter); !fine)
    return section.error("subscribe", "the filter " + fine.error().text);
  if (!options.device.empty()) try_on(section, "device", options.device, known_of_a_topic, sample_topic(filter));
  if (!options.respond.empty()) check_respond(section, options.respond, filter);
  if (options.allow.empty())
    section.warning("allow",
                    "names no command, so every one is refused; write the names that may come from here, like "
                    "[set_relay]");
  if (mqtt::matches(filter, topic.sketch()))
    section.warning("subscribe",
                    "the filter also takes what the sink publishes at its own topic, which would come back "
                    "as commands and be refused");
}

}  // namespace

MqttCommandOptions MqttCommandOptions::read(config::Section& sink, const Template& topic) {
  MqttCommandOptions options;
  const bool wanted = sink.has("commands");
  sink.section("commands", "Commands to devices that come from this broker", [&](config::Section& s) {
    using expression::Place;
    options.subscribe =
        expression::read_template(s, "subscribe", "", "The topic filter of the commands; $share/GROUP/FILTER too",
                                  Place::topic, expression::Names::constant);
    options.device = expression::read_template(
        s, "device", {"", "the command's own `device`"},
        "Whom a command is for, of the levels of its topic: {{ topic.2 }}, percent-decoded", Place::plain);
    options.respond = expression::read_template(
        s, "respond", {"", "only a response topic"},
        "Where its states are published; the response topic of a command (version 5) comes first", Place::topic);
    options.qos = static_cast<int>(s.integer("qos", 1, "QoS of the subscription, and of the answers", {0, 2}));
    options.allow =
        s.texts("allow", std::vector<std::string>{},
                "Names of the commands that may come from here; raw and json stand for bytes and documents");
    if (wanted) check(s, options, topic);
  });
  return options;
}

}  // namespace fieldgate::sink
