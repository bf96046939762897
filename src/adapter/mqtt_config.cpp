// The options of the `mqtt` adapter.
#include "adapter/mqtt.hpp"
#include "mqtt/topic.hpp"

namespace fieldgate::adapter {
namespace {

constexpr int most_filters = 1000;

std::vector<mqtt::Subscription> read_subscriptions(config::Section& section) {
  std::vector<mqtt::Subscription> subscriptions;
  section.sections("subscribe", "What to subscribe to", [&](config::Section& s) {
    mqtt::Subscription subscription;
    subscription.filter =
        s.text("topic", config::required, "A topic filter, with + and #; $share/GROUP/FILTER to share it with others");
    subscription.qos = static_cast<int>(s.integer("qos", 1, "The highest QoS to receive with", {0, 2}));
    if (subscription.filter.empty()) return;
    if (const auto fine = mqtt::check_filter(subscription.filter); !fine)
      s.error("topic", "the filter " + fine.error().text);
    for (const auto& other : subscriptions) {
      if (other.filter == subscription.filter) s.error("topic", "is subscribed to twice");
    }
    subscriptions.push_back(std::move(subscription));
  });
  if (!section.describing() && !section.has("subscribe")) {
    section.error("subscribe", "is required: a list like [ { topic: \"plant/+/up\", qos: 1 } ]");
  }
  if (subscriptions.size() > most_filters) section.error("subscribe", "at most 1000 filters");
  return subscriptions;
}

/// `topic`: where a device would get its commands.
void check_topic(config::Section& publish, const std::string& topic,
                 const std::vector<mqtt::Subscription>& subscribed) {
  if (const auto fine = mqtt::check_topic(topic); !fine)
    return publish.error("topic", "the topic " + fine.error().text);
  for (const mqtt::Subscription& own : subscribed) {
    if (!mqtt::matches(own.filter, topic)) continue;
    publish.warning("topic", "the filter " + own.filter +
                                 " of 'subscribe' takes it too: commands would come back as "
                                 "messages of their devices");
  }
}

Mqtt::Config::Publish read_publish(config::Section& section, const std::vector<mqtt::Subscription>& subscribed) {
  Mqtt::Config::Publish publish;
  section.section("publish", "Where devices listen for their commands; needed where 'commands' allows any.",
                  [&](config::Section& s) {
                    if (!s.describing() && !section.has("publish")) return;
                    publish.topic = expression::read_template(
                        s, "topic", config::required, "The topic of one device, such as plant/{{ device }}/down.",
                        expression::Place::topic);
                    publish.qos = static_cast<int>(s.integer("qos", 1, "The QoS to publish with.", {0, 2}));
                    publish.retain = s.flag("retain", false, "Whether the broker keeps the last command.");
                    if (s.describing() || publish.topic.empty()) return;
                    constexpr expression::Name known[] = {expression::Name::device, expression::Name::gateway,
                                                          expression::Name::instance, expression::Name::adapter};
                    if (const auto* other = publish.topic.other_than(known))
                      s.error("topic", "'" + std::string(other->source()) + "' is not known of a command");
                    if (!publish.topic.uses(expression::Name::device))
                      s.error("topic", "has no {{ device }}: every device would get the commands of all");
                    check_topic(s, publish.topic.sketch(), subscribed);
                  });
  return publish;
}

}  // namespace

Mqtt::Config Mqtt::Config::read(config::Section& section) {
  Config config;
  config.connection = mqtt::Options::read(section);
  config.client_id =
      expression::read_template(section, "client_id", {"", "fieldgate-{{ gateway }}-NAME"},
                                "The name by which the broker knows the gateway; no other client may have it",
                                expression::Place::plain, expression::Names::constant);
  config.subscribe = read_subscriptions(section);
  config.session_expiry =
      section.duration("session_expiry", config.session_expiry,
                       "How long the broker keeps messages while the gateway is away; 0s: not at all");
  config.take_retained =
      section.choice<bool>("retained", true, "What to do with messages that the broker had kept from before",
                           {{"accept", true}, {"ignore", false}});
  config.source = device::SourceOptions::read(section);
  config.publish = read_publish(section, config.subscribe);
  config.protocol = protocol::FramedConfig::read(section, protocol::FramedConfig::Transport::mqtt);
  config.protocol.allow(section, config.source.commands);
  if (!section.describing() && !config.source.commands.empty() && !section.has("publish"))
    section.error("commands",
                  "needs 'publish', which says where a device listens: publish: { topic: "
                  "\"plant/{{ device }}/down\" }");
  return config;
}

}  // namespace fieldgate::adapter
