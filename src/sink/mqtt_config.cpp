// The options of the `mqtt` sink.
#include "config/node.hpp"
#include "mqtt/topic.hpp"
#include "sink/mqtt.hpp"

namespace fieldgate::sink {
namespace {

void check_topic_template(config::Section& section, const expression::Template& topic) {
  if (topic.empty()) return;
  if (const auto fine = mqtt::check_topic(topic.sketch()); !fine)
    section.error("topic", "the topic " + fine.error().text);
}

/// Whether the file asks for records joined into one payload. The option itself is read by the outlet, for all sinks.
bool joins(const config::Section& section) {
  const config::Node* encoding = section.node("encoding");
  const config::Node* type = encoding != nullptr ? encoding->find("type") : nullptr;
  return type != nullptr && (type->text == "ndjson" || type->text == "json_array");
}

Mqtt::Will read_will(config::Section& section) {
  Mqtt::Will will;
  const bool wanted = section.has("will");
  section.section("will", "What the broker publishes for us when the connection breaks", [&](config::Section& s) {
    will.topic =
        expression::read_template(s, "topic", "", "Where", expression::Place::topic, expression::Names::constant);
    will.payload = s.text("payload", "", "What");
    will.online =
        s.text("online", "",
               "Published there by the gateway once it is connected; at a clean stop it publishes payload itself");
    will.qos = static_cast<int>(s.integer("qos", 1, "QoS of both", {0, 2}));
    will.retain = s.flag("retain", true, "Whether the broker keeps them for later subscribers");
    if (wanted && will.topic.empty()) s.error("topic", "a will needs a topic");
    check_topic_template(s, will.topic);
  });
  return will;
}

}  // namespace

Mqtt::Config Mqtt::Config::read(config::Section& section) {
  Config config;
  config.connection = mqtt::Options::read(section);
  config.client_id =
      expression::read_template(section, "client_id", {"", "fieldgate-{{ gateway }}-NAME"},
                                "The name by which the broker knows the gateway; no other client may have it",
                                expression::Place::plain, expression::Names::constant);
  config.topic = expression::read_template(section, "topic", config::required,
                                           "Where to publish; may differ by message", expression::Place::topic);
  config.qos =
      static_cast<int>(section.integer("qos", 1, "0: at most once, 1: at least once, 2: exactly once", {0, 2}));
  config.retain =
      section.flag("retain", false, "Whether the broker keeps the last message of a topic for later subscribers");
  config.window = static_cast<std::size_t>(
      section.integer("window", 64, "Publications that may wait for their acknowledgement", {1, 10000}));
  config.compression =
      read_compression(section, "How payloads are compressed; says so in a user property (version 5).");
  if (config.compression != Compression::none) {
    if (config.connection.version == mqtt::Version::v3_1_1)
      section.error("compression", "needs MQTT 5, where a property says so to the receiver; leave out version: 3.1.1");
    config.connection.version = mqtt::Version::v5;  // falling back would leave nobody a way to know
  }
  config.will = read_will(section);
  config.commands = MqttCommandOptions::read(section, config.topic);
  check_topic_template(section, config.topic);
  if (joins(section) && config.topic.varies()) {
    section.error("topic",
                  "with encoding ndjson or json_array many messages share one topic, so it cannot differ by message; "
                  "take encoding: { type: json }, or names that do not differ");
  }
  return config;
}

}  // namespace fieldgate::sink
